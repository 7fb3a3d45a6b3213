"""How somebody stands with the shop, in one sentence with its numbers."""

from typing import Any

Sentence = tuple[str, dict[str, Any]]


FADED = ("slipping", "dormant", "lost")
GONE = ("dormant", "lost")


def state_sentence(state: str, rhythm_days: int, silent_days: int, buying_days: int) -> Sentence:
    """The key ``outlook.is.<state>`` and its numbers: the usual days between visits, the days since the last, the visits.

    Who came once has no pace of their own: that of customers like them is named as such.
    """
    key = "once" if buying_days == 1 and state != "newcomer" else state
    return f"outlook.is.{key}", {"rhythm": rhythm_days, "silent": silent_days, "days": buying_days}


def expected_sentence(state: str, next_days: int, rhythm_days: int) -> Sentence:
    """When the next purchase is expected, or since when it is overdue; of who is lost no day is foreseen."""
    key = "late" if next_days < 0 else "today" if next_days == 0 else "ahead"
    return f"outlook.next.{'lost' if state == 'lost' else key}", {"n": abs(next_days), "rhythm": rhythm_days}


def judged_by_gaps(state: str, buying_days: int) -> bool:
    """Whether the chance foreseen from the own gaps is worth showing; else what became of people in the same state is."""
    return state not in FADED and buying_days > 1
