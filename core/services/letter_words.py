"""A line of today's list in plain text, as paper and mail say it; the same sentences as on the page."""

from collections.abc import Mapping

from core.analytics.verdict_words import verdict_sentence
from core.i18n import Lang, translate
from core.rules.phrases import yuan_words
from core.services.today import EXPIRING_DAYS, Todo


def line_words(todo: Todo, lang: Lang, tiers: Mapping[str, str]) -> tuple[str, str]:
    """The line and its reason; ``tiers``: the names of the tiers by code."""
    if todo.kind == "result":
        assert todo.result is not None
        key, params = verdict_sentence(todo.result.judgement)
        verdict = translate(lang, key, **params)
        line = translate(lang, "today.line.result", name=str(todo.params["name"]), verdict=verdict)
        return line, translate(lang, "today.why.result", n=f"{todo.count:,}")
    late = todo.kind == "promise_late" and todo.params.get("late") == todo.count
    tier = str(todo.params.get("tier") or "")
    words = {
        "n": f"{todo.count:,}",
        "amount": "¥" + yuan_words(round(todo.fen / 100) * 100),
        "days": todo.params.get("days", EXPIRING_DAYS),
        "category": str(todo.params.get("category", "")),
        "what": str(todo.params.get(f"what_{lang}", "")),
        "tier": tiers.get(tier, tier),
        "late": str(todo.params.get("late", "")),
    }
    kind = "promise_all_late" if late else todo.kind
    return translate(lang, f"today.line.{kind}", **words), translate(lang, f"today.why.{todo.kind}", **words)
