"""One event of a person's timeline as a sentence, for the page and the command line."""

from collections.abc import Mapping
from typing import Any

from core.i18n import Lang, catalog, translate
from core.rules.phrases import yuan_words

ICONS = {
    "order": "shopping_bag",
    "refund": "currency_exchange",
    "tier": "workspace_premium",
    "points": "stars",
    "coupon": "confirmation_number",
    "message": "sms",
    "interaction": "reviews",
    "promise": "redeem",
    "note": "edit_note",
    "goodwill": "volunteer_activism",
    "consent": "verified_user",
    "joined": "how_to_reg",
    "mark": "person_off",
    "stored": "account_balance_wallet",
    "plan": "card_membership",
}


def event_words(kind: str, what: str, facts: Mapping[str, Any], tiers: Mapping[str, str], lang: Lang) -> str:
    """The sentence ``timeline.<kind>.<what>``; a what without one of its own is said by ``timeline.<kind>``."""
    key = f"timeline.{kind}.{what}"
    known = catalog(lang)
    if key not in known:
        key = f"timeline.{kind}"
    said = translate(lang, key, **_params(kind, what, facts, tiers, lang)).strip()
    detail = facts.get("detail")
    return f"{said} · {detail}" if detail and kind in ("order", "interaction", "goodwill") else said


def _params(kind: str, what: str, facts: Mapping[str, Any], tiers: Mapping[str, str], lang: Lang) -> dict[str, Any]:
    found: dict[str, Any] = {"subject": facts.get("subject") or "", "detail": facts.get("detail") or ""}
    found["amount"] = yuan_words(int(facts.get("fen") or 0))
    found["n"] = f"{int(facts.get('points') or 0):,}"
    match kind:
        case "tier":
            found |= {name: tiers.get(facts.get(name) or "", facts.get(name) or "") for name in ("tier", "was")}
            found["reason"] = translate(lang, f"tier.reason.{facts['reason']}")
        case "message":
            found |= {"about": _about(facts, lang), "reason": _reason(what, facts, lang)}
        case "interaction":
            found |= {"what": _action(what, lang), "stars": "★" * int(facts.get("stars") or 0)}
        case "promise":
            found["subject"] = facts[f"what_{lang}"]
        case "goodwill":
            value = int(facts["value"])
            found["amount"] = f"{value:,}" if what == "points" else yuan_words(value)
        case "consent":
            key = f"portrait.opt_in.way.{facts['channel']}"
            found["channel"] = translate(lang, key) if key in catalog(lang) else facts["channel"]
        case "mark":
            found["mark"] = translate(lang, f"mark.{facts['mark']}") if facts["mark"] else ""
        case "stored":
            found["what"] = translate(lang, f"stored.kind.{what}")
    return found


def _about(facts: Mapping[str, Any], lang: Lang) -> str:
    """What a message was about: the campaign's name, else the reminder's."""
    kind, _, code = str(facts["rule"]).partition(":")
    key = f"journey.{code}.name"
    return facts.get("subject") or (translate(lang, key) if kind == "journey" and key in catalog(lang) else code)


def _reason(what: str, facts: Mapping[str, Any], lang: Lang) -> str:
    """Why nothing came, or how the message stands."""
    known = catalog(lang)
    reason = "held_out" if what == "held_out" else facts.get("reason")
    keys = (f"message.reason.{reason}", f"delivery.{reason}", f"message.status.{what}")
    key = next((key for key in keys if key in known), None)
    return translate(lang, key).rstrip("。.") if key else ""


def _action(kind: str, lang: Lang) -> str:
    """An interaction's name: what can be earned by, and browsing and carts, which earn nothing."""
    keys = (f"timeline.did.{kind}", f"rules.earning.{kind}")
    key = next((key for key in keys if key in catalog(lang)), None)
    return translate(lang, key) if key else kind
