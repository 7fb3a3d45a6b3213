"""What the things are called that a group may refer to: for its sentence, and to choose among."""

from datetime import datetime

from core.i18n import Lang
from core.rules.segment_words import Names, OwnField
from core.services.campaign_list import list_campaigns
from core.services.desk import Desk
from core.services.rule_versions import read_live
from core.store.queries.coupons import offer_names
from core.store.queries.custom_fields import all_fields
from core.store.queries.saved_segments import list_segments
from core.store.queries.static_lists import list_names


def load_names(desk: Desk, lang: Lang, *, now: datetime) -> Names:
    """Every name by code or id, those of tiers in the reader's language."""
    rules, _ = read_live(desk, now=now)
    campaigns = {line.id: line.name for line in list_campaigns(desk, now=now)}
    with desk.db.read() as session:
        return Names(
            tiers=rules.names(lang),
            campaigns=campaigns,
            groups={row.id or 0: row.name for row in list_segments(session)},
            lists=list_names(session),
            offers=offer_names(session),
            customs={row.code: OwnField(row.name, row.kind) for row in all_fields(session)},
        )
