"""One cell at a time: what it becomes, or why it does not."""

import random
from datetime import date

import pandas as pd
import phonenumbers
import pytest

from core.clock import from_micros
from core.importers import cells
from core.importers.personal import Birthday, parse_birthday, parse_consent, parse_email, parse_gender, parse_grade
from core.importers.phones import parse_phone, parse_phones
from core.importers.places import PROVINCES, province_of, split_address
from core.importers.rejects import Fault
from core.importers.statuses import parse_status
from tests.importers.corpus import NOW, ZONE


def outcome(result: object) -> object:
    """A fault's code, or the value."""
    return result.code if isinstance(result, Fault) else result


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12", 1200),
        ("12.5", 1250),
        ("0.07", 7),
        ("¥1,234.50", 123450),
        ("￥12.00", 1200),
        ("12.00元", 1200),
        ("0元", 0),
        ("-5", -500),
        ("1,234", 123400),
        ("１２．５", 1250),
        ("999999999.99", 99999999999),
        ("12.345", "amount_format"),
        ("1.234,50", "amount_format"),
        ("12,34", "amount_format"),
        ("NaN", "amount_format"),
        ("inf", "amount_format"),
        ("1e309", "amount_format"),
        ("1_000", "amount_format"),
        ("1e3", "amount_format"),
        ("²", "amount_format"),
        ("1234567890", "amount_format"),
        (".5", "amount_format"),
        ("$12", "amount_format"),
        ("一百", "amount_format"),
        ("12 50", "amount_format"),
        ("٣", "amount_format"),
    ],
)
def test_money_is_exact_fen_or_a_fault(text: str, expected: object) -> None:
    assert outcome(cells.parse_money(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-06-18 00:05:01", "2025-06-17T16:05:01+00:00"),
        ("2025/6/18 0:05", "2025-06-17T16:05:00+00:00"),
        ("2025-06-18", "2025-06-17T16:00:00+00:00"),
        ("2025年6月18日 08:00", "2025-06-18T00:00:00+00:00"),
        ("2025-06-18T08:00:00Z", "2025-06-18T08:00:00+00:00"),
        ("2025-06-18 08:00:00 +0800", "2025-06-18T00:00:00+00:00"),
        ("2025-06-18 08:00:00.250", "2025-06-18T00:00:00.250000+00:00"),
        ("2026-03-02 11:00:00", "2026-03-02T03:00:00+00:00"),
        ("2026-03-02 13:00:00", "time_future"),
        ("2002-12-31 10:00:00", "time_too_early"),
        ("0000-00-00 00:00:00", "time_too_early"),
        ("1900-01-01", "time_too_early"),
        ("2025-06-18 24:00:00", "time_format"),
        ("2025-02-29 10:00:00", "time_format"),
        ("2025-06-18 下午3:00", "time_format"),
        ("2025-06-18 03:00 PM", "time_format"),
        ("46082", "time_format"),
        ("1/2/2026", "time_ambiguous"),
        ("01-02-2026 10:00", "time_ambiguous"),
        ("昨天", "time_format"),
    ],
)
def test_times_are_shop_time_year_first(text: str, expected: str) -> None:
    parsed = cells.parse_instants(pd.Series(["", text], dtype="str"), ZONE, NOW)
    assert parsed.values.isna().iloc[0], "an empty cell is missing, not a fault"
    if 1 in parsed.faults:
        assert parsed.faults[1].code == expected
    else:
        assert from_micros(parsed.values.iloc[1]).isoformat() == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("13812345678", "+8613812345678"),
        ("+86 138-1234-5678", "+8613812345678"),
        ("008613812345678", "+8613812345678"),
        ("8613812345678", "+8613812345678"),
        ("１３８１２３４５６７８", "+8613812345678"),
        ("010-62345678", "+861062345678"),
        ("+65 9123 4567", "+6591234567"),
        ("138****1234", "138****1234"),
        ("1.38E+10", "id_precision_lost"),
        ("13812345678,13912345678", "phone_two"),
        ("13812345678/13912345678", "phone_two"),
        ("12345", "phone_format"),
        ("138123456789", "phone_format"),
        ("²3812345678", "phone_format"),
        ("abc", "phone_format"),
        ("#密文*", "phone_format"),
    ],
)
def test_phones_are_e164_masked_or_a_fault(text: str, expected: str) -> None:
    assert outcome(parse_phone(text)) == expected


def test_a_masked_phone_is_a_label_and_never_a_number() -> None:
    phones = parse_phones(pd.Series(["138****1234", "13812345678", ""], dtype="str"))
    assert phones.numbers.fillna("").tolist() == ["", "+8613812345678", ""]
    assert phones.masked.fillna("").tolist() == ["138****1234", "", ""]


def test_the_short_way_for_mobiles_says_what_the_library_says() -> None:
    draw = random.Random(7)
    for _ in range(1_500):
        text = f"1{draw.randint(3, 9)}{draw.randint(0, 10**9 - 1):09d}"
        valid = phonenumbers.is_valid_number(phonenumbers.parse(text, "CN"))
        assert outcome(parse_phone(text)) == (f"+86{text}" if valid else "phone_format")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1990-05-06", Birthday(1990, 5, 6)),
        ("1990年5月6日", Birthday(1990, 5, 6)),
        ("19900506", Birthday(1990, 5, 6)),
        ("1990/5/6", Birthday(1990, 5, 6)),
        ("1990-05-06 00:00:00", Birthday(1990, 5, 6)),
        ("03-08", Birthday(None, 3, 8)),
        ("3月8日", Birthday(None, 3, 8)),
        ("02-29", Birthday(None, 2, 29)),
        ("2024-02-29", Birthday(2024, 2, 29)),
        ("2023-02-29", "birthday_impossible"),
        ("1990-13-01", "birthday_impossible"),
        ("2027-01-01", "birthday_impossible"),
        ("农历三月初八", "birthday_lunar"),
        ("腊月廿三", "birthday_lunar"),
        ("1/2/1990", "time_ambiguous"),
        ("春天", "birthday_format"),
    ],
)
def test_birthdays_are_days_with_or_without_a_year(text: str, expected: object) -> None:
    assert outcome(parse_birthday(text, date(2026, 3, 1))) == expected


@pytest.mark.parametrize(
    ("parse", "text", "expected"),
    [
        (parse_consent, "是", True),
        (parse_consent, "YES", True),
        (parse_consent, "１", True),
        (parse_consent, "TRUE", True),
        (parse_consent, "否", False),
        (parse_consent, "退订", False),
        (parse_consent, "大概", "consent_unknown"),
        (parse_gender, "女", "female"),
        (parse_gender, "M", "male"),
        (parse_gender, "保密", None),
        (parse_gender, "火", "gender_unknown"),
        (parse_grade, "至尊VIP", 4),
        (parse_grade, "2", 2),
        (parse_grade, "店铺客户", 0),
        (parse_grade, "钻石", "grade_unknown"),
        (parse_email, "Ann@Example.COM", "ann@example.com"),
        (parse_email, "a@b", "email_format"),
        (parse_email, "a@b.cn,c@d.cn", "email_format"),
        (cells.parse_quantity, "3", 3),
        (cells.parse_quantity, "1.5", "quantity_format"),
        (cells.parse_quantity, "-1", "quantity_format"),
        (cells.parse_id, "35153131473293579", "35153131473293579"),
        (cells.parse_id, "3.51531E+17", "id_precision_lost"),
        (cells.parse_id, "4351531314732936192.0", "id_precision_lost"),
        (cells.parse_id, "a b", "id_format"),
        (cells.parse_id, "#1001", "#1001"),
        (cells.clean_nickname, "小🐣\u202e宝\x07", "小🐣宝"),
        (cells.clean_nickname, "👩\u200d👧", "👩\u200d👧"),
        (cells.clean_nickname, "=cmd|'/c calc'!A1", "=cmd|'/c calc'!A1"),
        (cells.clean_nickname, "宝" * 65, "text_too_long"),
        (parse_status, "买家已付款，等待卖家发货", "paid"),
        (parse_status, "买家已付款｜｜｜等待卖家发货", "paid"),
        (parse_status, "等待买家付款", "wait_pay"),
        (parse_status, "卖家部分发货", "part_shipped"),
        (parse_status, "卖家已发货,等待买家确认", "shipped"),
        (parse_status, "交易成功", "finished"),
        (parse_status, "交易关闭", "closed"),
        (parse_status, "TRADE_CLOSED_BY_TAOBAO", "closed"),
        (parse_status, "partially_refunded", "paid"),
        (parse_status, "随便", "status_unknown"),
    ],
)
def test_small_vocabularies(parse: cells.Parser, text: str, expected: object) -> None:
    assert outcome(parse(text)) == expected


def test_what_spreadsheets_put_around_a_cell_is_taken_off_and_nothing_else() -> None:
    texts = ['="123"', "'13800000000", "\t9001", " a ", '="12a"', "'quoted'", "'=cmd", "'-5", "=1+1", ""]
    expected = ["123", "13800000000", "9001", "a", '="12a"', "'quoted'", "=cmd", "-5", "=1+1", ""]
    assert cells.plain(pd.Series(texts, dtype="str")).tolist() == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("广东省 广州市 天河区 花城大道1号", ("广东", "广州")),
        ("北京 北京市 朝阳区 望京", ("北京", "北京")),
        ("上海市浦东新区世纪大道", ("上海", "上海")),
        ("内蒙古自治区 呼伦贝尔市 海拉尔区", ("内蒙古", "呼伦贝尔")),
        ("湖北省恩施土家族苗族自治州恩施市", ("湖北", "恩施土家族苗族自治州")),
        ("湖北省 省直辖县级行政单位 仙桃市", ("湖北", "仙桃")),
        ("浙江省杭州市西湖区", ("浙江", "杭州")),
        ("黑龙江省 哈尔滨市 道里区", ("黑龙江", "哈尔滨")),
        ("浙江省 杭州市 淳安县 千岛湖镇", ("浙江", "杭州")),
        ("沙洲街道****", (None, None)),
        ("", (None, None)),
    ],
)
def test_province_and_city_of_an_address(address: str, expected: tuple[str | None, str | None]) -> None:
    assert split_address(address) == expected


def test_there_are_34_provinces_and_each_long_name_finds_its_short_one() -> None:
    assert len(set(PROVINCES)) == 34
    assert province_of("广东省") == "广东"
    assert province_of("新疆维吾尔自治区") == "新疆"
    assert province_of("California") is None


def test_ids_that_a_spreadsheet_filled_with_zeros_are_found_only_when_most_are_so() -> None:
    rounded = pd.Series(["4351531314732930000", "4351531314732940000", "12"], dtype="str")
    assert cells.rounded_ids(rounded).tolist() == [True, True, False]
    chance = pd.Series(["4351531314732930000", "4351531314732935791", "4351531314732935792"], dtype="str")
    assert not cells.rounded_ids(chance).any()
