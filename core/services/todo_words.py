"""A line of today's list in words: the same on the page, on paper and in the mail."""

from collections.abc import Callable, Mapping

from core.i18n import Lang, translate
from core.rules.phrases import yuan_words
from core.services.today import EXPIRING_DAYS, Todo


def todo_words(
    todo: Todo,
    lang: Lang,
    tiers: Mapping[str, str],
    *,
    strong: Callable[[str], str] = str,
    escape: Callable[[str], str] = str,
) -> tuple[str, str]:
    """The line and its reason, for every kind but a campaign's result. ``tiers``: the names of the tiers by code.

    ``strong`` marks the number, ``escape`` makes text of the shop harmless, where the words are markup.
    """
    late = int(str(todo.params.get("late") or 0))
    tier = str(todo.params.get("tier") or "")
    words = {
        "n": strong(f"{todo.count:,}"),
        "amount": f"¥{yuan_words(round(todo.fen / 100) * 100)}",
        "days": todo.params.get("days", EXPIRING_DAYS),
        "category": escape(str(todo.params.get("category", ""))),
        "what": escape(str(todo.params.get(f"what_{lang}", ""))),
        "tier": escape(tiers.get(tier, tier)),
        "late": f"{late:,}",
    }
    all_late = todo.kind == "promise_late" and late == todo.count
    kind = "promise_all_late" if all_late else todo.kind
    return translate(lang, f"today.line.{kind}", **words), translate(lang, f"today.why.{todo.kind}", **words)
