"""What a condition of a group may be about: every field with its operators and the sort of its value (docs/rules.md)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from core.documents.canonical import LARGEST_FEN
from core.documents.earning import INTERACTION_KINDS

MOST_DAYS = 36_600
LARGEST_ID = 2**53
LIFECYCLE = ("newcomer", "active", "loyal", "slipping", "dormant", "lost")
RFM_GROUPS = ("best", "growing", "keep", "win_back", "faithful", "newcomer", "cooling", "left")
# What people do that is no order; the last two are facts that earn nothing.
DEEDS = INTERACTION_KINDS
RANGE = ("ge", "le", "between")

Sort = Literal["flag", "number", "fen", "texts", "numbers", "choice", "choices", "id", "words", "custom"]


@dataclass(frozen=True)
class Field:
    """What a leaf of this field may say: its operators, the sort of its value, its range or its choices, what else it takes."""

    sort: Sort
    ops: tuple[str, ...]
    least: int = 0
    most: int = LARGEST_FEN
    choices: tuple[str, ...] = ()
    days: bool = False
    at_least: bool = False
    key: bool = False


_WHO = {
    "is_member": Field("flag", ("is",)),
    "is_customer": Field("flag", ("is",)),
    "joined_days": Field("number", RANGE, most=MOST_DAYS),
    "province": Field("texts", ("in",)),
    "city": Field("texts", ("in",)),
    "city_level": Field("numbers", ("in",), least=1, most=5),
    "gender": Field("choices", ("in",), choices=("female", "male")),
    "age": Field("number", RANGE, most=120),
    "birthday_month": Field("numbers", ("in",), least=1, most=12),
    "birthday_within": Field("number", ("le",), most=366),
    "source": Field("texts", ("in",)),
    "grade": Field("numbers", ("in",), most=99),
    "paid_plan": Field("flag", ("is",)),
}
_BUYING = {
    "recency_days": Field("number", RANGE, most=MOST_DAYS),
    "first_order_days": Field("number", RANGE, most=MOST_DAYS),
    "orders": Field("number", RANGE, most=1_000_000, days=True),
    "spend_fen": Field("fen", RANGE, days=True),
    "aov_fen": Field("fen", RANGE),
    "top_spend_share": Field("number", ("le",), least=1, most=100),
    "bought": Field("words", ("category", "product"), days=True, at_least=True),
    "month_start_pct": Field("number", RANGE, most=100),
}
_RHYTHM = {
    "lifecycle": Field("choices", ("in",), choices=LIFECYCLE),
    "rhythm_days": Field("number", RANGE, least=1, most=MOST_DAYS),
    "next_purchase_days": Field("number", RANGE, most=MOST_DAYS),
    "alive_pct": Field("number", RANGE, most=100),
    "value_fen": Field("fen", RANGE),
    "rfm_group": Field("choices", ("in",), choices=RFM_GROUPS),
    "r_score": Field("number", RANGE, least=1, most=5),
    "f_score": Field("number", RANGE, least=1, most=5),
    "m_score": Field("number", RANGE, least=1, most=5),
}
_STANDING = {
    "tier": Field("texts", ("in",)),
    "missing_to_next": Field("fen", ("le",), least=1),
    "missing_orders": Field("number", ("le",), least=1, most=1_000_000),
    "missing_growth": Field("number", ("le",), least=1),
    "growth": Field("number", RANGE),
    "points": Field("number", RANGE),
    "points_expiring_days": Field("number", ("le",), most=MOST_DAYS),
}
_CONTACT = {
    "coupon": Field("id", ("holds", "redeemed", "expired"), most=LARGEST_ID, days=True),
    "coupon_pct": Field("number", RANGE, most=100),
    "messages": Field("number", RANGE, most=100_000, days=True),
    "campaign": Field("id", ("treated", "held_out"), least=1, most=LARGEST_ID),
    "consent": Field("choice", ("has",), choices=("email", "sms")),
    "contact": Field("choice", ("has",), choices=("email", "phone")),
    "opted_out": Field("flag", ("is",)),
    "personalised": Field("flag", ("is",)),
}
_DEEDS = {
    "interaction": Field("choice", ("did",), choices=DEEDS, days=True, at_least=True),
    "stars": Field("number", ("le",), least=1, most=5, days=True),
}
_OWN = {
    "tag": Field("words", ("has",)),
    "custom": Field("custom", ("is", "in", "ge", "le", "between"), key=True),
    "list": Field("id", ("in",), least=1, most=LARGEST_ID),
    "segment": Field("id", ("in",), least=1, most=LARGEST_ID),
}

# The fields as one chooses among them: what a condition is about, and then the condition.
_GROUPED: Mapping[str, Mapping[str, Field]] = {
    "buying": _BUYING,
    "rhythm": _RHYTHM,
    "standing": _STANDING,
    "who": _WHO,
    "contact": _CONTACT,
    "deeds": _DEEDS,
    "own": _OWN,
}
FIELD_GROUPS: dict[str, tuple[str, ...]] = {about: tuple(fields) for about, fields in _GROUPED.items()}
FIELDS: dict[str, Field] = {name: field for fields in _GROUPED.values() for name, field in fields.items()}
