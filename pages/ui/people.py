"""People by id, called by their masked names as on every page."""

from collections.abc import Sequence

from core.rules.masking import mask_person
from core.services.people_names import name_people
from pages.ui.runtime import desk


def called(ids: Sequence[int]) -> list[str]:
    """How each of some people is called on the screen, in the order of ``ids``."""
    names = name_people(desk(), list(dict.fromkeys(ids)))
    return [
        mask_person(names[number].name, names[number].nickname, number) if number in names else f"#{number}"
        for number in ids
    ]
