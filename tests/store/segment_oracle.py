"""What a rule tree means, read plainly over the rows of a small shop: the other side of the compiler's tests."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from core.analytics.lifecycle import STATES, Days, states
from core.analytics.places import city_level
from core.clock import day_number, day_of
from core.documents.custom_field import parse_value
from core.documents.segment import Group, Leaf, Node, Not
from core.rules.timing import birthdays_kept_on
from tests.store.small_shop import NOW, TODAY, ZONE, SmallShop
from tests.store.small_shop_touches import KINDS

Row = dict[str, Any]


def holds(node: Node, shop: SmallShop, member: Row) -> bool:
    """Whether a person is in the group of a tree; a leaf about something unknown is false."""
    match node:
        case Not(part=part):
            return not holds(part, shop, member)
        case Group(op="all", parts=parts):
            return all(holds(part, shop, member) for part in parts)
        case Group(parts=parts):
            return any(holds(part, shop, member) for part in parts)
        case Leaf():
            return _JUDGES[node.field](node, shop, member)


def _paid(leaf: Leaf, shop: SmallShop, member: Row) -> list[Row]:
    paid = [order for order in shop.orders if order["member_id"] == member["id"] and order["paid_fen"] > 0]
    return [order for order in paid if leaf.days is None or TODAY - leaf.days < order["shop_day"] <= TODAY]


def _net(orders: list[Row]) -> int:
    return sum(order["paid_fen"] - order["refund_fen"] for order in orders)


def _in_range(number: float | None, leaf: Leaf) -> bool:
    if number is None:
        return False
    match leaf.op:
        case "ge":
            return number >= leaf.value  # type: ignore[operator]
        case "le":
            return number <= leaf.value  # type: ignore[operator]
        case _:
            return leaf.value[0] <= number <= leaf.value[1]  # type: ignore[index, operator]


def _since(at: datetime | None, leaf: Leaf) -> bool:
    """Not after now, and on one of the leaf's last shop days where it names some."""
    if at is None or at > NOW:
        return False
    return leaf.days is None or day_number(ZONE.day(at)) > TODAY - leaf.days


def _number(find: Callable[[SmallShop, Row], float | None]) -> Callable[[Leaf, SmallShop, Row], bool]:
    return lambda leaf, shop, member: _in_range(find(shop, member), leaf)


def _outlook(name: str, unit: int = 1) -> Callable[[SmallShop, Row], float | None]:
    def find(shop: SmallShop, member: Row) -> float | None:
        value = shop.outlooks.get(member["id"], {}).get(name)
        return None if value is None else value / unit

    return find


def _tier(name: str) -> Callable[[SmallShop, Row], float | None]:
    return lambda shop, member: shop.tiers.get(member["id"], {}).get(name)


def _days_ago(pick: Callable[[list[int]], int]) -> Callable[[Leaf, SmallShop, Row], bool]:
    def judge(leaf: Leaf, shop: SmallShop, member: Row) -> bool:
        days = [order["shop_day"] for order in _paid(leaf, shop, member)]
        return bool(days) and _in_range(TODAY - pick(days), leaf)

    return judge


def _share(part: Callable[[list[Row]], float]) -> Callable[[Leaf, SmallShop, Row], bool]:
    def judge(leaf: Leaf, shop: SmallShop, member: Row) -> bool:
        orders = _paid(leaf, shop, member)
        return bool(orders) and _in_range(part(orders) / len(orders), leaf)

    return judge


def _month_start(orders: list[Row]) -> float:
    return 100 * len([order for order in orders if day_of(order["shop_day"]).day <= 10])


def _joined(leaf: Leaf, shop: SmallShop, member: Row) -> bool:
    joined = member["joined_at"]
    return joined is not None and joined <= NOW and _in_range(TODAY - day_number(ZONE.day(joined)), leaf)


def _age(shop: SmallShop, member: Row) -> float | None:
    if member["birth_year"] is None:
        return None
    today = day_of(TODAY)
    later = member["birth_month"] is not None and (member["birth_month"], member["birth_day"]) > (
        today.month,
        today.day,
    )
    return float(today.year - member["birth_year"] - later)


def _birthday(leaf: Leaf, shop: SmallShop, member: Row) -> bool:
    ahead = [day_of(TODAY) + timedelta(days=number) for number in range(leaf.value + 1)]  # type: ignore[operator]
    return any((member["birth_month"], member["birth_day"]) in birthdays_kept_on(day) for day in ahead)


def _bought(leaf: Leaf, shop: SmallShop, member: Row) -> bool:
    return len([order for order in _paid(leaf, shop, member) if _has_product(shop, order, leaf)]) >= (
        leaf.at_least or 1
    )


def _has_product(shop: SmallShop, order: Row, leaf: Leaf) -> bool:
    for item in shop.items:
        product = shop.products[item["product_id"] - 1]
        if item["order_id"] == order["id"]:
            if leaf.op == "category" and product["category"] == leaf.value:
                return True
            named = _lower(str(leaf.value)) in _lower(product["title"]) or product["product_key"] == leaf.value
            if leaf.op == "product" and named:
                return True
    return False


def _lower(text: str) -> str:
    """A to Z only: what both databases agree on."""
    return "".join(sign.lower() if sign.isascii() else sign for sign in text)


def _best(leaf: Leaf, shop: SmallShop, member: Row) -> bool:
    everything = Leaf("orders", "ge", 1)
    bought = {one["id"]: _paid(everything, shop, one) for one in shop.members}
    ranked = sorted((one for one in bought if bought[one]), key=lambda one: (-_net(bought[one]), one))
    return member["id"] in ranked[: -(-len(ranked) * leaf.value // 100)]  # type: ignore[operator]


def _lifecycle(leaf: Leaf, shop: SmallShop, member: Row) -> bool:
    foreseen, orders = shop.outlooks.get(member["id"]), _paid(leaf, shop, member)
    if foreseen is None:
        return False
    bought = {order["shop_day"] for order in orders}
    kept = ("rhythm_days", "next_day", "slipping_day", "dormant_day", "lost_day")
    days = Days(*(np.array([foreseen[name]]) for name in kept))
    (state,) = states(TODAY, np.array([min(bought)]), np.array([len(bought)]), days)
    return STATES[state] in leaf.value  # type: ignore[operator]


def _ahead(leaf: Leaf, shop: SmallShop, member: Row) -> bool:
    foreseen = shop.outlooks.get(member["id"])
    return foreseen is not None and foreseen["next_day"] >= TODAY and _in_range(foreseen["next_day"] - TODAY, leaf)


def _points(shop: SmallShop, member: Row) -> float | None:
    points = shop.points.get(member["id"])
    return 0 if points is None else points["active"] - points["debt"]


def _expiring(leaf: Leaf, shop: SmallShop, member: Row) -> bool:
    points = shop.points.get(member["id"], {})
    ends = points.get("next_expiry_at")
    if ends is None or ends <= NOW or not points["next_expiry_points"]:
        return False
    return day_number(ZONE.day(ends)) - TODAY <= leaf.value  # type: ignore[operator]


def _coupon(leaf: Leaf, shop: SmallShop, member: Row) -> bool:
    for one in shop.coupons:
        if one["member_id"] != member["id"] or leaf.value not in (0, one["offer_id"]):
            continue
        match leaf.op:
            case "holds":
                found = one["status"] == "issued" and one["valid_until"] > NOW
                found = found and (leaf.days is None or _since(one["issued_at"], leaf))
            case "redeemed":
                found = one["status"] == "redeemed" and _since(one["used_at"], leaf)
            case _:
                found = one["status"] in ("issued", "expired") and _since(one["valid_until"], leaf)
        if found:
            return True
    return False


def _coupon_pct(leaf: Leaf, shop: SmallShop, member: Row) -> bool:
    orders = len(_paid(leaf, shop, member))
    used = len([one for one in shop.coupons if one["member_id"] == member["id"] and one["status"] == "redeemed"])
    return orders > 0 and _in_range(used * 100 / orders, leaf)


def _messages(leaf: Leaf, shop: SmallShop, member: Row) -> bool:
    return _in_range(len([at for one, at in shop.sent if one == member["id"] and _since(at, leaf)]), leaf)


def _own_deeds(leaf: Leaf, shop: SmallShop, member: Row) -> list[Row]:
    return [one for one in shop.deeds if one["member_id"] == member["id"] and _since(one["occurred_at"], leaf)]


def _did(leaf: Leaf, shop: SmallShop, member: Row) -> bool:
    done = [one for one in _own_deeds(leaf, shop, member) if one["kind"] == leaf.value]
    return len(done) >= (leaf.at_least or 1)


def _stars(leaf: Leaf, shop: SmallShop, member: Row) -> bool:
    given = [one["stars"] for one in _own_deeds(leaf, shop, member) if one["kind"] == "review"]
    return any(stars is not None and stars <= leaf.value for stars in given)


def _custom(leaf: Leaf, shop: SmallShop, member: Row) -> bool:
    value, kind = shop.own.get((member["id"], str(leaf.key))), KINDS[str(leaf.key)]
    if value is None:
        return False
    if isinstance(leaf.value, bool):
        return value == int(leaf.value)

    def read(raw: Any) -> Any:
        text, number = parse_value("text" if kind == "choice" else kind, (), str(raw))
        return number if text is None else text

    if leaf.op in ("is", "in"):
        wanted = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
        return value in [read(one) for one in wanted]
    bounds = tuple(read(one) for one in leaf.value) if isinstance(leaf.value, tuple) else read(leaf.value)
    return _in_range(value, Leaf(leaf.field, leaf.op, bounds))  # type: ignore[arg-type]


def _paid_plan(leaf: Leaf, shop: SmallShop, member: Row) -> bool:
    running = [
        plan
        for plan in shop.plans
        if plan["member_id"] == member["id"]
        and plan["starts_at"] <= NOW < plan["ends_at"]
        and (plan["back_at"] is None or plan["back_at"] > NOW)
    ]
    return bool(running) == leaf.value


def _one_of(name: str) -> Callable[[Leaf, SmallShop, Row], bool]:
    return lambda leaf, shop, member: member[name] in leaf.value  # type: ignore[operator]


_JUDGES: dict[str, Callable[[Leaf, SmallShop, Row], bool]] = {
    "is_member": lambda leaf, _, one: (one["joined_at"] is not None and one["joined_at"] <= NOW) == leaf.value,
    "is_customer": lambda leaf, shop, one: bool(_paid(leaf, shop, one)) == leaf.value,
    "tier": lambda leaf, shop, one: shop.tiers.get(one["id"], {}).get("tier") in leaf.value,  # type: ignore[operator]
    "recency_days": _days_ago(max),
    "first_order_days": _days_ago(min),
    "orders": lambda leaf, shop, one: _in_range(len(_paid(leaf, shop, one)), leaf),
    "spend_fen": lambda leaf, shop, one: _in_range(_net(_paid(leaf, shop, one)), leaf),
    "aov_fen": _share(_net),
    "month_start_pct": _share(_month_start),
    "joined_days": _joined,
    "bought": _bought,
    "tag": lambda leaf, shop, one: (one["id"], leaf.value) in shop.tags,
    **{name: _one_of(name) for name in ("province", "city", "gender", "source", "grade")},
    "city_level": lambda leaf, _, one: city_level(one["city"], one["province"]) in leaf.value,  # type: ignore[operator]
    "age": _number(_age),
    "birthday_month": _one_of("birth_month"),
    "birthday_within": _birthday,
    "consent": lambda leaf, _, one: one[f"consent_{leaf.value}"] and not one["opted_out"],
    "contact": lambda leaf, _, one: one[f"{leaf.value}_cipher"] is not None,
    "opted_out": lambda leaf, _, one: one["opted_out"] == leaf.value,
    "personalised": lambda leaf, _, one: one["personalised"] == leaf.value,
    "paid_plan": _paid_plan,
    "missing_to_next": _number(_tier("missing_fen")),
    "missing_orders": _number(_tier("missing_orders")),
    "missing_growth": _number(_tier("missing_growth")),
    "growth": _number(_tier("window_growth")),
    "top_spend_share": _best,
    "lifecycle": _lifecycle,
    "rhythm_days": _number(_outlook("rhythm_days")),
    "next_purchase_days": _ahead,
    "alive_pct": _number(_outlook("alive_bp", 100)),
    "value_fen": _number(_outlook("value_fen")),
    "rfm_group": lambda leaf, shop, one: shop.outlooks.get(one["id"], {}).get("rfm_group") in leaf.value,  # type: ignore[operator]
    **{name: _number(_outlook(name)) for name in ("r_score", "f_score", "m_score")},
    "points": _number(_points),
    "points_expiring_days": _expiring,
    "coupon": _coupon,
    "coupon_pct": _coupon_pct,
    "messages": _messages,
    "campaign": lambda leaf, shop, one: leaf.value == 1 and shop.arms[one["id"]] == leaf.op,
    "interaction": _did,
    "stars": _stars,
    "custom": _custom,
    "list": lambda leaf, shop, one: leaf.value == 1 and one["id"] in shop.listed,
}
