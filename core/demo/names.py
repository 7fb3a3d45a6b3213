"""Words of which invented people are made. Nobody here exists: names are drawn apart, numbers cannot be called."""

import numpy as np

from core.demo.shop import Bools, Floats, Ints
from core.importers.places import split_address


def _words(text: str) -> list[str]:
    return text.split()


_SURNAMES = (
    "李王张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢傅钟"
)
_GIVEN = _words(
    "思雨 梦琪 雅婷 佳怡 欣妍 静 丽 婷婷 雪 敏 晓燕 秀英 玉兰 诗涵 可馨 雨桐 子涵 若曦 梓萱 慧 洁 琳 芳 娟 莹 薇 楠 倩 颖 璐 "
    "文静 海燕 春梅 小红 美玲 淑芬 丹丹 媛媛 晶晶 露 冰 瑶 佩 岚 艳 玲玲 晓雯 佳琪 一诺 语嫣 依依 安琪 佳宁 书瑶 宛如"
)
_GIVEN_MALE = _words(
    "伟 强 磊 军 洋 勇 杰 涛 明 超 鹏 浩 宇航 子轩 浩然 志强 建国 晓东 文博 俊杰 天佑 立 凯 昊 博文 嘉伟"
)
_BABIES = _words(
    "糖糖 豆豆 果果 小满 朵朵 团团 圆圆 米粒 安安 可乐 汤圆 石头 桃子 小宝 点点 星星 月月 乐乐 皮皮 布丁 芒果 奇奇 小鱼 柚子"
)
_ROLES = _words("妈妈 妈咪 麻麻 宝妈 粑粑 姥姥 奶奶 小姨 家的日常 的小世界 成长记 的口粮")
_MOODS = _words("爱笑的 慢慢走的 早睡的 不熬夜的 努力的 懒懒的 温柔的 会飞的 阳光下的 吃不胖的")
_ANIMALS = _words("小熊 兔子 鲸鱼 考拉 树懒 猫 柠檬 向日葵 云 风铃 松鼠 月亮 栗子 柴犬")
_STEMS = _words("tb xiaomi lulu sunny candy mumu happy anna vivi dudu yaya nana momo coco lily baobei qiqi")
_SPARKS = _words("🍼 🌸 🐻 ☀️ 🌙 💕 🐰 🍑 ✨ 🎀")
# Nicknames that have broken spreadsheets and pages before: formulas, markup, rare characters.
_AWKWARD = (
    "=1+1=三口之家",
    "+好孕+",
    "@小鹿乱撞",
    "-Lina-",
    "*星星*妈妈",
    "<b>糖妈</b>",
    "[点我](团团)",
    "吉𠮷妈妈",
    "_月_半_",
    "A|B宝妈",
)

# Shares of parcels by province, with the cities most of them go to; spelled as on a parcel.
_PLACES: tuple[tuple[str, float, str], ...] = (
    ("广东省", 13.2, "广州市 深圳市 东莞市 佛山市 惠州市 中山市 汕头市"),
    ("浙江省", 10.4, "杭州市 宁波市 温州市 金华市 嘉兴市 台州市"),
    ("江苏省", 10.1, "苏州市 南京市 无锡市 南通市 常州市 徐州市"),
    ("山东省", 6.9, "济南市 青岛市 临沂市 潍坊市 烟台市"),
    ("上海", 6.0, "上海市"),
    ("四川省", 5.2, "成都市 绵阳市 南充市 德阳市"),
    ("河南省", 5.1, "郑州市 洛阳市 南阳市 新乡市"),
    ("北京", 4.6, "北京市"),
    ("福建省", 4.5, "福州市 泉州市 厦门市 漳州市"),
    ("湖北省", 4.3, "武汉市 宜昌市 襄阳市 荆州市"),
    ("河北省", 4.0, "石家庄市 保定市 唐山市 邯郸市"),
    ("湖南省", 3.7, "长沙市 株洲市 衡阳市 岳阳市"),
    ("安徽省", 3.6, "合肥市 芜湖市 阜阳市"),
    ("江西省", 2.4, "南昌市 赣州市 九江市"),
    ("辽宁省", 2.3, "沈阳市 大连市 鞍山市"),
    ("陕西省", 2.2, "西安市 咸阳市 宝鸡市"),
    ("重庆", 2.2, "重庆市"),
    ("广西壮族自治区", 1.9, "南宁市 柳州市 桂林市"),
    ("云南省", 1.5, "昆明市 曲靖市 大理白族自治州"),
    ("山西省", 1.4, "太原市 大同市 临汾市"),
    ("天津", 1.3, "天津市"),
    ("贵州省", 1.1, "贵阳市 遵义市"),
    ("黑龙江省", 0.9, "哈尔滨市 大庆市"),
    ("吉林省", 0.9, "长春市 吉林市"),
    ("内蒙古自治区", 0.7, "呼和浩特市 包头市"),
    ("新疆维吾尔自治区", 0.6, "乌鲁木齐市 昌吉回族自治州"),
    ("甘肃省", 0.6, "兰州市 天水市"),
    ("海南省", 0.5, "海口市 三亚市"),
    ("宁夏回族自治区", 0.3, "银川市"),
    ("青海省", 0.2, "西宁市"),
    ("西藏自治区", 0.1, "拉萨市"),
)
_CITY_DECAY = 0.72


def _places() -> tuple[tuple[str, ...], tuple[tuple[str, str], ...], Floats]:
    """Address heads, the (province, city) that an import makes of each, and their weights."""
    rows = [
        (f"{province} {city}", share * _CITY_DECAY**rank)
        for province, share, cities in _PLACES
        for rank, city in enumerate(cities.split())
    ]
    heads = tuple(head for head, _ in rows)
    weights = np.array([weight for _, weight in rows])
    pairs = tuple((province or "", city or "") for province, city in map(split_address, heads))
    return heads, pairs, weights / weights.sum()


_HEADS, PLACES, _PLACE_SHARE = _places()
ADDRESS_HEAD = dict(zip(PLACES, _HEADS, strict=True))


def draw_places(rng: np.random.Generator, count: int) -> Ints:
    """Rows of ``PLACES`` for ``count`` parcels, weighted as those of online shops are."""
    return np.asarray(rng.choice(len(PLACES), size=count, p=_PLACE_SHARE), dtype=np.int64)


def draw_names(rng: np.random.Generator, male: Bools) -> list[str]:
    """A family name and a given name for each person."""
    weights = 1 / (np.arange(len(_SURNAMES)) + 6.0)
    surnames = rng.choice(len(_SURNAMES), size=male.size, p=weights / weights.sum()).tolist()
    points = rng.random(male.size).tolist()
    pools = (_GIVEN, _GIVEN_MALE)
    return [
        _SURNAMES[surname] + pools[is_male][int(point * len(pools[is_male]))]
        for surname, point, is_male in zip(surnames, points, male.tolist(), strict=True)
    ]


def draw_buyer_ids(rng: np.random.Generator, count: int) -> list[str]:
    """Unique platform ids such as tb4821907 or 糖糖妈妈_02917; the last digits never repeat."""
    width = max(6, len(str(count)) + 1)
    scattered = (np.arange(count, dtype=np.int64) * 314_159 + 271_828) % 10**width
    words = _pick(rng, _BABIES, count), _pick(rng, _ROLES[:5], count), _pick(rng, _STEMS, count)
    style = rng.random(count).tolist()
    return [
        f"{baby}{role}_{tail:0{width}d}" if kind < 0.3 else f"{stem if kind < 0.6 else 'tb'}{tail:0{width}d}"
        for baby, role, stem, kind, tail in zip(*words, style, scattered.tolist(), strict=True)
    ]


def draw_nicknames(rng: np.random.Generator, count: int) -> list[str]:
    """What people call themselves; some with a picture, a few that are awkward on purpose."""
    parts = (
        _pick(rng, _BABIES, count),
        _pick(rng, _ROLES, count),
        _pick(rng, _MOODS, count),
        _pick(rng, _ANIMALS, count),
        _pick(rng, _SPARKS, count),
        _pick(rng, list(_AWKWARD), count),
    )
    style, spark = rng.random(count).tolist(), rng.random(count).tolist()
    names = []
    for baby, role, mood, animal, picture, awkward, kind, shine in zip(*parts, style, spark, strict=True):
        if kind < 0.004:
            names.append(awkward)
            continue
        base = f"{baby}{role}" if kind < 0.5 else f"{mood}{animal}" if kind < 0.8 else f"{baby}和{animal}"
        names.append(base + picture if shine < 0.12 else base)
    return names


def phone_of(scattered: Ints) -> list[str]:
    """Numbers of +86 119, a range that no operator has: they look like phones and nobody can be reached."""
    return [f"+86119{number % 10**8:08d}" for number in scattered.tolist()]


def _pick(rng: np.random.Generator, words: list[str], count: int) -> list[str]:
    return [words[i] for i in rng.integers(0, len(words), count).tolist()]
