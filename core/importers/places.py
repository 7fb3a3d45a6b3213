"""Provinces by their short names, and province and city out of an address line."""

import re

import pandas as pd

PROVINCES = (
    "北京",
    "天津",
    "河北",
    "山西",
    "内蒙古",
    "辽宁",
    "吉林",
    "黑龙江",
    "上海",
    "江苏",
    "浙江",
    "安徽",
    "福建",
    "江西",
    "山东",
    "河南",
    "湖北",
    "湖南",
    "广东",
    "广西",
    "海南",
    "重庆",
    "四川",
    "贵州",
    "云南",
    "西藏",
    "陕西",
    "甘肃",
    "青海",
    "宁夏",
    "新疆",
    "台湾",
    "香港",
    "澳门",
)
MUNICIPALITIES = frozenset(("北京", "天津", "上海", "重庆", "香港", "澳门"))
_PROVINCE = re.compile(
    rf"(?:中国|中华人民共和国)?\s*({'|'.join(PROVINCES)})(?:壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区|省|市)?"
)
# Counties directly under a province have no city: the platforms write this in its place, or nothing.
_DIRECT = re.compile(r"^(?:省|自治区)直辖县级?(?:行政单位|行政区划)?")
_CITY = re.compile(r"([\u4e00-\u9fff]{2,7}?市|[\u4e00-\u9fff]{2,12}?(?:自治州|地区|盟))")


def province_of(text: str) -> str | None:
    """The short name of a province ("广东省" -> "广东"); None for anything else, masked or foreign."""
    match = _PROVINCE.match(text.strip())
    return match[1] if match else None


def city_of(text: str) -> str | None:
    """A city without its 市 ("广州市" -> "广州"); prefectures and leagues keep their name; None when empty or masked."""
    city = text.strip()
    if not city or "*" in city or _DIRECT.match(city) or city in ("市辖区", "县"):
        return None
    return city.removesuffix("市") if len(city) > 2 else city


def split_address(address: str) -> tuple[str | None, str | None]:
    """Province and city of an address line, with or without blanks between its parts; municipalities are their own city."""
    text = address.strip()
    match = _PROVINCE.match(text)
    if match is None:
        return None, None
    province = match[1]
    if province in MUNICIPALITIES:
        return province, province
    rest = _DIRECT.sub("", text[match.end() :].strip()).strip()
    words = rest.split()
    if len(words) > 1 and len(words[0]) <= 12:
        return province, city_of(words[0])
    found = _CITY.match(rest)
    return province, city_of(found[1]) if found else None


def split_addresses(addresses: "pd.Series[str]") -> tuple["pd.Series[str]", "pd.Series[str]"]:
    """Province and city columns (``str``, missing where not found) of a column of addresses."""
    # The first letters decide, and there are far fewer of them than addresses.
    codes, heads = pd.factorize(addresses.str.slice(0, 24))
    pairs = [split_address(head) for head in heads.tolist()]
    columns = [pd.array([pair[side] for pair in pairs], dtype="str").take(codes) for side in (0, 1)]
    return pd.Series(columns[0], index=addresses.index), pd.Series(columns[1], index=addresses.index)
