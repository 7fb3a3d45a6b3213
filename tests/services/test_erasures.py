"""A person's rights: erased for good and kept out, their data in one file, no offers by what they did."""

import json
from pathlib import Path

import pytest
from sqlalchemy import text

from core.documents.enums import Purpose
from core.documents.segment import parse_segment
from core.errors import Refusal
from core.services.actor import Actor
from core.services.audience import picks_by_deeds
from core.services.custom_fields import define_field, set_value
from core.services.desk import Desk
from core.services.erasures import choose_personalised, erase_person
from core.services.goodwill import Gesture, give_goodwill
from core.services.member_notes import write_note
from core.services.member_tags import keep_tags, save_rule
from core.services.not_counted import count_again, mark_members
from core.services.numbers import last_days, read_kpis
from core.services.opt_out_replies import means_no, read_replies
from core.services.person_export import export_person
from core.services.reach import find_reach
from core.services.shop_settings import read_settings
from core.services.verify import verify_store
from core.store.database import Database
from core.store.queries.person_export import _PARTS
from core.store.tables import metadata
from tests.services.order_files import NOW, bring_in, bring_members, new_desk, order, rows_of

OWNER = Actor.owner()
PHONE, NAME = "13800138000", "王小明"


@pytest.fixture
def shop(db: Database, tmp_path: Path) -> Desk:
    desk = new_desk(db)
    bring_in(desk, tmp_path, [order(1, member_id="A", nickname=NAME), order(2, member_id="B")])
    bring_members(desk, tmp_path, [{"member_id": "A", "name": NAME, "phone": PHONE, "tags": "老客"}])
    return desk


def _member(desk: Desk, label: str) -> int:
    return int(rows_of(desk.db, f"SELECT member_id FROM member_identity WHERE label = '{label}'")[0][0])


def test_an_erased_person_has_no_name_left_and_the_figures_stay(shop: Desk) -> None:
    number, month = _member(shop, "A"), last_days(shop.zone, NOW, 3_000)
    before = read_kpis(shop, month, now=NOW)
    erase_person(shop, OWNER, number, reason="本人要求", now=NOW)
    everything = json.loads(export_person(shop, OWNER, number, reason="核对", now=NOW))
    assert NAME not in json.dumps(everything, ensure_ascii=False)
    assert PHONE not in json.dumps(everything) and everything["tags"] == everything["known_by"] == []
    assert everything["person"][0]["opted_out"] and len(everything["orders"]) == 1
    assert read_kpis(shop, month, now=NOW) == before
    assert verify_store(shop).violations == 0
    with pytest.raises(Refusal, match="already_erased"):
        erase_person(shop, OWNER, number, reason="再来一次", now=NOW)


def test_no_word_about_an_erased_person_is_left_in_the_file(shop: Desk) -> None:
    number, words = _member(shop, "A"), "她姓王"
    write_note(shop, OWNER, number, f"{words}，常买", now=NOW)
    field = define_field(shop, OWNER, "宠物", "text", now=NOW)
    set_value(shop, OWNER, number, field.code, f"{words}的猫", now=NOW)
    gift = Gesture(kind="gift", value=500, what="围巾", reason=f"{words}，包裹破了")
    give_goodwill(shop, OWNER, number, gift, key="k", now=NOW)
    mark_members(shop, OWNER, [number], "test", reason=words, now=NOW)
    count_again(shop, OWNER, [number], reason=words, now=NOW)
    erase_person(shop, OWNER, number, reason="本人要求", now=NOW)
    for table, column in (("goodwill", "reason"), ("obligation", "note"), ("member_mark", "why")):
        assert rows_of(shop.db, f"SELECT {column} FROM {table} WHERE member_id = {number}") == [("",)]
    shop.db.checkpoint()
    if shop.db.path is not None:
        held = shop.db.path.read_bytes()
        assert [word for word in (NAME, words, "老客") if word.encode() in held] == []
    assert verify_store(shop).violations == 0


def test_a_rule_gives_an_erased_person_no_tag(shop: Desk) -> None:
    number = _member(shop, "A")
    save_rule(shop, OWNER, "买过的", parse_segment({"field": "orders", "op": "ge", "value": 1}), now=NOW)
    erase_person(shop, OWNER, number, reason="本人要求", now=NOW)
    keep_tags(shop, now=NOW)
    assert rows_of(shop.db, "SELECT member_id FROM member_tag WHERE tag = '买过的'") == [(_member(shop, "B"),)]


def test_who_is_erased_while_a_file_is_read_is_not_brought_back(shop: Desk, tmp_path: Path) -> None:
    number, people = _member(shop, "A"), rows_of(shop.db, "SELECT count(*) FROM member")

    def erase(share: float) -> None:
        if not rows_of(shop.db, "SELECT id FROM erasure"):
            erase_person(shop, OWNER, number, reason="本人要求", now=NOW)

    bring_in(shop, tmp_path, [order(3, member_id="A", nickname=NAME)], progress=erase)
    assert rows_of(shop.db, "SELECT member_id FROM shop_order WHERE order_no = 'T3'") == [(None,)]
    assert rows_of(shop.db, "SELECT count(*) FROM member") == people


def test_no_file_brings_an_erased_person_back(shop: Desk, tmp_path: Path) -> None:
    number = _member(shop, "A")
    erase_person(shop, OWNER, number, reason="本人要求", now=NOW)
    people = rows_of(shop.db, "SELECT count(*) FROM member")
    trial = bring_in(shop, tmp_path, [order(3, member_id="A", nickname=NAME)], dry_run=True)
    assert (trial.orders_new, trial.people_new) == (1, 0)
    bring_in(shop, tmp_path, [order(1, member_id="A", nickname=NAME), order(3, member_id="A", nickname=NAME)])
    owners = rows_of(shop.db, "SELECT order_no, member_id FROM shop_order WHERE order_no <> 'T2' ORDER BY order_no")
    assert owners == [("T1", number), ("T3", None)]
    report = bring_members(shop, tmp_path, [{"member_id": "A", "name": NAME, "phone": PHONE}])
    assert [one.code for one in report.rejects] == ["person_erased"]
    other = bring_members(shop, tmp_path, [{"member_id": "Z", "name": "另一位", "phone": PHONE}])
    assert [one.code for one in other.rejects] == ["person_erased"]
    assert rows_of(shop.db, "SELECT count(*) FROM member") == people
    assert NAME not in str(rows_of(shop.db, "SELECT nickname, name FROM member"))
    assert verify_store(shop).violations == 0


def test_a_person_s_file_holds_what_the_shop_holds(shop: Desk) -> None:
    number = _member(shop, "A")
    with pytest.raises(Refusal, match="export_reason"):
        export_person(shop, OWNER, number, reason=" ", now=NOW)
    found = json.loads(export_person(shop, OWNER, number, reason="本人要求查看", now=NOW))
    assert (found["person"][0]["phone"], found["person"][0]["name"]) == (f"+86{PHONE}", NAME)
    assert [one["tag"] for one in found["tags"]] == ["老客"]
    assert found["orders"][0]["paid_at"].startswith("20") and found["goods"]
    actions = rows_of(shop.db, "SELECT action FROM audit_entry ORDER BY id DESC LIMIT 1")
    assert actions == [("member.exported",)]


def test_a_person_s_file_leaves_out_no_table_that_holds_something_of_a_person() -> None:
    made_of_others = {"member_profile", "stored_posting", "stored_balance", "erasure"}
    named = " ".join(_PARTS.values())
    about = {
        table.name
        for table in metadata.tables.values()
        if any(key.column.table.name == "member" for key in table.foreign_keys)
    }
    assert {name for name in about if f" {name} " not in f"{named} "} == made_of_others


def test_a_person_s_file_tells_days_and_own_fields_as_words(shop: Desk) -> None:
    number = _member(shop, "A")
    field = define_field(shop, OWNER, "见面日", "date", now=NOW)
    set_value(shop, OWNER, number, field.code, "2026-03-08", now=NOW)
    gift = Gesture(kind="gift", value=500, what="围巾", reason="包裹破了")
    give_goodwill(shop, OWNER, number, gift, key="k", now=NOW)
    found = json.loads(export_person(shop, OWNER, number, reason="本人要求查看", now=NOW))
    assert found["own_fields"] == [{"name": "见面日", "value": "2026-03-08"}]
    assert found["goodwill"][0]["reason"] == "包裹破了" and found["promises"][0]["due_day"].startswith("20")


def test_who_refused_it_gets_nothing_that_was_chosen_by_what_they_did(shop: Desk) -> None:
    number = _member(shop, "A")
    choose_personalised(shop, OWNER, number, personalised=False, now=NOW)
    with shop.db.read() as session:
        reasons = [
            find_reach(
                session,
                shop,
                [number],
                ["call_list"],
                read_settings(shop),
                purpose=Purpose.MARKETING,
                chosen=chosen,
                now=NOW,
            )["reason"][0]
            for chosen in (True, False)
        ]
    assert reasons == ["not_personalised", None]


@pytest.mark.parametrize(
    ("_case", "field", "chosen"),
    [("everyone", None, False), ("a tier", ("tier", "in", ["vip"]), False), ("buyers", ("orders", "ge", 2), True)],
)
def test_a_group_by_purchases_is_chosen_and_one_by_published_tiers_is_not(
    _case: str, field: tuple[str, str, object] | None, chosen: bool
) -> None:
    leaves = [] if field is None else [dict(zip(("field", "op", "value"), field, strict=True))]
    assert picks_by_deeds(parse_segment({"all": leaves})) is chosen


def test_only_the_words_of_a_deed_can_be_taken_away(shop: Desk) -> None:
    with shop.db.write() as session:
        session.execute(
            text(
                "INSERT INTO interaction (member_id, kind, occurred_at, subject, note, key, actor, recorded_at)"
                " VALUES (:who, 'review', 1, 'x', 'words', 'k', 'a', 1)"
            ),
            {"who": _member(shop, "A")},
        )
    for change in ("subject = 'y'", "note = 'other'", "kind = 'share'"):
        with pytest.raises(Exception, match="append-only"), shop.db.write() as session:
            session.execute(text(f"UPDATE interaction SET {change}"))
    erase_person(shop, OWNER, _member(shop, "A"), reason="本人要求", now=NOW)
    assert rows_of(shop.db, "SELECT note, subject FROM interaction") == [("", "x")]


def test_replies_that_say_no_stop_everything_and_the_rest_is_told(shop: Desk) -> None:
    pasted = f"{PHONE} Ｔ\n\nB 退 订。\n谁 T\nB 什么时候发货？\nA"
    done = read_replies(shop, OWNER, pasted, platform="shop", source="回复退订", now=NOW)
    assert (done.stopped, done.again, done.unknown, done.other) == (2, 0, (4,), (5,))
    assert rows_of(shop.db, "SELECT opted_out FROM member ORDER BY id") == [(1,), (1,)] or rows_of(
        shop.db, "SELECT opted_out FROM member ORDER BY id"
    ) == [(True,), (True,)]
    assert read_replies(shop, OWNER, "B TD", platform="shop", source="回复退订", now=NOW).again == 1


@pytest.mark.parametrize(
    ("_case", "words", "no"), [("TD", "td", True), ("reply R", "回复R", True), ("thanks", "谢谢", False)]
)
def test_only_the_words_of_a_refusal_refuse(_case: str, words: str, no: bool) -> None:
    assert means_no(words) is no
