"""Provinces and cities as people and files name them, and the level of a city as the trade counts it.

Levels: the ranking of 337 cities of the mainland (城市商业魅力排行榜 2020, 第一财经·新一线城市研究所): 4 cities of the first
line, 15 of the new first, 30 of the second, 70 of the third; the fourth and fifth lines are one level here. The ranking
changes every year by a few cities; the year is shown wherever levels are. Hong Kong, Macao and Taiwan are not ranked.
"""

import re

LEVELS = (1, 2, 3, 4, 5)  # first line, new first, second, third, fourth and below
LEVELS_YEAR = 2020
_FIRST = "北京 上海 广州 深圳"
_NEW_FIRST = "成都 重庆 杭州 武汉 西安 天津 苏州 南京 郑州 长沙 东莞 沈阳 青岛 合肥 佛山"
_SECOND = (
    "宁波 昆明 福州 无锡 厦门 济南 大连 哈尔滨 温州 石家庄 泉州 南宁 长春 南昌 贵阳 金华 常州"
    " 惠州 嘉兴 南通 徐州 太原 珠海 中山"
    " 保定 兰州 台州 绍兴 烟台 廊坊"
)
_THIRD = (
    "潍坊 扬州 海口 汕头 洛阳 乌鲁木齐 临沂 唐山 镇江 盐城 湖州 赣州 泰州 济宁 呼和浩特 咸阳"
    " 漳州 揭阳 江门 桂林 邯郸 芜湖 三亚 阜阳"
    " 淮安 遵义 银川 衡阳 上饶 柳州 淄博 莆田 绵阳 湛江 商丘 宜昌 沧州 连云港 南阳 九江 新乡"
    " 信阳 襄阳 岳阳 蚌埠 驻马店 滁州 威海"
    " 宿迁 株洲 宁德 邢台 潮州 秦皇岛 肇庆 荆州 周口 马鞍山 清远 宿州 鞍山 安庆 菏泽 宜春 黄冈"
    " 泰安 南充 六安 大庆 舟山"
)
# Prefectures of each province as the importers keep them (without 市), and what lies directly under a province.
_CITIES = {
    "北京": "北京",
    "天津": "天津",
    "上海": "上海",
    "重庆": "重庆",
    "河北": "石家庄 唐山 秦皇岛 邯郸 邢台 保定 张家口 承德 沧州 廊坊 衡水",
    "山西": "太原 大同 阳泉 长治 晋城 朔州 晋中 运城 忻州 临汾 吕梁",
    "内蒙古": "呼和浩特 包头 乌海 赤峰 通辽 鄂尔多斯 呼伦贝尔 巴彦淖尔 乌兰察布 兴安盟 锡林郭勒盟 阿拉善盟",
    "辽宁": "沈阳 大连 鞍山 抚顺 本溪 丹东 锦州 营口 阜新 辽阳 盘锦 铁岭 朝阳 葫芦岛",
    "吉林": "长春 吉林 四平 辽源 通化 白山 松原 白城 延边朝鲜族自治州",
    "黑龙江": "哈尔滨 齐齐哈尔 鸡西 鹤岗 双鸭山 大庆 伊春 佳木斯 七台河 牡丹江 黑河 绥化 大兴安岭地区",
    "江苏": "南京 无锡 徐州 常州 苏州 南通 连云港 淮安 盐城 扬州 镇江 泰州 宿迁",
    "浙江": "杭州 宁波 温州 嘉兴 湖州 绍兴 金华 衢州 舟山 台州 丽水",
    "安徽": "合肥 芜湖 蚌埠 淮南 马鞍山 淮北 铜陵 安庆 黄山 滁州 阜阳 宿州 六安 亳州 池州 宣城",
    "福建": "福州 厦门 莆田 三明 泉州 漳州 南平 龙岩 宁德",
    "江西": "南昌 景德镇 萍乡 九江 新余 鹰潭 赣州 吉安 宜春 抚州 上饶",
    "山东": "济南 青岛 淄博 枣庄 东营 烟台 潍坊 济宁 泰安 威海 日照 临沂 德州 聊城 滨州 菏泽",
    "河南": "郑州 开封 洛阳 平顶山 安阳 鹤壁 新乡 焦作 濮阳 许昌 漯河 三门峡 南阳 商丘 信阳 周口 驻马店 济源",
    "湖北": "武汉 黄石 十堰 宜昌 襄阳 鄂州 荆门 孝感 荆州 黄冈 咸宁 随州 恩施土家族苗族自治州 仙桃 潜江"
    " 天门 神农架林区",
    "湖南": "长沙 株洲 湘潭 衡阳 邵阳 岳阳 常德 张家界 益阳 郴州 永州 怀化 娄底 湘西土家族苗族自治州",
    "广东": "广州 韶关 深圳 珠海 汕头 佛山 江门 湛江 茂名 肇庆 惠州 梅州 汕尾 河源 阳江 清远 东莞 中山"
    " 潮州 揭阳 云浮",
    "广西": "南宁 柳州 桂林 梧州 北海 防城港 钦州 贵港 玉林 百色 贺州 河池 来宾 崇左",
    "海南": "海口 三亚 三沙 儋州 五指山 琼海 文昌 万宁 东方 定安 屯昌 澄迈 临高 白沙 昌江 乐东 陵水 保亭 琼中",
    "四川": "成都 自贡 攀枝花 泸州 德阳 绵阳 广元 遂宁 内江 乐山 南充 眉山 宜宾 广安 达州 雅安 巴中"
    " 资阳 阿坝藏族羌族自治州 甘孜藏族自治州 凉山彝族自治州",
    "贵州": "贵阳 六盘水 遵义 安顺 毕节 铜仁 黔西南布依族苗族自治州 黔东南苗族侗族自治州 黔南布依族苗族自治州",
    "云南": "昆明 曲靖 玉溪 保山 昭通 丽江 普洱 临沧 楚雄彝族自治州 红河哈尼族彝族自治州"
    " 文山壮族苗族自治州 西双版纳傣族自治州 大理白族自治州 德宏傣族景颇族自治州 怒江傈僳族自治州"
    " 迪庆藏族自治州",
    "西藏": "拉萨 日喀则 昌都 林芝 山南 那曲 阿里地区",
    "陕西": "西安 铜川 宝鸡 咸阳 渭南 延安 汉中 榆林 安康 商洛",
    "甘肃": "兰州 嘉峪关 金昌 白银 天水 武威 张掖 平凉 酒泉 庆阳 定西 陇南 临夏回族自治州 甘南藏族自治州",
    "青海": "西宁 海东 海北藏族自治州 黄南藏族自治州 海南藏族自治州 果洛藏族自治州 玉树藏族自治州"
    " 海西蒙古族藏族自治州",
    "宁夏": "银川 石嘴山 吴忠 固原 中卫",
    "新疆": "乌鲁木齐 克拉玛依 吐鲁番 哈密 昌吉回族自治州 博尔塔拉蒙古自治州 巴音郭楞蒙古自治州"
    " 阿克苏地区 克孜勒苏柯尔克孜自治州 喀什地区 和田地区 伊犁哈萨克自治州 塔城地区 阿勒泰地区"
    " 石河子 阿拉尔 图木舒克 五家渠 北屯 铁门关 双河 可克达拉 昆玉 胡杨河 新星",
    "台湾": "台北 新北 桃园 台中 台南 高雄 基隆 新竹 嘉义",
    "香港": "香港",
    "澳门": "澳门",
}  # fmt: skip
PROVINCES = tuple(_CITIES)
MUNICIPALITIES = ("北京", "天津", "上海", "重庆")
_UNRANKED = ("台湾", "香港", "澳门")
_PEOPLES = (
    "朝鲜族|土家族|苗族|藏族|羌族|彝族|布依族|侗族|哈尼族|壮族|傣族|白族|景颇族|傈僳族|回族|蒙古族|蒙古|哈萨克|柯尔克孜"
)
_TAIL = re.compile(f"(?:{_PEOPLES})*(?:自治州|地区|盟|林区)$")
_BY_SHORT_NAME = {
    name: level for level, names in enumerate((_FIRST, _NEW_FIRST, _SECOND, _THIRD), 1) for name in names.split()
}


def _spellings(name: str) -> tuple[str, ...]:
    """How files and the importers write a city: as kept, without what kind of place it is, with 市."""
    short = _TAIL.sub("", name)
    return (name, short) if short != name else (name, f"{name}市")


_LEVEL = {
    spelling: _BY_SHORT_NAME.get(name, LEVELS[-1])
    for province, names in _CITIES.items()
    if province not in _UNRANKED
    for name in names.split()
    for spelling in _spellings(name)
}


def province_name(text: str | None) -> str | None:
    """The short name of a province ("广东省", " 广东 ": 广东); None for what is none."""
    if text is None:
        return None
    found = text.strip().removeprefix("中国").strip()
    return next((name for name in PROVINCES if found.startswith(name)), None)


def city_level(city: str | None, province: str | None = None) -> int | None:
    """1..5 (``LEVELS``) of a city, or of a municipality whose city is not given; None for an"
    " unknown or unranked one."""
    if city is None or not city.strip():
        name = province_name(province)
        return _LEVEL[name] if name in MUNICIPALITIES else None
    return _LEVEL.get(city.strip())


def cities_of_level(level: int) -> tuple[str, ...]:
    """Every spelling of a level's cities, for a query: a city is of the level exactly when it is one of these."""
    return tuple(name for name, own in _LEVEL.items() if own == level)
