"""What a member file says about a person: birthday, gender, consent, grade, tags, e-mail."""

import re
from dataclasses import dataclass
from datetime import date

from core.importers.cells import narrow
from core.importers.rejects import Fault

GRADES = {
    "店铺客户": 0,
    "普通会员": 1,
    "普通": 1,
    "高级会员": 2,
    "高级": 2,
    "vip会员": 3,
    "vip": 3,
    "至尊vip": 4,
    "至尊vip会员": 4,
}
MAX_GRADE = 99
ADULT_CONSENT = 14  # below this age personal data is sensitive (PIPL 28, 31): no marketing
_YES = frozenset(
    (
        "是",
        "y",
        "yes",
        "1",
        "true",
        "t",
        "on",
        "同意",
        "已同意",
        "订阅",
        "已订阅",
        "接受",
        "允许",
        "subscribed",
        "√",
        "✓",
    )
)
_NO = frozenset(
    (
        "否",
        "n",
        "no",
        "0",
        "false",
        "f",
        "off",
        "不同意",
        "未同意",
        "拒绝",
        "已拒绝",
        "退订",
        "已退订",
        "未订阅",
        "不接受",
        "不允许",
        "unsubscribed",
        "×",
    )
)
_MALE = frozenset(("男", "男性", "m", "male", "先生"))
_FEMALE = frozenset(("女", "女性", "f", "female", "女士"))
_UNSAID = frozenset(("未知", "保密", "其他", "不详", "unknown", "other", "u", "-"))
_EMAIL = re.compile(r"[^\s@,;<>\"()\x00-\x1f]{1,64}@[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?\.[a-z]{2,24}")
_FULL_DATE = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?:[ T]00:00(?::00)?)?")
_DAY_FIRST = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}")
_YEARLESS = re.compile(r"(?:-{2})?(\d{1,2})[-/.月](\d{1,2})日?")
_LUNAR = re.compile(r"农历|阴历|正月|腊月|冬月|闰|初[一二三四五六七八九十]|廿|[一二三四五六七八九十]月")
PLACEHOLDERS = frozenset(("0000-00-00", "1900-01-01", "1970-01-01", "1899-12-31", "1900-1-1", "1900-01-00"))


@dataclass(frozen=True)
class Birthday:
    """A day of the year, with its year where it is known."""

    year: int | None
    month: int
    day: int

    def age(self, today: date) -> int | None:
        """Full years on a day, None without a birth year."""
        if self.year is None:
            return None
        return today.year - self.year - ((today.month, today.day) < (self.month, self.day))


def is_placeholder(text: str) -> bool:
    """Whether a birthday is what systems write when they have none."""
    return narrow(text).replace("/", "-").split(" ")[0] in PLACEHOLDERS


def parse_birthday(text: str, today: date) -> Birthday | Fault:
    """A birthday, year first or without a year ("1990-05-06", "1990年5月6日", "19900506", "05-06").

    29 Feb needs a leap year or none. Faults: ``birthday_lunar``, ``birthday_format``, ``birthday_impossible``, ``time_ambiguous``.
    """
    bare = narrow(text)
    if _LUNAR.search(bare):
        return Fault("birthday_lunar")
    if full := _FULL_DATE.fullmatch(bare):
        year, month, day = (int(part) for part in full.groups())
    elif short := _YEARLESS.fullmatch(bare):
        year, month, day = 0, int(short[1]), int(short[2])
    else:
        return Fault("time_ambiguous" if _DAY_FIRST.fullmatch(bare) else "birthday_format")
    try:
        born = date(year or 2000, month, day)
    except ValueError:
        return Fault("birthday_impossible")
    if year and (year < 1900 or born > today):
        return Fault("birthday_impossible")
    return Birthday(year or None, month, day)


def parse_gender(text: str) -> str | Fault | None:
    """``male``, ``female``, None where it is not said."""
    word = narrow(text).casefold()
    if word in _MALE:
        return "male"
    if word in _FEMALE:
        return "female"
    return None if word in _UNSAID else Fault("gender_unknown")


def parse_consent(text: str) -> bool | Fault:
    """True only for a clear yes, False for a clear no; an empty cell never gets here and is no consent."""
    word = narrow(text).casefold()
    if word in _YES:
        return True
    return False if word in _NO else Fault("consent_unknown")


def parse_grade(text: str) -> int | Fault:
    """The platform's grade: 0 (not a member) to 4 by number or by Taobao's word."""
    word = narrow(text).casefold().replace(" ", "")
    if word in GRADES:
        return GRADES[word]
    number = word.removesuffix(".0")
    if number.isascii() and number.isdigit() and int(number) <= MAX_GRADE:
        return int(number)
    return Fault("grade_unknown")


def parse_tags(text: str) -> tuple[str, ...]:
    """The distinct tags of a cell, parted by commas, semicolons, bars or 、."""
    return tuple(dict.fromkeys(tag.strip() for tag in re.split(r"[,，;；|｜、]", text) if tag.strip()))


def parse_email(text: str) -> str | Fault:
    """An e-mail address in lower case."""
    address = narrow(text).casefold()
    return address if _EMAIL.fullmatch(address) and ".." not in address else Fault("email_format")
