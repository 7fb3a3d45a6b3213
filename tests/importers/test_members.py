"""Member files: contacts, birthdays, grades, consents."""

from pathlib import Path

import pandas as pd
import pytest

from core.errors import Refusal
from tests.importers.corpus import csv_bytes, listed, members, write

HEADERS = listed("会员号,手机号,邮箱,姓名,昵称,性别,生日,省份,城市,入会时间,等级,来源,标签,短信同意,邮件同意")
ANN = {
    "会员号": "M1",
    "手机号": "138 1234 5678",
    "邮箱": "Ann@Example.com",
    "姓名": "安",
    "昵称": "小🐣",
    "性别": "女",
    "生日": "1990-05-06",
    "省份": "广东省",
    "城市": "广州市",
    "入会时间": "2024-01-01 10:00:00",
    "等级": "VIP会员",
    "来源": "门店",
    "标签": "奶粉,早教、奶粉",
    "短信同意": "是",
    "邮件同意": "",
}


def file(folder: Path, *rows: dict[str, str]) -> Path:
    return write(folder, csv_bytes(HEADERS, rows), "members.csv")


def test_a_member_file_gives_typed_members(tmp_path: Path) -> None:
    found = members(file(tmp_path, ANN))
    row = found.members.iloc[0]
    assert (row.member_id, row.phone, row.email, row.gender, row.grade) == (
        "M1",
        "+8613812345678",
        "ann@example.com",
        "female",
        3,
    )
    assert (row.birthday_year, row.birthday_month, row.birthday_day) == (1990, 5, 6)
    assert (row.province, row.city, row.tags, row.nickname) == ("广东", "广州", ("奶粉", "早教"), "小🐣")
    assert bool(row.consent_sms)
    assert row.consent_email is pd.NA, "an empty cell is no consent"


@pytest.mark.parametrize(
    ("_case", "changes", "column", "code"),
    [
        ("two phones", {"手机号": "13812345678 13912345678"}, "手机号", "phone_two"),
        ("a bad phone", {"手机号": "123"}, "手机号", "phone_format"),
        ("a rounded id", {"会员号": "1.23E+18"}, "会员号", "id_precision_lost"),
        ("nobody", {"会员号": "", "手机号": ""}, "会员号", "member_key_missing"),
        ("29 Feb", {"生日": "2023-02-29"}, "生日", "birthday_impossible"),
        ("lunar", {"生日": "农历三月初八"}, "生日", "birthday_lunar"),
        ("a grade", {"等级": "钻石"}, "等级", "grade_unknown"),
        ("a consent", {"短信同意": "也许"}, "短信同意", "consent_unknown"),
        ("an e-mail", {"邮箱": "ann"}, "邮箱", "email_format"),
        ("a future joining", {"入会时间": "2027-01-01 00:00:00"}, "入会时间", "time_future"),
        ("an endless nickname", {"昵称": "宝" * 10_000}, "昵称", "text_too_long"),
    ],
)
def test_a_faulty_member_stays_out(tmp_path: Path, _case: str, changes: dict[str, str], column: str, code: str) -> None:
    found = members(file(tmp_path, {**ANN, "会员号": "M0", "手机号": ""}, {**ANN, **changes}))
    assert [(reject.line, reject.column, reject.code) for reject in found.rejects] == [(3, column, code)]
    assert found.members["member_id"].tolist() == ["M0"]
    assert found.accepted + len(found.rejects) == found.rows


@pytest.mark.parametrize("birthday", ["1900-01-01", "0000-00-00", "1970/01/01"])
def test_a_placeholder_birthday_is_none_with_a_note(tmp_path: Path, birthday: str) -> None:
    found = members(file(tmp_path, {**ANN, "生日": birthday}))
    assert found.members["birthday_month"].isna().all()
    assert dict(found.notes)["birthday_placeholder"] == {"n": 1}


def test_a_child_under_14_gets_no_marketing(tmp_path: Path) -> None:
    found = members(file(tmp_path, {**ANN, "生日": "2014-05-06"}))
    assert found.members["consent_sms"].tolist() == [False]
    assert dict(found.notes)["members_under_14"] == {"n": 1}


def test_repeats_count_once_contradictions_and_shared_phones_stay_out(tmp_path: Path) -> None:
    two, three = {**ANN, "会员号": "M2", "手机号": "13800000002"}, {**ANN, "会员号": "M3", "手机号": "13800000002"}
    found = members(
        file(
            tmp_path,
            ANN,
            ANN,
            two,
            three,
            {**ANN, "会员号": "M4", "手机号": ""},
            {**ANN, "会员号": "M4", "手机号": "", "姓名": "宁"},
        )
    )
    assert found.members["member_id"].tolist() == ["M1"]
    assert [reject.code for reject in found.rejects] == [
        "phone_shared",
        "phone_shared",
        "member_differs",
        "member_differs",
    ]
    assert found.accepted == 2


def test_a_masked_phone_is_kept_as_a_label(tmp_path: Path) -> None:
    row = members(file(tmp_path, {**ANN, "手机号": "138****5678"})).members.iloc[0]
    assert (row.phone_masked, pd.isna(row.phone)) == ("138****5678", True)


def test_phones_alone_make_members_and_nothing_makes_none(tmp_path: Path) -> None:
    assert members(write(tmp_path, "手机号\n13812345678\n")).members["phone"].tolist() == ["+8613812345678"]
    with pytest.raises(Refusal, match="mapping_incomplete"):
        members(write(tmp_path, "姓名,城市\n安,广州\n"))
