"""The tier rules under edit: kept in the session until they are tried, kept as a draft, or published."""

from dataclasses import dataclass
from typing import Any

from core.documents.canonical import canonical_json
from core.documents.rules import RuleDocument, read_rules
from core.services.rule_versions import read_live
from pages.ui import state
from pages.ui.runtime import desk, lang, now, t


@dataclass
class RuleDraft:
    """``document`` is the JSON object that the fields change; ``start`` its text before any change.

    ``version_id``: the kept draft it came from; ``turn`` is in the keys of the fields, so that another document
    gets fresh ones; ``tried`` is the text that was tried last.
    """

    document: dict[str, Any]
    start: str
    version_id: int | None = None
    turn: int = 0
    tried: str | None = None

    @property
    def text(self) -> str:
        """The canonical text of the document as it stands."""
        return canonical_json(self.document)

    @property
    def changed(self) -> bool:
        """Whether anything was edited since it was opened."""
        return self.text != self.start

    def read(self) -> RuleDocument:
        """The document as a value; refuses what cannot be read at all."""
        return read_rules(self.document)


def current_draft() -> RuleDraft:
    """The draft under edit; an untouched one follows the rules in force."""
    draft: RuleDraft | None = state.get(state.Key.RULES)
    if draft is not None and (draft.changed or draft.version_id is not None):
        return draft
    document, _ = read_live(desk(), now=now())
    if draft is None or draft.start != document.canonical():
        return open_draft(document)
    return draft


def open_draft(document: RuleDocument, version_id: int | None = None, *, touched: bool = False) -> RuleDraft:
    """Begin to edit a document; ``touched``: it differs from the live one already (a roll-back)."""
    before: RuleDraft | None = state.get(state.Key.RULES)
    start = "" if touched else document.canonical()
    draft = RuleDraft(document.as_json(), start, version_id, turn=before.turn + 1 if before else 0)
    state.put(state.Key.RULES, draft)
    return draft


def add_tier(draft: RuleDraft) -> None:
    """A new highest tier that asks for twice the amount."""
    tiers = draft.document["tiers"]
    code = _free("tier", {tier["code"] for tier in tiers})
    top = max((tier["min_spend_fen"] or 0 for tier in tiers), default=0)
    names = {f"name_{word}": t("tiers.new_tier", n=len(tiers) + 1) for word in ("zh", "en")}
    tiers.append({"code": code, **names, "min_spend_fen": max(top * 2, 1_000_00), "min_orders": None})
    for benefit in draft.document["benefits"]:
        # Whoever is higher must not have less than the tier below.
        if tiers[-2]["code"] in benefit["cells"]:
            benefit["cells"][code] = dict(benefit["cells"][tiers[-2]["code"]])


def drop_tier(draft: RuleDraft, code: str) -> None:
    """Take a tier out of the document, with what it was given and the benefits that only it had."""
    draft.document["tiers"] = [tier for tier in draft.document["tiers"] if tier["code"] != code]
    for benefit in draft.document["benefits"]:
        benefit["cells"].pop(code, None)
    draft.document["benefits"] = [benefit for benefit in draft.document["benefits"] if benefit["cells"]]
    draft.turn += 1


def add_benefit(draft: RuleDraft, kind: str) -> str:
    """A new benefit of a kind for the highest tier; its code."""
    code = _free(kind, {benefit["code"] for benefit in draft.document["benefits"]})
    name = t(f"benefit.kind.{kind}")
    top = draft.document["tiers"][-1]["code"]
    cell = {"quantity": 1, "period": "always", "value_zh": "", "value_en": "", "level": None, "cost_fen": 0}
    names = {"name_zh": name, "name_en": name}
    draft.document["benefits"].append({"code": code, "kind": kind, **names, "cells": {top: cell}})
    return code


def drop_benefit(draft: RuleDraft, code: str) -> None:
    """Take a benefit out of the document."""
    kept = [benefit for benefit in draft.document["benefits"] if benefit["code"] != code]
    draft.document["benefits"] = kept


def name_key() -> str:
    """The field of a document that holds names in the reader's language."""
    return f"name_{lang()}"


def _free(stem: str, taken: set[str]) -> str:
    """A code that is not taken: the stem itself, else with a number."""
    if stem not in taken and stem != "tier":
        return stem
    return next(f"{stem}_{number}" for number in range(2, 1_000) if f"{stem}_{number}" not in taken)
