"""The segment compiler against a plain reading of the same tree over the same rows, on both stores.

``MEMBERDESK_SEGMENT_EXAMPLES=2000`` asks for a longer run than the usual one.
"""

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.analytics.lifecycle import LOYAL_FROM, NEW_DAYS, STATES
from core.analytics.places import MUNICIPALITIES, cities_of_level
from core.analytics.rfm import GROUPS
from core.documents.segment import EVERYONE, FIELDS, Node, Not, leaves, parse_segment
from core.documents.segment_fields import LIFECYCLE, RFM_GROUPS
from core.rules.segment_unfold import Known, unfold
from core.rules.timing import birthdays_kept_on
from core.store.database import Database
from core.store.queries.segment_leaves import LOYAL_BUYING_DAYS, NEWCOMER_DAYS, SOURCES, Day
from core.store.queries.segments import (
    count_members,
    list_members,
    load_members,
    select_held,
    select_members,
    select_truths,
)
from tests.store.segment_oracle import holds
from tests.store.small_shop import NOW, TIERS, ZONE, make_shop, save_shop
from tests.store.small_shop_touches import KINDS

DAY = Day(NOW, ZONE, birthdays_kept_on, cities_of_level, MUNICIPALITIES)
KNOWN = Known(lists={1: "l", 2: "m"}, kinds=KINDS)
EXAMPLES = int(os.environ.get("MEMBERDESK_SEGMENT_EXAMPLES", "60"))
ASKED = sorted(set(FIELDS) - {"segment"})


_WORDS = {
    "tier": st.sampled_from([*TIERS, "none"]),
    "province": st.sampled_from(["浙江", "广东", "' OR 1=1 --"]),
    "city": st.sampled_from(["杭州", "深圳"]),
    "source": st.sampled_from(["直播", "扫码"]),
}
_NUMBERS = {
    "spend_fen": st.sampled_from([0, 1, 50_00, 120_00, 300_00]),
    "missing_to_next": st.sampled_from([1, 50_00, 99_99, 100_00]),
    "orders": st.integers(0, 4),
    "top_spend_share": st.sampled_from([1, 20, 33, 50, 100]),
    "birthday_within": st.sampled_from([0, 1, 2, 7, 365, 366]),
    "age": st.sampled_from([19, 20, 25, 26, 35, 36]),
    "alive_pct": st.sampled_from([0, 1, 7, 8, 100]),
    "coupon_pct": st.sampled_from([0, 33, 50, 100]),
    "month_start_pct": st.sampled_from([0, 33, 34, 50, 100]),
    "messages": st.integers(0, 3),
    "growth": st.sampled_from([0, 7, 100, 500]),
    "missing_orders": st.integers(1, 3),
    "missing_growth": st.sampled_from([1, 50, 150]),
    "aov_fen": st.sampled_from([0, 50_00, 120_00, 333_33]),
    "value_fen": st.sampled_from([0, 50_00, 120_00]),
    **{name: st.integers(1, 5) for name in ("r_score", "f_score", "m_score", "stars")},
}


def _value(name: str, op: str) -> st.SearchStrategy[Any]:
    field = FIELDS[name]
    match field.sort:
        case "flag":
            return st.booleans()
        case "texts":
            return st.lists(_WORDS[name], min_size=1, max_size=2, unique=True)
        case "numbers":
            return st.lists(st.integers(max(field.least, 0), 3), min_size=1, max_size=2, unique=True)
        case "choices":
            return st.lists(st.sampled_from(field.choices), min_size=1, unique=True)
        case "choice":
            return st.sampled_from(field.choices if name != "interaction" else ("review", "share", "cart", "browse"))
        case "id":
            return st.integers(field.least, 2)
        case "words" if name == "tag":
            return st.sampled_from(["母婴", "%", "老客_1", "无"])
        case "words":
            return st.sampled_from(
                ["奶粉", "纸尿裤"] if op == "category" else ["a2", "100%", "_礼盒", "p4", "奶粉_", "é", "'"]
            )
    number = _NUMBERS.get(name, st.sampled_from([0, 1, 6, 7, 8, 30, 59]))
    number = number.map(lambda found: max(field.least, min(found, field.most)))
    return st.tuples(number, number).map(sorted) if op == "between" else number


_OWN = st.sampled_from(
    [
        {"op": "is", "value": "干", "key": "skin"},
        {"op": "in", "value": ["油", "混"], "key": "skin"},
        {"op": "is", "value": True, "key": "vegan"},
        {"op": "is", "value": False, "key": "vegan"},
        {"op": "is", "value": 6, "key": "baby"},
        {"op": "ge", "value": "0.5", "key": "baby"},
        {"op": "between", "value": [1, "12.5"], "key": "baby"},
        {"op": "le", "value": "2026-02-20", "key": "met"},
        {"op": "ge", "value": "2026-02-21", "key": "met"},
    ]
)


@st.composite
def _leaves(draw: st.DrawFn) -> dict[str, Any]:
    name = draw(st.sampled_from(ASKED))
    if name == "custom":
        return {"field": name, **draw(_OWN)}
    op = draw(st.sampled_from(FIELDS[name].ops))
    leaf = {"field": name, "op": op, "value": draw(_value(name, op))}
    if FIELDS[name].days and draw(st.booleans()):
        leaf["days"] = draw(st.sampled_from([1, 7, 8, 30, 400]))
    if FIELDS[name].at_least and draw(st.booleans()):
        leaf["at_least"] = draw(st.integers(1, 3))
    return leaf


_TREES = st.recursive(
    _leaves(),
    lambda parts: st.one_of(
        st.lists(parts, min_size=1, max_size=3).map(lambda found: {"all": found}),
        st.lists(parts, min_size=1, max_size=3).map(lambda found: {"any": found}),
        parts.map(lambda part: {"not": part}),
    ),
    max_leaves=6,
)


def _asked(raw: dict[str, Any]) -> Node:
    """The tree, and as the store is asked for it."""
    return unfold(parse_segment(raw), KNOWN)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_statement_finds_the_people_that_the_tree_means(db: Database, seed: int) -> None:
    shop = make_shop(seed)
    save_shop(db, shop)

    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(raw=_TREES)
    def check(raw: dict[str, Any]) -> None:
        tree = parse_segment(raw if "field" not in raw else {"all": [raw]})
        asked = unfold(tree, KNOWN)
        meant = [member["id"] for member in shop.members if holds(tree, shop, member)]
        with db.read() as session:
            members = select_members(session, asked, DAY)
            assert load_members(session, members) == meant
            assert count_members(session, members) == len(meant)

    check()


_SAMPLES: dict[str, Any] = {
    "flag": True, "number": 7, "fen": 100_00, "texts": ["浙江", "杭州", "直播", "vip"], "numbers": [1, 2],
    "choices": ["female"], "choice": "email", "id": 1, "words": "奶粉",
}  # fmt: skip
_OWN_SAMPLES: dict[str, Any] = {
    "orders": 1, "tag": "母婴", "interaction": "review", "messages": 1, "age": 30, "aov_fen": 150_00,
    "lifecycle": ["slipping", "active"], "rfm_group": ["best", "left"], "coupon_pct": 50, "month_start_pct": 30,
    "alive_pct": 7, "rhythm_days": 7, "missing_growth": 100, "missing_orders": 1, "top_spend_share": 50,
    **dict.fromkeys(("r_score", "f_score", "m_score", "stars"), 3),
}  # fmt: skip


def test_every_field_divides_the_shop_and_its_opposite_is_the_rest(db: Database) -> None:
    shop = make_shop(7)
    save_shop(db, shop)
    everybody = [member["id"] for member in shop.members]
    with db.read() as session:
        for name in ASKED:
            op = next(op for op in FIELDS[name].ops if op != "between")
            raw = {"field": name, "op": op, "value": _OWN_SAMPLES.get(name, _SAMPLES.get(FIELDS[name].sort))}
            raw |= {"value": "干", "key": "skin"} if name == "custom" else {}
            tree = _asked(raw)
            found = load_members(session, select_members(session, tree, DAY))
            rest = load_members(session, select_members(session, Not(tree), DAY))
            assert found and rest, name
            assert sorted(found + rest) == everybody, name


def test_every_field_has_its_sql_and_the_vocabularies_are_those_of_the_analytics() -> None:
    assert sorted(SOURCES) == ASKED
    assert set(RFM_GROUPS) == {group.value for group in GROUPS}
    assert tuple(STATES) == LIFECYCLE
    assert (NEW_DAYS, LOYAL_FROM) == (NEWCOMER_DAYS, LOYAL_BUYING_DAYS)


def test_which_conditions_held_is_told_for_everybody_and_for_one(db: Database) -> None:
    shop = make_shop(3)
    save_shop(db, shop)
    tree = _asked(
        {
            "any": [
                {"field": "is_member", "op": "is", "value": True},
                {"not": {"field": "messages", "op": "ge", "value": 1}},
                {"all": [{"field": "points", "op": "ge", "value": 7}, {"field": "list", "op": "in", "value": 1}]},
            ]
        }
    )
    own = list(leaves(tree))
    by_id = {member["id"]: member for member in shop.members}
    with db.read() as session:
        held = dict(tuple(row) for row in session.execute(select_held(session, tree, DAY, own)))
        assert held.keys() == {number for number, one in by_id.items() if holds(tree, shop, one)}
        for number, bits in held.items():
            meant = [holds(leaf, shop, by_id[number]) for leaf in own]
            assert [bool(bits >> place & 1) for place in range(len(own))] == meant
        for number, one in by_id.items():
            row = session.execute(select_truths(session, tree, DAY, number)).one()
            assert [bool(truth) for truth in row] == [holds(leaf, shop, one) for leaf in own]


def test_everyone_is_everyone_and_a_listing_goes_on_where_it_stopped(db: Database) -> None:
    save_shop(db, make_shop(1))
    with db.read() as session:
        first = list_members(session, select_members(session, EVERYONE, DAY), limit=15)
        rest = list_members(session, select_members(session, EVERYONE, DAY), limit=100, after=first[-1].id)
    assert [line.id for line in first + rest] == list(range(1, 41))
