"""What is learnt of a small shop's goods, shown to people with true reasons, and what sold: on both stores."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from core.analytics.periods import Period
from core.clock import day_number
from core.errors import Refusal
from core.i18n import translate
from core.rules.recommend_words import reason_sentence
from core.rules.suggestions import Bought, Look, Reason, Suggestion, fit_price, outgrown, price_band, suggest
from core.services.affinity import refresh_pairs
from core.services.desk import Desk
from core.services.interactions import note_interaction
from core.services.product_categories import sort_products
from core.services.product_insight import read_best_sellers, read_goods
from core.services.recommend import recommend_goods
from core.store.database import Database
from tests.services.order_files import NOW, OWNER, ZONE, at, bring_in, bring_members, new_desk, order, rows_of, value_of
from tests.services.programme_shop import open_shop, violations

KINDS = {"奶粉A": "奶粉", "奶瓶": "喂养", "积木": "玩具", "绘本": "玩具", "停产奶粉": "奶粉"}


def _lines(number: str, member: str, days: int, *goods: str, refund: str = "0") -> list[dict[str, object]]:
    """One order, a line a product at 100 yuan each."""
    return [
        order(number, member_id=member, paid_at=at(days), line_no=str(place), product=good, refund=refund)
        | {"category": KINDS[good]}
        for place, good in enumerate(goods, 1)
    ]


def _rows() -> list[dict[str, object]]:
    """Forty who buy milk every thirty days, most with a bottle; thirty who buy bricks, most with a book."""
    rows = []
    for n in range(40):
        bottle = ("奶瓶",) if n % 4 else ()
        rows += _lines(f"M{n}a", f"M{n}", 100, "奶粉A", *bottle)
        rows += _lines(f"M{n}b", f"M{n}", 70, "奶粉A") + _lines(f"M{n}c", f"M{n}", 40, "奶粉A")
    for n in range(30):
        book = ("绘本",) if n % 5 else ()
        rows += _lines(f"T{n}a", f"T{n}", 90, "积木", *book) + _lines(f"T{n}b", f"T{n}", 20, "积木")
    for n in range(6):
        rows += _lines(f"O{n}", f"M{n}", 300, "停产奶粉")
    return [*rows, *_lines("back", "M4", 30, "奶瓶", refund="100"), *_lines("staff", "S", 5, "积木")]


@pytest.fixture
def desk(db: Database, tmp_path: Path) -> Desk:
    """The shop, with a newcomer who never bought and somebody who does not count."""
    opened = new_desk(db)
    bring_in(opened, tmp_path, _rows())
    bring_members(opened, tmp_path, [{"member_id": "NEW", "nickname": "新人", "joined_at": at(3)}])
    with db.write() as session:
        session.execute(text("UPDATE member SET not_counted = 'staff' WHERE id = :id"), {"id": _id(opened, "S")})
    return opened


def _id(desk: Desk, label: str) -> int:
    return int(value_of(desk.db, "SELECT member_id FROM member_identity WHERE label = :label", label=label))


def _shown(desk: Desk, label: str, limit: int = 3) -> list[tuple[str, str, str | None]]:
    found = recommend_goods(desk, _id(desk, label), limit=limit, now=NOW)
    return [(one.reason.value, one.title, one.because_title) for one in found]


def test_goods_are_learnt_once_and_again_the_same(desk: Desk) -> None:
    report = refresh_pairs(desk, now=NOW)
    assert (report.people, report.products) == (70, 5)
    kept = 'SELECT p.title, o.title, rank, x."both" FROM product_pair x JOIN product p ON p.id = x.product_id JOIN product o'
    kept += " ON o.id = x.other_id ORDER BY 1, 2"
    first = rows_of(desk.db, kept)
    assert ("奶粉A", "奶瓶", 1, 30) in first and ("绘本", "积木", 1, 24) in first
    assert not [row for row in first if row[1] == "停产奶粉"]  # sells no longer
    refresh_pairs(desk, now=NOW)
    assert rows_of(desk.db, kept) == first
    assert value_of(desk.db, "SELECT count(*) FROM fitted_model WHERE name = 'recommend'") == 1
    view = read_goods(desk)
    assert view is not None and len(view.model.gone) == 1
    cycles = {one.category: one for one in view.model.cycles}
    assert (cycles["奶粉"].median_days, cycles["奶粉"].people) == (30, 40)
    assert view.model.entry == "奶粉" and view.model.until == day_number(ZONE.day(NOW)) - 20


def test_each_reason_is_true(desk: Desk) -> None:
    refresh_pairs(desk, now=NOW)
    assert _shown(desk, "M5", 1) == [("due", "奶粉A", "奶粉A")]
    due = recommend_goods(desk, _id(desk, "M5"), limit=1, now=NOW)[0]
    assert (due.days, due.cycle_days, due.price_fen, due.category) == (40, 30, 100_00, "奶粉")
    key, params = reason_sentence(due)
    assert translate("zh", key, **params) == "上次买是 40 天前，一般 30 天买一次"
    assert _shown(desk, "M0")[1] == ("bought_with", "奶瓶", "奶粉A")
    assert "奶瓶" not in {title for _, title, _ in _shown(desk, "M4", 9)}  # was sent back
    assert "停产奶粉" not in {title for _, title, _ in _shown(desk, "T0", 9)}
    assert _shown(desk, "NEW", 1) == [("entry_best", "奶粉A", None)]
    # A favourite and a cart by the title or the key of a file; what was bought since is no wish any more.
    for label, kind, subject in (("T0", "cart", "奶瓶"), ("T1", "browse", "奶瓶"), ("M0", "favourite", "奶粉A")):
        at_then = NOW - timedelta(days=2)
        note_interaction(desk, OWNER, _id(desk, label), kind, subject=subject, key=f"{label}:{kind}", now=at_then)
    assert _shown(desk, "T0")[0] == ("cart", "奶瓶", None) and _shown(desk, "T1")[0] == ("browse", "奶瓶", None)
    assert ("looked_with", "奶粉A", "奶瓶") in _shown(desk, "T1", 4)


def test_who_declined_is_not_judged_by_what_they_did(desk: Desk) -> None:
    refresh_pairs(desk, now=NOW)
    with desk.db.write() as session:
        session.execute(text("UPDATE member SET personalised = false WHERE id = :id"), {"id": _id(desk, "T0")})
    assert _shown(desk, "T0", 2) == [("not_personalised", "奶粉A", None), ("not_personalised", "奶瓶", None)]


def test_before_the_first_refresh_best_sellers_are_shown(desk: Desk) -> None:
    with desk.db.write() as session:
        session.execute(text("DELETE FROM fitted_model WHERE name = 'recommend'"))
        session.execute(text("DELETE FROM product_pair"))
    assert read_goods(desk) is None
    assert _shown(desk, "NEW", 1) == [("best_seller", "奶粉A", None)]
    assert _shown(desk, "M9", 1) == [("best_seller", "积木", None)]
    with pytest.raises(Refusal, match="member_unknown"):
        recommend_goods(desk, 10**9, now=NOW)


def test_a_shop_without_goods_learns_and_shows_nothing(db: Database) -> None:
    empty = new_desk(db)
    assert refresh_pairs(empty, now=NOW).pairs == 0
    view = read_goods(empty)
    assert view is not None and view.model.recall_new is None and view.model.order_pairs == ()


def test_best_sellers_count_orders_people_and_what_came_back(desk: Desk) -> None:
    today = ZONE.day(NOW)
    found = read_best_sellers(desk, Period(today - timedelta(days=99), today + timedelta(days=1)))
    lines = {one.title: one for one in found.lines}
    milk, bricks, bottle = lines["奶粉A"], lines["积木"], lines["奶瓶"]
    assert (milk.orders, milk.buyers, milk.repeat_buyers, milk.sales_fen) == (80, 40, 40, 8_000_00)
    assert (bricks.orders, bricks.buyers, bricks.repeat_share) == (60, 30, 1.0)  # the one of the staff is not there
    assert (bottle.orders, bottle.refund_fen, bottle.margin_fen, bottle.repeat_share) == (1, 100_00, 0, None)
    assert found.sales_fen == sum(one.sales_fen for one in found.lines) and found.lines[0] == milk
    toys = read_best_sellers(desk, Period(today - timedelta(days=99), today), category="玩具", limit=1)
    assert [one.title for one in toys.lines] == ["积木"] and toys.sales_fen == (60 + 24) * 100_00


def test_another_category_changes_what_follows_from_it(db: Database, tmp_path: Path) -> None:
    desk = open_shop(db)  # growth counts milk by half
    bring_in(desk, tmp_path, _lines("a", "A", 5, "奶粉A") + _lines("b", "B", 5, "积木"))
    growth = "SELECT sum(amount) FROM growth_entry WHERE member_id = :id"
    member = _id(desk, "A")
    assert value_of(db, growth, id=member) == 50
    product = int(value_of(db, "SELECT id FROM product WHERE title = '奶粉A'"))
    assert sort_products(desk, OWNER, {product: " 成人粉 "}, now=NOW) == 1
    assert value_of(db, growth, id=member) == 100 and violations(desk) == {}
    assert value_of(db, "SELECT last_category FROM member_profile WHERE member_id = :id", id=member) == "成人粉"
    assert sort_products(desk, OWNER, {product: "成人粉"}, now=NOW) == 0
    for wrong, code in (({product: "长" * 65}, "product_category"), ({99: "x"}, "product_unknown")):
        with pytest.raises(Refusal, match=code):
            sort_products(desk, OWNER, wrong, now=NOW)


def _bought(product: int, days: int, fen: int = 100_00, *, back: bool = False, category: str = "a") -> Bought:
    return Bought(product, category, 1_000 - days, 1, fen, back, 0.5 ** (days / 90))


def test_what_is_used_up_follows_ones_own_rhythm_first() -> None:
    own = [_bought(1, days) for days in (130, 90, 50, 10)]
    assert not [one for one in suggest(own, [], {}, {"a": 10}, 1_000) if one.reason is Reason.DUE]  # own: every 40 days
    (due,) = suggest(own[:3], [], {}, {"a": 20}, 1_000)  # two gaps are too few: the shop's 20 days, 50 ago
    assert (due.days, due.cycle_days) == (50, 20)
    assert suggest([_bought(1, 70)], [], {}, {"a": 20}, 1_000) == []  # too long ago: bought elsewhere


def test_the_strongest_voice_is_the_reason_and_what_came_back_is_never_shown() -> None:
    near = {1: [(7, 0.9), (8, 0.1)], 2: [(7, 0.2), (9, 0.8)]}
    found = suggest([_bought(1, 10), _bought(2, 10), _bought(9, 5, back=True)], [], near, {}, 1_000)
    assert [(one.product, one.because, one.reason) for one in found] == [
        (7, 1, Reason.BOUGHT_WITH),
        (8, 1, Reason.BOUGHT_WITH),
    ]
    looks = [
        Look(8, Reason.BROWSE, 990),
        Look(8, Reason.CART, 980),
        Look(1, Reason.CART, 980),
        Look(5, Reason.CART, 800),
    ]
    wished = [one for one in suggest([_bought(1, 10)], looks, {}, {}, 1_000) if one.reason is not Reason.DUE]
    assert [(one.product, one.reason, one.days) for one in wished] == [(8, Reason.CART, 20)]


def test_a_price_far_from_what_somebody_pays_weighs_less() -> None:
    bought = [_bought(1, 1, fen) for fen in (20_00, 30_00, 40_00, 50_00)] + [_bought(2, 1, 900_00, category="b")]
    band = price_band(bought, "a")
    assert band is not None and band[0] == pytest.approx(27_50 / 1.5) and band[1] == pytest.approx(42_50 * 1.5)
    assert price_band(bought[:3], "a") is None
    one = Suggestion(7, Reason.BOUGHT_WITH, 1, 0.5)
    assert fit_price(one, 30_00, band) == one and fit_price(one, 900_00, band).score == pytest.approx(0.3)
    assert fit_price(one, None, band) == one


@pytest.mark.parametrize(
    ("_case", "title", "out"),
    [("an earlier stage", "奶粉 2段 800g", True), ("the same", "奶粉3段", False), ("none", "奶粉 1-3岁", False)],
)
def test_nobody_goes_back_a_stage(_case: str, title: str, out: bool) -> None:
    assert outgrown(title, "奶粉", {"奶粉": 3}) is out
    assert not outgrown(title, "米粉", {"奶粉": 3})
