"""The people behind a campaign in the wizard: somebody real to preview the message with, and what categories there are."""

from core.documents.enums import Area
from core.documents.segment import parse_segment
from core.rules.masking import mask_person
from core.services.members import read_choices
from core.services.segments import list_segment
from pages.ui.runtime import actor, cached, desk, now

SAMPLED = 20


@cached(Area.MEMBERS, Area.ORDERS, Area.RULES)
def sample_people(tree: str) -> list[tuple[int, str]]:
    """A few people of a group (rule tree as JSON text): id and what they are called on the screen."""
    found = list_segment(desk(), actor(), parse_segment(tree), now=now(), limit=SAMPLED)
    return [(person.id, mask_person(person.name, person.nickname, person.id)) for person in found]


@cached(Area.ORDERS)
def category_names() -> list[str]:
    """All product categories of the shop."""
    return list(read_choices(desk()).categories)
