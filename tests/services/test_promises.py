"""The work list: what is late, what was done in time, who did it, whose address was opened and why."""

import io
import json
from datetime import date, timedelta

import pandas as pd
import pytest
from sqlmodel import select

from core.documents.enums import Area
from core.errors import Refusal
from core.services.desk import Desk
from core.services.gift_labels import count_addresses, labels_html, labels_xlsx, open_labels
from core.services.obligations import create_due
from core.services.promises import (
    assign_promises,
    cancel_promises,
    finish_promises,
    list_promises,
    promise,
    reopen_promise,
    summarise_promises,
)
from core.services.service_people import count_served, name_service_person, service_person_of, share_out
from core.services.today import read_today
from core.store.database import Database
from core.store.queries.promises import PromiseFilter
from core.store.tables import AuditEntry, MemberTier, Obligation
from tests.services.promise_shop import NOW, OWNER, add_order, benefit, open_shop

DAY = timedelta(days=1)
GIFT = {"code": "goodwill", "occasion": "goodwill:1", "what_zh": "小礼物", "what_en": "Gift", "cost_fen": 9_00}
RECEIVER = json.dumps({"name": "李雷", "phone": "13800001111", "address": "=浙江省杭州市<b>1号"}, ensure_ascii=False)


def _shop(db: Database) -> Desk:
    desk = open_shop(db, benefit("box", "yearly_gift", "year", due_days=3, cost_fen=20_00))
    create_due(desk, OWNER, now=NOW)
    return desk


def _owed(desk: Desk, at: object = NOW) -> list[int]:
    return [one.id for one in list_promises(desk, PromiseFilter(), now=at)]  # type: ignore[arg-type]


def _promise(desk: Desk, member: int = 1, **changes: object) -> int:
    with desk.db.write(Area.MEMBERS) as session:
        named = {**GIFT, "due_day": date(2027, 3, 2), "now": NOW, "actor": OWNER, **changes}
        return promise(session, desk, member, **named)  # type: ignore[arg-type]


def test_on_time_and_late_are_counted_by_the_day_they_were_due(db: Database) -> None:
    desk = _shop(db)
    ids = _owed(desk)
    finish_promises(desk, OWNER, ids[:3], now=NOW + 3 * DAY, by="小敏")
    finish_promises(desk, OWNER, ids[3:4], now=NOW + 4 * DAY, by="小敏", each_fen=25_00)
    found = summarise_promises(desk, now=NOW + 4 * DAY)
    assert (found.done, found.on_time, found.cost_fen) == (4, 3, 3 * 20_00 + 25_00)
    assert (found.count(), found.late, found.on_time_rate) == (2, 2, 0.75)


def test_what_an_import_saw_done_is_in_no_rate(db: Database) -> None:
    desk = _shop(db)
    finish_promises(desk, OWNER, _owed(desk)[:2], now=NOW, by="import")
    found = summarise_promises(desk, now=NOW)
    assert found.done == 2 and found.on_time_rate is None


def test_a_second_click_does_nothing_and_a_slip_is_taken_back(db: Database) -> None:
    desk = _shop(db)
    ids = _owed(desk)
    assert finish_promises(desk, OWNER, ids, now=NOW, by="小敏") == 6
    assert finish_promises(desk, OWNER, ids, now=NOW, by="阿杰") == 0
    reopen_promise(desk, OWNER, ids[0], now=NOW)
    assert _owed(desk) == [ids[0]]
    with pytest.raises(Refusal) as refused:
        reopen_promise(desk, OWNER, ids[0], now=NOW)
    assert refused.value.code == "promise_over"


@pytest.mark.parametrize(
    ("_case", "act", "code"),
    [
        ("nobody did it", lambda desk, ids: finish_promises(desk, OWNER, ids, now=NOW, by=" "), "promise_done_by"),
        ("nothing ticked", lambda desk, ids: finish_promises(desk, OWNER, [], now=NOW, by="x"), "promises_none"),
        ("no reason", lambda desk, ids: cancel_promises(desk, OWNER, ids, now=NOW, note=""), "promise_reason"),
        (
            "no reason to look",
            lambda desk, ids: open_labels(desk, OWNER, ids, reason=" ", lang="zh", now=NOW),
            "reveal_reason",
        ),
    ],
)
def test_what_is_missing_is_asked_for(_case: str, act: object, code: str, db: Database) -> None:
    desk = _shop(db)
    with pytest.raises(Refusal) as refused:
        act(desk, _owed(desk))  # type: ignore[operator]
    assert refused.value.code == code and len(_owed(desk)) == 6


def test_a_promise_is_made_once_for_its_occasion(db: Database) -> None:
    desk = open_shop(db)
    first = _promise(desk)
    assert _promise(desk, what_zh="另一个") == first != _promise(desk, occasion="goodwill:2")
    with db.read() as session:
        rows = session.exec(select(Obligation).order_by(Obligation.id)).all()  # type: ignore[arg-type]
    assert [(row.what_zh, row.cost_fen, row.status) for row in rows] == [("小礼物", 9_00, "owed")] * 2


def test_owners_and_filters(db: Database) -> None:
    desk = _shop(db)
    ids = _owed(desk)
    assert assign_promises(desk, OWNER, ids[:2], " 小  敏 ", now=NOW) == 2
    mine = list_promises(desk, PromiseFilter(owner="小 敏"), now=NOW)
    assert [one.id for one in mine] == ids[:2]
    assert list_promises(desk, PromiseFilter(tier="regular"), now=NOW) == []
    assert cancel_promises(desk, OWNER, ids[:1], now=NOW, note="搬家了") == 1
    assert summarise_promises(desk, now=NOW).owners == ("小 敏",)


def test_addresses_are_opened_for_a_reason_and_the_audit_says_so(db: Database) -> None:
    desk = _shop(db)
    add_order(desk, 2, "old", paid_at=NOW - 9 * DAY, receiver=json.dumps({"name": "旧", "address": "旧址"}))
    add_order(desk, 2, "new", receiver=RECEIVER)
    ids = _owed(desk)
    assert count_addresses(desk, [2, 4, 6]) == 1
    found = open_labels(desk, OWNER, ids, reason="寄年度礼盒", lang="zh", now=NOW)
    assert [(one.name, one.phone) for one in found.labels] == [("李雷", "13800001111")] and found.missing == 5
    page = labels_html(found, "zh").decode()
    assert "杭州市&lt;b&gt;1号" in page and "<b>" not in page and "http" not in page
    sheet = pd.read_excel(io.BytesIO(labels_xlsx(found, "zh")), engine="calamine", dtype=str)
    assert sheet["地址"].tolist() == ["'=浙江省杭州市<b>1号"] and sheet["电话"].tolist() == ["13800001111"]
    with db.read() as session:
        entry = session.exec(select(AuditEntry).where(AuditEntry.action == "addresses.revealed")).one()
    assert entry.count == 1 and "寄年度礼盒" in entry.detail and "李雷" not in entry.detail


def test_a_tier_is_shared_out_evenly_and_who_has_somebody_keeps_them(db: Database) -> None:
    desk = open_shop(db, benefit("own", "dedicated_service", "always"), people=24)
    name_service_person(desk, OWNER, 2, "小敏", now=NOW)
    create_due(desk, OWNER, now=NOW)
    assert share_out(desk, OWNER, ["vip"], ["小敏", "阿杰", "阿杰 "], now=NOW) == 11
    assert count_served(desk) == {"小敏": 6, "阿杰": 6} and service_person_of(desk, 2) == "小敏"
    with db.write() as session:
        row = session.get(MemberTier, 2)
        assert row is not None
        row.tier = "regular"
    assert share_out(desk, OWNER, ["vip"], ["可可"], now=NOW) == 0 and service_person_of(desk, 2) == "小敏"
    assert summarise_promises(desk, now=NOW).count() == 0


def test_today_says_what_is_due_and_what_is_late(db: Database) -> None:
    desk = _shop(db)
    add_order(desk, 2, "A")
    at = NOW + 3 * DAY
    (line,) = [one for one in read_today(desk, now=at).todos if one.kind.startswith("promise")]
    assert (line.kind, line.count, line.params["late"]) == ("promise_due", 6, 0)
    (line,) = [one for one in read_today(desk, now=at + DAY).todos if one.kind.startswith("promise")]
    assert (line.kind, line.count, line.params["late"]) == ("promise_late", 6, 6)
    assert not [one for one in read_today(desk, now=NOW).todos if one.kind.startswith("promise")]
