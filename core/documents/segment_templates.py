"""Ready groups. Catalogs: ``segment.template.CODE`` is the name, ``segment.template.CODE.use`` what it is good for."""

from collections.abc import Callable
from dataclasses import dataclass

from core.documents.segment import Group, Leaf, Node, Not
from core.errors import Refusal


@dataclass(frozen=True)
class Template:
    """A ready tree; ``needs`` names the one thing the owner must choose first."""

    code: str
    build: Callable[[str], Node]
    needs: str | None = None

    def tree(self, choice: str | None = None) -> Node:
        """The tree, for a category where one is needed; refuses (``segment_template_choice``) without it."""
        if self.needs and not (choice or "").strip():
            raise Refusal("segment_template_choice", template=self.code)
        return self.build((choice or "").strip())


def templates() -> tuple[Template, ...]:
    """The ready groups, in the order of the page."""
    return _TEMPLATES


def template(code: str) -> Template:
    """One ready group; refuses (``segment_template``) an unknown code."""
    for found in _TEMPLATES:
        if found.code == code:
            return found
    raise Refusal("segment_template", template=code)


def _all(*parts: Node) -> Node:
    return Group("all", parts)


_CUSTOMER = Leaf("is_customer", "is", True)
_BEST = Leaf("top_spend_share", "le", 20)

# By what a shop goes, money or growth, the other is not known of anybody.
_NEARLY = Group("any", (Leaf("missing_to_next", "le", 100_00), Leaf("missing_growth", "le", 100)))
_SPEAKS_FOR_US = Group(
    "any",
    (
        Leaf("interaction", "did", "referral", days=365),
        Leaf("interaction", "did", "share", days=365),
        Leaf("interaction", "did", "review", days=365, at_least=2),
    ),
)

_TEMPLATES = (
    Template("newcomers", lambda _: _all(_CUSTOMER, Leaf("first_order_days", "le", 30))),
    Template("one_time", lambda _: _all(Leaf("orders", "between", (1, 1)), Leaf("recency_days", "between", (30, 180)))),
    Template("high_high", lambda _: _all(_BEST, Leaf("orders", "ge", 3, days=365), Leaf("recency_days", "le", 90))),
    Template("best_at_risk", lambda _: _all(_BEST, Leaf("lifecycle", "in", ("slipping", "dormant")))),
    Template("dormant", lambda _: _all(Leaf("lifecycle", "in", ("dormant",)))),
    Template("birthday_soon", lambda _: _all(Leaf("birthday_within", "le", 7))),
    Template("near_upgrade", lambda _: _all(Leaf("is_member", "is", True), _NEARLY)),
    Template("category_lovers", lambda name: _all(Leaf("bought", "category", name, 365, 2)), needs="category"),
    Template("month_start_buyers", lambda _: _all(Leaf("orders", "ge", 3), Leaf("month_start_pct", "ge", 60))),
    Template("coupon_hunters", lambda _: _all(Leaf("orders", "ge", 2), Leaf("coupon_pct", "ge", 50))),
    Template("advocates", lambda _: _all(_SPEAKS_FOR_US, Not(Leaf("stars", "le", 3, days=365)))),
    Template("top_spenders", lambda _: _all(_BEST)),
    Template("low_low", lambda _: _all(_CUSTOMER, Leaf("orders", "le", 1), Not(Leaf("top_spend_share", "le", 50)))),
    Template("not_joined", lambda _: _all(_CUSTOMER, Leaf("is_member", "is", False))),
)
