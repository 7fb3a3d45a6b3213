"""Who has joined, and what members bring: the figures over the member list."""

from collections.abc import Sequence

from streamlit.delta_generator import DeltaGenerator

from core.documents.enums import Area
from core.services.membership import Membership, read_membership
from pages.ui import format
from pages.ui.charts import kpi_card, kpi_row
from pages.ui.runtime import cached, desk, now, t

DAYS = 90


@cached(Area.MEMBERS, Area.ORDERS)
def membership() -> Membership:
    """Customers and members of now, with the sales of the last ``DAYS``."""
    return read_membership(desk(), DAYS, now=now())


def rate(share: float | None) -> str:
    """A share, or a dash where there is nothing to divide by."""
    return "–" if share is None else format.percent(share)


def joined_cards(cards: Sequence[DeltaGenerator], found: Membership, days: int, share_before: float | None) -> None:
    """The first three cards: members, the share of customers who are, and what members bring of the sales."""
    with cards[0]:
        of_all = t("members.kpi.of", n=format.number(found.people))
        kpi_card(t("members.kpi.members"), format.people(found.members), of_all, note="")
    with cards[1]:
        kpi_card(t("members.kpi.joined"), rate(found.joined_rate), help=t("members.kpi.joined.help"))
    with cards[2]:
        share = found.sales_share
        delta = None if share_before is None or share is None else format.points(share_before, share)
        kpi_card(t("members.kpi.share"), rate(share), delta, help=t("members.kpi.share.help", days=days))


def show_membership(found: Membership) -> None:
    """How many have joined, and what members bring."""

    def order(fen: int | None) -> str:
        return "–" if fen is None else format.yuan_round(fen)

    with kpi_row(4) as cards:
        joined_cards(cards, found, DAYS, None)
        with cards[3]:
            others = t("members.kpi.others", amount=order(found.other_order_fen))
            kpi_card(
                t("members.kpi.order"),
                order(found.member_order_fen),
                others,
                note="",
                help=t("members.kpi.order.help", days=DAYS),
            )
