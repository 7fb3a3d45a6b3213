"""How somebody stands with the shop, in one sentence with its numbers."""

from typing import Any

Sentence = tuple[str, dict[str, Any]]


def state_sentence(state: str, rhythm_days: int, silent_days: int, buying_days: int) -> Sentence:
    """The key ``outlook.is.<state>`` and its numbers: the usual days between visits, the days since the last, the visits."""
    return f"outlook.is.{state}", {"rhythm": rhythm_days, "silent": silent_days, "days": buying_days}


def expected_sentence(next_days: int, rhythm_days: int) -> Sentence:
    """When the next purchase is expected, or since when it is overdue."""
    key = "late" if next_days < 0 else "today" if next_days == 0 else "ahead"
    return f"outlook.next.{key}", {"n": abs(next_days), "rhythm": rhythm_days}
