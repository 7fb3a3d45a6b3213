"""A group's rule tree as its sentence in the session's language."""

from core.documents.enums import Area
from core.documents.segment import Node
from core.rules.segment_words import Names, describe
from core.services.campaign_list import list_campaigns
from pages.ui import format
from pages.ui.runtime import cached, desk, lang, now
from pages.ui.tiers import tier_names


@cached(Area.CAMPAIGNS)
def campaign_names() -> dict[int, str]:
    """Campaigns by id, the newest first."""
    return {line.id: line.name for line in list_campaigns(desk(), now=now())}


def group_sentence(tree: Node) -> str:
    """The sentence, safe in Markdown: what the owner typed in it is escaped."""
    return format.md_escape(describe(tree, lang(), Names(tier_names(), campaign_names())))
