"""The one thing to do next for a person, from what is known of them; nothing as often as something.

In this order: what was promised, a complaint that nobody answered, what would lapse, what is near, what is due, who slips away,
a birthday. Nothing here is a discount: who buys anyway is reminded, thanked or left alone.
"""

from dataclasses import dataclass
from enum import StrEnum


class Act(StrEnum):
    """What to do."""

    PROMISE = "promise"
    BAD_REVIEW = "bad_review"
    COUPON = "coupon"
    UPGRADE = "upgrade"
    DUE = "due"
    SLIPPING = "slipping"
    BIRTHDAY = "birthday"
    LEAVE_ALONE = "leave_alone"


class Quiet(StrEnum):
    """Why nothing is to be done."""

    NOT_COUNTED = "not_counted"
    ERASED = "erased"
    OPTED_OUT = "opted_out"
    TOUCHED = "touched"
    BOUGHT = "bought"
    FADED = "faded"
    NOTHING = "nothing"


PROMISE_DAYS = 3  # due within so many days
REVIEW_DAYS = 30
BAD_STARS = 3
COUPON_DAYS = 7
DUE_BEFORE = 3  # reminded so many days before the usual day
BIRTHDAY_DAYS = 7
REST_DAYS = 7  # after a message or a note nobody writes again for so long
FADED = ("slipping", "dormant", "lost")
BEST_SHARE = 0.2  # of all customers, by spend: whom to call oneself


@dataclass(frozen=True)
class PersonFacts:
    """What the decision reads. Days are counted from today; None is not known or not there. Amounts in fen."""

    not_counted: bool = False
    erased: bool = False
    opted_out: bool = False
    promise_due_days: int | None = None
    bad_stars: int | None = None
    bad_days: int | None = None
    bad_answered: bool = False
    coupon_days: int | None = None
    missing_fen: int | None = None
    order_fen: int | None = None
    next_tier: str | None = None
    next_days: int | None = None
    state: str | None = None
    rhythm_days: int | None = None
    silent_days: int | None = None
    spend_share: float | None = None
    birthday_days: int | None = None
    touched_days: int | None = None


@dataclass(frozen=True)
class Action:
    """What to do, and in LEAVE_ALONE why not: sentences ``action.<act>.what`` and ``.why`` (``action.quiet.<quiet>``)."""

    act: Act
    quiet: Quiet | None = None


def decide(facts: PersonFacts) -> Action:
    """The next best action for one person."""
    if facts.not_counted:
        return Action(Act.LEAVE_ALONE, Quiet.NOT_COUNTED)
    if facts.erased:
        return Action(Act.LEAVE_ALONE, Quiet.ERASED)
    if facts.promise_due_days is not None and facts.promise_due_days <= PROMISE_DAYS:
        return Action(Act.PROMISE)
    if facts.bad_stars is not None and not facts.bad_answered:
        return Action(Act.BAD_REVIEW)
    if facts.opted_out:
        return Action(Act.LEAVE_ALONE, Quiet.OPTED_OUT)
    act = _reminder(facts)
    if act is None:
        return Action(Act.LEAVE_ALONE, _quiet(facts))
    if facts.touched_days is not None and facts.touched_days < REST_DAYS:
        return Action(Act.LEAVE_ALONE, Quiet.TOUCHED)
    return Action(act)


def _reminder(facts: PersonFacts) -> Act | None:
    """What there would be to write about."""
    if facts.coupon_days is not None and 0 <= facts.coupon_days <= COUPON_DAYS:
        return Act.COUPON
    if facts.missing_fen and facts.order_fen and facts.missing_fen <= facts.order_fen and _comes(facts):
        return Act.UPGRADE
    if facts.next_days is not None and facts.next_days <= DUE_BEFORE and _comes(facts):
        return Act.DUE
    best = facts.spend_share is not None and facts.spend_share <= BEST_SHARE
    if best and facts.state in ("slipping", "dormant"):
        return Act.SLIPPING
    if facts.birthday_days is not None and facts.birthday_days <= BIRTHDAY_DAYS:
        return Act.BIRTHDAY
    return None


def _quiet(facts: PersonFacts) -> Quiet:
    """Why there is nothing to write about."""
    if facts.next_days is not None and facts.next_days > DUE_BEFORE:
        return Quiet.BOUGHT
    return Quiet.FADED if facts.state in FADED else Quiet.NOTHING


def _comes(facts: PersonFacts) -> bool:
    return facts.state in ("newcomer", "active", "loyal")
