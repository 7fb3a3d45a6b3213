"""Who counts as a member: everybody from the first paid order on, or only whom a file or the owner says."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.documents.enums import Area
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.refresh import owe_everybody, review_owed
from core.services.shop_settings import load_settings, put_settings
from core.store.audit import record
from core.store.queries import profiles
from core.store.write_lock import Turn, take_turn

JoinedRule = Literal["auto", "first_order", "file"]


@dataclass(frozen=True)
class JoinedCounts:
    """How many people count as members: today, from the first order on, by file or owner alone."""

    now: int
    first_order: int
    file: int


def count_joined(desk: Desk) -> JoinedCounts:
    """Members under either rule, to be seen before it is changed."""
    with desk.db.read() as session:
        return JoinedCounts(*profiles.count_joined(session))


def set_joined_rule(desk: Desk, actor: Actor, rule: JoinedRule, *, now: datetime) -> int:
    """Change the rule and everybody's membership and tier with it; returns the number of members after it."""
    with desk.db.write(Area.MEMBERS, Area.ORDERS, Area.SETTINGS) as session:
        take_turn(session, Turn.IMPORT)
        settings = load_settings(session).model_copy(update={"joined_rule": rule})
        put_settings(session, settings)
        if settings.members_from_first_order:
            profiles.join_from_first_order(session, None)
        else:
            profiles.leave_first_order_rule(session)
        profiles.rebuild_days(session)
        members = profiles.count_joined(session)[0]
        record(session, actor.name, "settings.joined_rule", "settings", now=now, count=members, rule=rule)
        owe_everybody(session)
    review_owed(desk, now=now)
    return members
