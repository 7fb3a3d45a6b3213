"""A person's timeline: every kind in its place, newest first, filtered and paged without losing anything."""

from pathlib import Path

from core.i18n import LANGS, catalog
from core.rules.timeline_words import event_words
from core.services.interactions import note_interaction
from core.services.member_notes import write_note
from core.services.members import resolve_member
from core.services.timeline import KINDS, read_timeline
from core.store.database import Database
from tests.services.order_files import NOW, OWNER, at, bring_in, bring_members, new_desk, order


def test_what_happened_stands_in_time_order_and_is_found_by_kind(db: Database, tmp_path: Path) -> None:
    desk = new_desk(db)
    bring_in(
        desk, tmp_path, [order(n, paid_at=at(30 - n), amount="900", refund="100" if n == 1 else "0") for n in range(3)]
    )
    bring_members(desk, tmp_path, [{"member_id": "A", "joined_at": at(60), "consent_sms": "是"}])
    member = resolve_member(desk, "shop:A")
    note_interaction(desk, OWNER, member, "review", stars=5, key="r1", now=NOW)
    write_note(desk, OWNER, member, "喜欢早上联系", now=NOW)
    whole = read_timeline(desk, member, now=NOW, size=100)
    assert [one.at for one in whole.events] == sorted((one.at for one in whole.events), reverse=True)
    assert {
        "order": 3,
        "refund": 1,
        "joined": 1,
        "interaction": 1,
        "note": 1,
        "consent": 1,
    }.items() <= whole.kinds.items()
    assert whole.total == len(whole.events) == sum(whole.kinds.values())
    parts = [read_timeline(desk, member, now=NOW, offset=start, size=4).events for start in range(0, whole.total, 4)]
    assert [one for part in parts for one in part] == whole.events
    orders = read_timeline(desk, member, kinds=("order",), now=NOW)
    assert (orders.total, {one.kind for one in orders.events}) == (3, {"order"})
    for lang in LANGS:
        words = [event_words(one.kind, one.what, one.facts, {}, lang) for one in whole.events]
        assert all(words) and not any("timeline." in said or "{" in said for said in words)
        assert {f"timeline.kind.{kind}" for kind in KINDS} <= set(catalog(lang))
