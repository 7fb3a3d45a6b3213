"""The tier rules under edit: kept in the session until they are tried, kept as a draft, or published."""

from dataclasses import dataclass
from typing import Any

from core.documents.benefits import Benefit, Cell
from core.documents.canonical import canonical_json
from core.documents.earning import Milestone
from core.documents.projections import project_multiplier
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
        """The document as a value, its grid saying what its points rules count; refuses what cannot be read at all."""
        return project_multiplier(read_rules(self.document))


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


def drop_draft() -> None:
    """Begin again from the rules in force, with fresh fields: a field keeps what was typed as long as its key stays."""
    open_draft(read_live(desk(), now=now())[0])


def add_tier(draft: RuleDraft) -> None:
    """A new highest tier that asks for twice of what the highest asked for."""
    tiers = draft.document["tiers"]
    code = _free("tier", {tier["code"] for tier in tiers})
    names = {f"name_{word}": t("tiers.new_tier", n=len(tiers) + 1) for word in ("zh", "en")}
    ways = {way: _twice(tiers, way) for way in ("min_spend_fen", "min_orders", "min_growth")}
    if not any(ways.values()):
        ways["min_spend_fen"] = 1_000_00
    tiers.append({"code": code, **names, **ways, "keep_spend_fen": None, "keep_orders": None, "keep_growth": None})
    points = draft.document.get("points") or {"tier_pct": {}}
    if tiers[-2]["code"] in points["tier_pct"]:
        points["tier_pct"][code] = points["tier_pct"][tiers[-2]["code"]]
    for benefit in draft.document["benefits"]:
        # Whoever is higher must not have less than the tier below.
        if tiers[-2]["code"] in benefit["cells"]:
            benefit["cells"][code] = dict(benefit["cells"][tiers[-2]["code"]])


def _twice(tiers: list[dict[str, Any]], way: str) -> int | None:
    """Twice of what the highest tier asks for this way; a closed way stays closed."""
    return tiers[-1].get(way) and tiers[-1][way] * 2 if len(tiers) > 1 else None


def drop_tier(draft: RuleDraft, code: str) -> None:
    """Take a tier out of the document, with what it was given and the benefits that only it had."""
    draft.document["tiers"] = [tier for tier in draft.document["tiers"] if tier["code"] != code]
    for benefit in draft.document["benefits"]:
        benefit["cells"].pop(code, None)
    if draft.document.get("points"):
        draft.document["points"]["tier_pct"].pop(code, None)
    draft.document["benefits"] = [benefit for benefit in draft.document["benefits"] if benefit["cells"]]
    draft.turn += 1


def add_benefit(draft: RuleDraft, kind: str) -> str:
    """A new benefit of a kind for the highest tier; its code."""
    code = _free(kind, {benefit["code"] for benefit in draft.document["benefits"]})
    name = t(f"benefit.kind.{kind}")
    top = draft.document["tiers"][-1]["code"]
    fresh = Benefit(code=code, kind=kind, name_zh=name, name_en=name, cells={top: Cell()})
    draft.document["benefits"].append(fresh.as_json())
    return code


def drop_benefit(draft: RuleDraft, code: str) -> None:
    """Take a benefit out of the document."""
    kept = [benefit for benefit in draft.document["benefits"] if benefit["code"] != code]
    draft.document["benefits"] = kept


def add_milestone(draft: RuleDraft) -> None:
    """A new milestone beyond the last one by orders, with points where there are points."""
    rows = draft.document["milestones"]
    last = max((row["at"] for row in rows if row["measure"] == "orders"), default=0)
    code = _free("milestone", {row["code"] for row in rows})
    name = {f"name_{word}": t("tiers.milestone.new", n=len(rows) + 1) for word in ("zh", "en")}
    points = 100 if draft.document.get("points") else 0
    rows.append(Milestone.read({"code": code, **name, "at": last + 5, "points": points}).as_json())


def drop_milestone(draft: RuleDraft, code: str) -> None:
    """Take a milestone out of the document."""
    draft.document["milestones"] = [row for row in draft.document["milestones"] if row["code"] != code]


def name_key() -> str:
    """The field of a document that holds names in the reader's language."""
    return f"name_{lang()}"


def _free(stem: str, taken: set[str]) -> str:
    """A code that is not taken: the stem itself, else with a number."""
    if stem not in taken and stem != "tier":
        return stem
    return next(f"{stem}_{number}" for number in range(2, 1_000) if f"{stem}_{number}" not in taken)
