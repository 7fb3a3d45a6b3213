"""Who has joined, and what members bring: the figures over the member list."""

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


def show_membership(found: Membership) -> None:
    """How many have joined, and what members bring."""

    def rate(share: float | None) -> str:
        return "–" if share is None else format.percent(share)

    def order(fen: int | None) -> str:
        return "–" if fen is None else format.yuan_round(fen)

    with kpi_row(4) as cards:
        with cards[0]:
            kpi_card(
                t("members.kpi.members"),
                format.people(found.members),
                t("members.kpi.of", n=format.number(found.people)),
                note="",
            )
        with cards[1]:
            kpi_card(t("members.kpi.joined"), rate(found.joined_rate), help=t("members.kpi.joined.help"))
        with cards[2]:
            kpi_card(t("members.kpi.share"), rate(found.sales_share), help=t("members.kpi.share.help", days=DAYS))
        with cards[3]:
            others = t("members.kpi.others", amount=order(found.other_order_fen))
            kpi_card(
                t("members.kpi.order"),
                order(found.member_order_fen),
                others,
                note="",
                help=t("members.kpi.order.help", days=DAYS),
            )
