"""All that the shop holds of one person, as one readable file for that person (PIPL 45)."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from core.clock import day_of, from_micros
from core.documents.custom_field import show_value
from core.documents.enums import Area
from core.errors import Refusal
from core.services.actor import Actor
from core.services.desk import Desk
from core.store.audit import record
from core.store.queries.person_export import read_everything
from core.store.tables import Member

LONGEST_REASON = 200
# Columns of instants hold epoch microseconds, those of days their number; what ends so is told as a time or date of the shop.
INSTANT, DAY = "_at", "_day"


def export_person(desk: Desk, actor: Actor, member_id: int, *, reason: str, now: datetime) -> bytes:
    """UTF-8 JSON with names, contacts in clear, consents, orders with their goods, growth, points, coupons, messages, deeds.

    Audited with its reason. Refuses ``export_reason`` and ``member_unknown``.
    """
    told = reason.strip()[:LONGEST_REASON]
    if not told:
        raise Refusal("export_reason")
    with desk.db.read() as session:
        member = session.get(Member, member_id)
        if member is None:
            raise Refusal("member_unknown", member=member_id)
        phone, email = (
            None if one is None else desk.vault.unseal(one) for one in (member.phone_cipher, member.email_cipher)
        )
        found = read_everything(session, member_id)
    found["own_fields"] = [
        {"name": one["name"], "value": show_value(one["kind"], one["text"], one["number"])}
        for one in found["own_fields"]
    ]
    found["person"] = [one | {"phone": phone, "email": email} for one in found["person"]]
    zone = desk.zone
    told_by = {name: [_spoken(row, zone.local) for row in rows] for name, rows in found.items()}
    with desk.db.write(Area.MEMBERS) as session:
        record(session, actor.name, "member.exported", f"member:{member_id}", now=now, count=1, reason=told)
    head = {"exported_at": zone.local(now).isoformat(), "reason": told}
    return json.dumps(head | told_by, ensure_ascii=False, indent=2).encode()


def _spoken(row: dict[str, Any], local: Callable[[datetime], datetime]) -> dict[str, Any]:
    def told(name: str, value: Any) -> Any:
        if not isinstance(value, int):
            return value
        if name.endswith(INSTANT):
            return local(from_micros(value)).isoformat()
        return day_of(value).isoformat() if name.endswith(DAY) else value

    return {name: told(name, value) for name, value in row.items()}
