"""Numbers, money, dates and member text on the screen."""

from datetime import UTC, date, datetime

import pytest

from core.clock import ShopZone
from core.i18n import Lang
from pages.ui import format


@pytest.mark.parametrize(
    ("_case", "fen", "shown"),
    [
        ("whole yuan", 123_400, "¥1,234"),
        ("with fen", 123_450, "¥1,234.50"),
        ("one fen", 1, "¥0.01"),
        ("negative", -340, "-¥3.40"),
        ("nothing", 0, "¥0"),
    ],
)
def test_an_amount_is_exact(_case: str, fen: int, shown: str) -> None:
    assert format.yuan(fen) == shown


@pytest.mark.parametrize(
    ("_case", "fen", "zh", "en"),
    [
        ("large", 21_505_400, "¥21.5万", "¥215.1K"),
        ("hundreds of millions", 12_345_678_900, "¥1.2亿", "¥123.5M"),
        ("below ten thousand", 999_949, "¥9,999", "¥9,999"),
        ("negative", -21_505_400, "-¥21.5万", "-¥215.1K"),
    ],
)
def test_a_headline_amount_is_short(_case: str, fen: int, zh: str, en: str) -> None:
    assert (format.yuan_short(fen, "zh"), format.yuan_short(fen, "en")) == (zh, en)


def test_shares_differ_by_points_and_counts_by_percent() -> None:
    assert format.points(0.366, 0.355, "zh") == "-1.1 个百分点"
    assert format.points(0.355, 0.366, "en") == "+1.1 points"
    assert format.change(100, 94) == "-6.0%"
    assert format.change(0, 94) is None
    assert format.percent(0.355) == "35.5%"


@pytest.mark.parametrize(("lang", "shown"), [("zh", "11月21日 01:30"), ("en", "21 Nov 01:30")])
def test_an_instant_is_told_on_the_shops_clock(lang: Lang, shown: str) -> None:
    assert format.moment(datetime(2026, 11, 20, 17, 30, tzinfo=UTC), ShopZone(), lang) == shown


def test_a_day_and_its_year() -> None:
    assert format.day(date(2026, 11, 20), "zh", year=True) == "2026年11月20日"
    assert format.day(date(2026, 11, 20), "en", year=True) == "20 Nov 2026"
    assert format.until(date(2026, 12, 1)) == date(2026, 11, 30)


def test_one_person_is_not_people() -> None:
    assert format.people(1, "en") == "1 person"
    assert format.people(1_653, "en") == "1,653 people"
    assert format.people(1_653, "zh") == "1,653 人"


@pytest.mark.parametrize(
    ("_case", "text", "never"),
    [
        ("emphasis", "*a* _b_ ~c~ `d`", "*a*"),
        ("a picture that would be fetched", "![i](http://evil.example/x.png)", "!["),
        ("a bare address", "http://evil.example", "http\\://"),
        ("a bare www address", "www.evil.example", "www\\."),
        ("a directive", ":red[x]", ":red"),
        ("an icon", ":material/home:", ":material"),
        ("markup", "<img onerror=x>", " <img"),
        ("a formula", "$x$", "$x$"),
        ("two lines", "a\n# b", "\n"),
    ],
)
def test_member_text_is_never_markup(_case: str, text: str, never: str) -> None:
    assert never not in format.md_escape(text)
