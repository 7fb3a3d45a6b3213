"""Something given without being owed (B11): what, and how much of it the shop allows."""

from typing import Literal, get_args

from pydantic import Field

from core.documents.canonical import LARGEST_FEN, Document
from core.errors import Refusal

Kind = Literal["coupon", "points", "gift"]
KINDS: tuple[Kind, ...] = get_args(Kind)


class Gesture(Document):
    """``value``: fen off for a coupon, fen that the gift costs, or points; ``days`` a coupon holds; ``what`` the gift is."""

    kind: Kind
    value: int = Field(ge=0, le=LARGEST_FEN)
    days: int = Field(default=30, ge=1, le=366)
    what: str = Field(default="", max_length=60)
    reason: str = Field(default="", max_length=200)


class GoodwillLimits(Document):
    """At most ``per_person`` in ``person_days`` to one person, ``per_staff`` in ``staff_days`` by one of the staff, and
    never worth more than ``most_fen``. 0 allows none."""

    per_person: int = Field(default=1, ge=0, le=100)
    person_days: int = Field(default=30, ge=1, le=366)
    per_staff: int = Field(default=20, ge=0, le=10_000)
    staff_days: int = Field(default=30, ge=1, le=366)
    most_fen: int = Field(default=50_00, ge=0, le=LARGEST_FEN)


def gesture_faults(gesture: Gesture) -> list[Refusal]:
    """Every reason not to give it as it stands."""
    faults = []
    if gesture.value <= 0:
        faults.append(Refusal("goodwill_value"))
    if gesture.kind == "gift" and not gesture.what.strip():
        faults.append(Refusal("goodwill_what"))
    if not gesture.reason.strip():
        faults.append(Refusal("goodwill_reason"))
    return faults
