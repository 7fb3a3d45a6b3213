"""The demo shop's promises: half a year of them through the same services as real ones, kept as a busy shop keeps them."""

import json
from datetime import datetime, timedelta

from core.clock import day_number
from core.documents.enums import Area
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.obligations import create_due
from core.services.partners import import_codes, save_partner
from core.services.promises import claim_promises, finish_promises, promise
from core.services.rule_versions import read_live
from core.services.service_people import share_out
from core.store.queries import demo_promises as queries
from core.store.queries.obligations import members_without

STAFF = ("小敏", "阿杰", "可可")
STEP_DAYS, STEPS = 30, 6
PARTS = 5  # a month's work is done in so many goes
PARTNER_CODES = 80
LATE_KIND = "yearly_gift"  # the boxes came late this year: the review says so
FORGOTTEN = 20  # of the last month one in so many is still open
GIFT, GIFTS = "thanks", 3
STREETS = ("幸福路", "文化街", "解放大道", "桂花巷", "滨江路", "学府路")


def add_promises(desk: Desk, actor: Actor, *, now: datetime) -> int:
    """Make and keep the promises of the last half year; most in time, some late, a few of the last days still open."""
    _add_partners(desk, actor, now=now)
    _add_addresses(desk)
    made = 0
    for step in range(STEPS, -1, -1):
        at = now - timedelta(days=STEP_DAYS * step)
        made += create_due(desk, actor, now=at).created
        if step == STEPS:
            _share_out(desk, actor, now=at)
        _keep(desk, actor, since=at, last=step == 0, now=now)
    return made + _promise_gifts(desk, actor, now=now)


def _keep(desk: Desk, actor: Actor, *, since: datetime, last: bool, now: datetime) -> None:
    """One month: a third of what is on offer is claimed; of what is owed nine in ten are done in time, the others late."""
    zone = desk.zone
    with desk.db.read() as session:
        offered = [row.id for row in queries.open_promises(session, "offered") if row.id % 3 == 0]
    if offered and not last:
        claim_promises(desk, actor, offered, now=since + timedelta(days=1))
    with desk.db.read() as session:
        owed = [row for row in queries.open_promises(session, "owed") if row.kind != "priority_shipping"]
    today = day_number(zone.day(now))
    groups: dict[int, list[int]] = {}
    for row in owed:
        late = row.id % (2 if row.kind == LATE_KIND else 10) == 0
        day = row.due_day + row.id % 4 + 1 if late else max(row.due_day - row.id % PARTS, row.begins_day)
        forgotten = last and row.id % FORGOTTEN == 0
        if day < today and not forgotten:
            groups.setdefault(day, []).append(row.id)
    for day, ids in sorted(groups.items()):  # one of the staff has the day: a write each day is what takes the time
        finish_promises(desk, actor, ids, now=now - timedelta(days=today - day), by=STAFF[day % len(STAFF)])


def _promise_gifts(desk: Desk, actor: Actor, *, now: datetime) -> int:
    """A small gift that service promised to some of the best, due today."""
    document, _ = read_live(desk, now=now)
    top = document.codes[-1]
    with desk.db.write(Area.MEMBERS) as session:
        best = members_without(session, GIFT, "service", [top], 0, now=now)[:GIFTS]
        for row in best:
            promise(
                session,
                desk,
                row.member_id,
                code=GIFT,
                occasion="service",
                what_zh="答谢小礼物",
                what_en="A small thank-you gift",
                due_day=desk.zone.day(now),
                cost_fen=18_00,
                tier=top,
                actor=actor,
                now=now,
            )
    return len(best)


def _share_out(desk: Desk, actor: Actor, *, now: datetime) -> None:
    document, _ = read_live(desk, now=now)
    tiers = [code for benefit in document.benefits if benefit.kind == "dedicated_service" for code in benefit.cells]
    if tiers:
        share_out(desk, actor, tiers, STAFF, now=now)


def _add_partners(desk: Desk, actor: Actor, *, now: datetime) -> None:
    """A partner and its codes for every partner benefit of the rules."""
    document, _ = read_live(desk, now=now)
    for benefit in document.benefits:
        if benefit.kind != "partner" or not benefit.partner:
            continue
        save_partner(
            desk,
            actor,
            code=benefit.partner,
            name="街角亲子摄影",
            contact="王店长",
            gives=benefit.name_zh,
            share_bp=5_000,
            code_cost_fen=30_00,
            now=now,
        )
        codes = "\n".join(f"{benefit.partner.upper()}-{number:04d}" for number in range(1, PARTNER_CODES + 1))
        import_codes(desk, actor, benefit.partner, codes, now=now)


def _add_addresses(desk: Desk) -> None:
    """A sealed receiver on the newest order of everybody above the lowest tier, as an import would have left it."""
    document, _ = read_live(desk, now=desk.now())
    with desk.db.write(Area.ORDERS) as session:
        sealed = []
        for row in queries.newest_orders(session, document.codes[1:]):
            street = STREETS[row.member_id % len(STREETS)]
            address = f"{row.province or ''}{row.city or ''}{street}{row.member_id % 180 + 1}号"
            receiver = {
                "name": row.name or row.nickname or "",
                "phone": f"1390000{row.member_id % 10_000:04d}",
                "address": address,
            }
            sealed.append((row.id, desk.vault.seal(json.dumps(receiver, ensure_ascii=False))))
        queries.put_receivers(session, sealed)
