"""The menu: groups named by what the owner does, and the pages in them. A page is there when its file is."""

from dataclasses import dataclass
from pathlib import Path

from pages.ui.runtime import options

PAGES = Path(__file__).resolve().parent.parent
WELCOME = "today/welcome.py"


@dataclass(frozen=True)
class Entry:
    """A page: its file below ``pages/``, its group and title (keys ``menu.*`` of the catalogs), icon and address."""

    path: str
    group: str
    title: str
    icon: str
    url: str
    hidden: bool = False
    option: str = ""

    @property
    def exists(self) -> bool:
        """Whether this feature is there, and switched on where it is an ``option`` (core.services.options)."""
        return (PAGES / self.path).is_file() and (not self.option or self.option in options())


ENTRIES = (
    Entry("today/todo.py", "today", "todo", "checklist", "todo"),
    Entry("members/list.py", "members", "members", "group", "members"),
    Entry("members/portrait.py", "members", "portrait", "account_circle", "member", hidden=True),
    Entry("members/groups.py", "members", "groups", "filter_alt", "groups"),
    Entry("members/group_portrait.py", "members", "group_portrait", "groups", "group-portrait", hidden=True),
    Entry("programme/tiers.py", "programme", "tiers", "workspace_premium", "tiers"),
    Entry("programme/points.py", "programme", "points", "stars", "points"),
    Entry("programme/promises.py", "programme", "promises", "redeem", "promises"),
    Entry("programme/benefits.py", "programme", "benefits", "fact_check", "benefits"),
    Entry("programme/prices.py", "programme", "prices", "sell", "prices"),
    Entry(
        "programme/stored_value.py",
        "programme",
        "stored_value",
        "account_balance_wallet",
        "stored-value",
        option="stored_value",
    ),
    Entry("programme/paid_plan.py", "programme", "paid_plan", "card_membership", "paid-plan", option="paid_plan"),
    Entry("marketing/campaigns.py", "marketing", "campaigns", "campaign", "campaigns"),
    Entry("marketing/new_campaign.py", "marketing", "new_campaign", "add_circle", "new-campaign", hidden=True),
    Entry("marketing/reminders.py", "marketing", "reminders", "notifications_active", "reminders"),
    Entry("marketing/call_list.py", "marketing", "call_list", "call", "calls"),
    Entry("marketing/coupons.py", "marketing", "coupons", "confirmation_number", "redeem"),
    Entry("numbers/members.py", "numbers", "analysis", "monitoring", "analysis"),
    Entry("numbers/results.py", "numbers", "results", "savings", "results"),
    Entry("numbers/products.py", "numbers", "products", "inventory_2", "products"),
    Entry("numbers/letter.py", "numbers", "letter", "mail", "letter"),
    Entry("shop/data.py", "shop", "data", "upload_file", "data"),
    Entry("shop/settings.py", "shop", "settings", "settings", "settings"),
)


def page_exists(path: str) -> bool:
    """Whether ``path`` is a page of the menu whose feature is there."""
    return any(entry.path == path and entry.exists for entry in ENTRIES)
