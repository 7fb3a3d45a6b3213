"""What the shop writes on a person's card: notes, tags by hand and by rule, fields of its own."""

from pathlib import Path

import pytest

from core.documents.segment import Leaf
from core.errors import Refusal
from core.services import custom_fields, member_tags
from core.services.desk import Desk
from core.services.member_notes import notes_of, take_back_note, write_note
from core.services.members import resolve_member
from core.store.database import Database
from core.store.queries.members import MemberFilter
from tests.services.order_files import NOW, OWNER, at, bring_in, bring_members, new_desk, order, rows_of, value_of


@pytest.fixture
def desk(db: Database, tmp_path: Path) -> Desk:
    """Members M0..M4; Mn has bought n times."""
    opened = new_desk(db)
    orders = [order(f"{n}-{k}", member_id=f"M{n}", paid_at=at(20 + k)) for n in range(5) for k in range(n)]
    bring_in(opened, tmp_path, orders)
    people = [{"member_id": f"M{n}", "joined_at": at(200), "tags": "老友" if n == 0 else ""} for n in range(5)]
    bring_members(opened, tmp_path, people)
    return opened


def _id(desk: Desk, number: int) -> int:
    return resolve_member(desk, f"shop:M{number}")


def _with(desk: Desk, tag: str) -> dict[int, bool]:
    rows = rows_of(desk.db, "SELECT member_id, by_rule FROM member_tag WHERE tag = :tag", tag=tag)
    return {int(member): bool(ruled) for member, ruled in rows}


def test_a_note_stands_until_it_is_taken_back_and_the_trail_never_holds_its_words(desk: Desk) -> None:
    member = _id(desk, 1)
    first = write_note(desk, OWNER, member, "  双胞胎，穿 110 码 ", now=NOW)
    write_note(desk, OWNER, member, "喜欢早上联系", now=NOW)
    assert [note.text for note in notes_of(desk, member)] == ["喜欢早上联系", "双胞胎，穿 110 码"]
    take_back_note(desk, OWNER, first, now=NOW)
    assert [note.text for note in notes_of(desk, member)] == ["喜欢早上联系"]
    with pytest.raises(Refusal, match="note_gone"):
        take_back_note(desk, OWNER, first, now=NOW)
    for words in ("", " ", "长" * 501):
        with pytest.raises(Refusal, match="note_text"):
            write_note(desk, OWNER, member, words, now=NOW)
    with pytest.raises(Refusal, match="member_unknown"):
        write_note(desk, OWNER, 99_999, "谁？", now=NOW)
    trail = rows_of(desk.db, "SELECT action, subject, detail FROM audit_entry WHERE action LIKE 'note.%' ORDER BY id")
    assert [row[0] for row in trail] == ["note.written", "note.written", "note.removed"]
    assert not any("码" in detail or "早上" in detail for _, _, detail in trail)


def test_a_rule_gives_and_takes_its_own_tag_and_leaves_the_hands(desk: Desk, tmp_path: Path) -> None:
    member_tags.tag_members(desk, OWNER, [_id(desk, 0), _id(desk, 4)], "回头客", now=NOW)
    assert member_tags.save_rule(desk, OWNER, "回头客", Leaf("orders", "ge", 3), now=NOW) == 1
    assert _with(desk, "回头客") == {_id(desk, 0): False, _id(desk, 4): False, _id(desk, 3): True}
    bring_in(desk, tmp_path, [order("new", member_id="M2", paid_at=at(1))])
    assert _with(desk, "回头客")[_id(desk, 2)] is True
    member_tags.save_rule(desk, OWNER, "回头客", Leaf("orders", "ge", 4), now=NOW)
    assert member_tags.keep_tags(desk, now=NOW) == 0
    assert _with(desk, "回头客") == {_id(desk, 0): False, _id(desk, 4): False}
    member_tags.save_rule(desk, OWNER, "回头客", Leaf("orders", "ge", 1), now=NOW)
    assert member_tags.untag_members(desk, OWNER, [_id(desk, n) for n in range(5)], "回头客", now=NOW) == 2
    assert member_tags.keep_tags(desk, now=NOW) == 1
    assert member_tags.drop_rule(desk, OWNER, "回头客", now=NOW) == 4
    assert _with(desk, "回头客") == {}


def test_a_hand_makes_a_rules_tag_its_own(desk: Desk) -> None:
    member_tags.save_rule(desk, OWNER, "常客", Leaf("orders", "ge", 3), now=NOW)
    assert member_tags.tag_members(desk, OWNER, [_id(desk, 3)], "常客", now=NOW) == 0
    member_tags.drop_rule(desk, OWNER, "常客", now=NOW)
    assert _with(desk, "常客") == {_id(desk, 3): False}


def test_tags_go_to_everybody_whom_the_list_finds(desk: Desk) -> None:
    wanted = MemberFilter(tag="老友")
    assert member_tags.tag_found(desk, OWNER, wanted, "送礼", now=NOW) == 1
    assert member_tags.tag_found(desk, OWNER, MemberFilter(), "送礼", tree=Leaf("orders", "ge", 3), now=NOW) == 2
    assert sorted(_with(desk, "送礼")) == sorted(_id(desk, n) for n in (0, 3, 4))
    assert member_tags.untag_found(desk, OWNER, wanted, "送礼", now=NOW) == 1
    lines = {line.tag: line for line in member_tags.list_tags(desk)}
    assert (lines["送礼"].people, lines["老友"].by_hand) == (2, 1)
    assert member_tags.drop_tag(desk, OWNER, "送礼", now=NOW) == 2


def test_a_tag_that_is_none_or_asks_for_itself_is_refused(desk: Desk) -> None:
    for name in ("", "  ", "a,b", "甲" * 31):
        with pytest.raises(Refusal, match="tag_name"):
            member_tags.tag_members(desk, OWNER, [_id(desk, 0)], name, now=NOW)
    with pytest.raises(Refusal, match="tag_circle"):
        member_tags.save_rule(desk, OWNER, "圈", Leaf("tag", "has", "圈"), now=NOW)


FIT = [
    ("text", (), " 羊毛 过敏 ", "羊毛 过敏"),
    ("number", (), "12.50", "12.5"),
    ("number", (), "1,200", "1200"),
    ("date", (), "2026/3/8", "2026-03-08"),
    ("date", (), "2026年3月8日", "2026-03-08"),
    ("choice", ("一段", "二段"), "二段", "二段"),
    ("flag", (), "是", "1"),
    ("flag", (), "No", "0"),
]
UNFIT = [
    ("number", "十二"),
    ("number", "1.2345"),
    ("date", "2026-02-30"),
    ("date", "昨天"),
    ("choice", "三段"),
    ("flag", "也许"),
]


def test_fields_of_the_owners_own_keep_what_fits_and_refuse_the_rest(desk: Desk) -> None:
    member = _id(desk, 1)
    codes = {}
    for place, (kind, choices, raw, shown) in enumerate(FIT):
        field = custom_fields.define_field(desk, OWNER, f"栏 {place}", kind, choices=choices, now=NOW)
        codes.setdefault(kind, field.code)
        custom_fields.set_value(desk, OWNER, member, field.code, raw, now=NOW)
        assert custom_fields.values_of(desk, member)[place].value == shown
    assert len({field.code for field in custom_fields.list_fields(desk)}) == len(FIT)
    for kind, raw in UNFIT:
        with pytest.raises(Refusal, match=f"custom_value_{kind}"):
            custom_fields.set_value(desk, OWNER, member, codes[kind], raw, now=NOW)
    custom_fields.set_value(desk, OWNER, member, codes["text"], "", now=NOW)
    assert custom_fields.values_of(desk, member)[0].value is None
    assert "过敏" not in str(rows_of(desk.db, "SELECT detail FROM audit_entry"))


def test_a_field_is_named_ordered_and_put_away_with_its_values(desk: Desk) -> None:
    first, second = (custom_fields.define_field(desk, OWNER, name, "text", now=NOW) for name in ("Baby size", "花色"))
    assert (first.code, second.code) == ("baby_size", "field")
    custom_fields.set_value(desk, OWNER, _id(desk, 1), second.code, "蓝", now=NOW)
    custom_fields.move_field(desk, OWNER, second.code, -1, now=NOW)
    custom_fields.rename_field(desk, OWNER, first.code, "尺码", now=NOW)
    assert [field.name for field in custom_fields.list_fields(desk)] == ["花色", "尺码"]
    custom_fields.archive_field(desk, OWNER, second.code, now=NOW)
    assert [field.name for field in custom_fields.list_fields(desk)] == ["尺码"]
    custom_fields.archive_field(desk, OWNER, second.code, away=False, now=NOW)
    assert [(field.name, field.people) for field in custom_fields.list_fields(desk)] == [("花色", 1), ("尺码", 0)]
    for name, code in (("花色", "field_name_taken"), ("", "field_name")):
        with pytest.raises(Refusal, match=code):
            custom_fields.define_field(desk, OWNER, name, "text", now=NOW)
    with pytest.raises(Refusal, match="field_choices"):
        custom_fields.define_field(desk, OWNER, "段", "choice", choices=["一段"], now=NOW)


def test_a_member_file_brings_values_for_the_fields_it_names(desk: Desk, tmp_path: Path) -> None:
    custom_fields.define_field(desk, OWNER, "宝宝段位", "choice", choices=["一段", "二段"], now=NOW)
    custom_fields.define_field(desk, OWNER, "预产期", "date", now=NOW)
    rows = [
        {"member_id": "M1", "宝宝段位": "二段", "预产期": "2026-05-01"},
        {"member_id": "M2", "宝宝段位": "", "预产期": "2026-13-01"},
        {"member_id": "M3", "宝宝段位": "", "预产期": ""},
    ]
    report = bring_members(desk, tmp_path, rows)
    assert (report.accepted, report.rejected, report.unchanged) == (2, 1, 1)
    assert [one.value for one in custom_fields.values_of(desk, _id(desk, 1))] == ["二段", "2026-05-01"]
    assert bring_members(desk, tmp_path, rows).unchanged == 2
    assert value_of(desk.db, "SELECT count(*) FROM custom_value") == 2
