"""The segment compiler against a plain reading of the same tree over the same rows, on both stores."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.clock import day_number, day_of
from core.documents.segment import EVERYONE, FIELDS, Group, Leaf, Node, Not, parse_segment
from core.rules.timing import birthdays_kept_on
from core.store.database import Database
from core.store.queries.segment_leaves import Day
from core.store.queries.segments import count_members, list_members, load_members, select_members
from tests.store.small_shop import NOW, TIERS, ZONE, SmallShop, make_shop, save_shop

DAY = Day(NOW, ZONE, birthdays_kept_on)
TODAY = day_number(ZONE.day(NOW))


def _holds(node: Node, shop: SmallShop, member: dict[str, Any]) -> bool:
    match node:
        case Not(part=part):
            return not _holds(part, shop, member)
        case Group(op="all", parts=parts):
            return all(_holds(part, shop, member) for part in parts)
        case Group(parts=parts):
            return any(_holds(part, shop, member) for part in parts)
        case Leaf():
            return _leaf_holds(node, shop, member)


def _leaf_holds(leaf: Leaf, shop: SmallShop, member: dict[str, Any]) -> bool:
    paid = [order for order in shop.orders if order["member_id"] == member["id"] and order["paid_fen"] > 0]
    if leaf.days is not None:
        paid = [order for order in paid if TODAY - leaf.days < order["shop_day"] <= TODAY]
    days = [order["shop_day"] for order in paid]
    match leaf.field:
        case "is_member":
            return (member["joined_at"] is not None and member["joined_at"] <= NOW) == leaf.value
        case "is_customer":
            return bool(paid) == leaf.value
        case "tier":
            return shop.tiers.get(member["id"], {}).get("tier") in leaf.value
        case "recency_days":
            return bool(days) and _in_range(TODAY - max(days), leaf)
        case "first_order_days":
            return bool(days) and _in_range(TODAY - min(days), leaf)
        case "orders":
            return _in_range(len(paid), leaf)
        case "spend_fen":
            return _in_range(sum(order["paid_fen"] - order["refund_fen"] for order in paid), leaf)
        case "joined_days":
            joined = member["joined_at"]
            return joined is not None and joined <= NOW and _in_range(TODAY - day_number(ZONE.day(joined)), leaf)
        case "bought":
            return len([order for order in paid if _has_product(shop, order, leaf)]) >= (leaf.at_least or 1)
        case "tag":
            return (member["id"], leaf.value) in shop.tags
        case "province" | "city" | "gender" | "source" | "grade":
            return member[leaf.field] in leaf.value
        case "birthday_month":
            return member["birth_month"] in leaf.value
        case "birthday_within":
            ahead = [day_of(TODAY) + timedelta(days=number) for number in range(leaf.value + 1)]
            return any((member["birth_month"], member["birth_day"]) in birthdays_kept_on(day) for day in ahead)
        case "consent":
            return member[f"consent_{leaf.value}"] and not member["opted_out"]
        case "contact":
            return member[f"{leaf.value}_cipher"] is not None
        case "missing_to_next":
            missing = shop.tiers.get(member["id"], {}).get("missing_fen")
            return missing is not None and missing <= leaf.value
        case "top_spend_share":
            return member["id"] in _best(shop, leaf.value)
        case "campaign":
            return leaf.value == 1 and shop.arms[member["id"]] == leaf.op
    raise AssertionError(leaf.field)


def _in_range(number: int, leaf: Leaf) -> bool:
    match leaf.op:
        case "ge":
            return number >= leaf.value
        case "le":
            return number <= leaf.value
        case _:
            return leaf.value[0] <= number <= leaf.value[1]


def _has_product(shop: SmallShop, order: dict[str, Any], leaf: Leaf) -> bool:
    for item in shop.items:
        product = shop.products[item["product_id"] - 1]
        if item["order_id"] == order["id"]:
            if leaf.op == "category" and product["category"] == leaf.value:
                return True
            if leaf.op == "product" and (
                _lower(leaf.value) in _lower(product["title"]) or product["product_key"] == leaf.value
            ):
                return True
    return False


def _lower(text: str) -> str:
    """A to Z only: what both databases agree on."""
    return "".join(sign.lower() if sign.isascii() else sign for sign in text)


def _best(shop: SmallShop, percent: int) -> set[int]:
    spend: dict[int, int] = {}
    for order in shop.orders:
        if order["paid_fen"] > 0 and order["member_id"]:
            spend[order["member_id"]] = spend.get(order["member_id"], 0) + order["paid_fen"] - order["refund_fen"]
    ranked = sorted(spend, key=lambda member: (-spend[member], member))
    return set(ranked[: -(-len(ranked) * percent // 100)])


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
            return st.sampled_from(field.choices)
        case "id":
            return st.integers(1, 2)
        case "words" if name == "tag":
            return st.sampled_from(["母婴", "%", "老客_1", "无"])
        case "words":
            return st.sampled_from(
                ["奶粉", "纸尿裤"] if op == "category" else ["a2", "100%", "_礼盒", "p4", "奶粉_", "é", "'"]
            )
    number = _NUMBERS.get(name, st.sampled_from([0, 1, 6, 7, 8, 30, 59]))
    return st.tuples(number, number).map(sorted) if op == "between" else number


@st.composite
def _leaves(draw: st.DrawFn) -> dict[str, Any]:
    name = draw(st.sampled_from(sorted(FIELDS)))
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


@pytest.mark.parametrize("seed", [1, 2])
def test_the_statement_finds_the_people_that_the_tree_means(db: Database, seed: int) -> None:
    shop = make_shop(seed)
    save_shop(db, shop)

    @settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(raw=_TREES)
    def check(raw: dict[str, Any]) -> None:
        tree = parse_segment(raw if "field" not in raw else {"all": [raw]})
        meant = [member["id"] for member in shop.members if _holds(tree, shop, member)]
        with db.read() as session:
            assert load_members(session, select_members(tree, DAY)) == meant
            assert count_members(session, select_members(tree, DAY)) == len(meant)

    check()


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_every_field_divides_the_shop_and_its_opposite_is_the_rest(db: Database, name: str) -> None:
    shop = make_shop(7)
    save_shop(db, shop)
    values = {
        "flag": True,
        "number": 7,
        "fen": 100_00,
        "texts": ["浙江", "杭州", "直播", "vip"],
        "numbers": [1, 2],
        "choices": ["female"],
    }
    values |= {"choice": "email", "id": 1, "words": "母婴" if name == "tag" else "奶粉"}
    op = next(op for op in FIELDS[name].ops if op != "between")
    value = 1 if name == "orders" else values[FIELDS[name].sort]
    tree = parse_segment({"field": name, "op": op, "value": value})
    with db.read() as session:
        found = load_members(session, select_members(tree, DAY))
        rest = load_members(session, select_members(Not(tree), DAY))
    assert found and rest
    assert sorted(found + rest) == [member["id"] for member in shop.members]


def test_everyone_is_everyone_and_a_listing_goes_on_where_it_stopped(db: Database) -> None:
    save_shop(db, make_shop(1))
    with db.read() as session:
        first = list_members(session, select_members(EVERYONE, DAY), limit=15)
        rest = list_members(session, select_members(EVERYONE, DAY), limit=100, after=first[-1].id)
    assert [line.id for line in first + rest] == list(range(1, 41))
