"""What makes a rule document confusing. Each fault is a value with a sentence: the editor shows all at once."""

from core.documents.benefit_faults import benefit_faults
from core.documents.earning_faults import earning_faults, milestone_faults
from core.documents.ladder_faults import ladder_faults
from core.documents.rules import RuleDocument
from core.errors import Refusal


def rule_faults(document: RuleDocument) -> list[Refusal]:
    """Every reason not to publish this document, in reading order; empty when it makes sense."""
    return [
        *ladder_faults(document),
        *earning_faults(document),
        *milestone_faults(document),
        *benefit_faults(document),
    ]


def checked(document: RuleDocument) -> RuleDocument:
    """The document itself; raises its first fault."""
    for fault in rule_faults(document):
        raise fault
    return document


def rule_hints(document: RuleDocument) -> list[tuple[str, dict[str, object]]]:
    """What is allowed but may surprise, as catalog keys with their parameters."""
    hints: list[tuple[str, dict[str, object]]] = []
    if document.points is not None:
        late = sorted({day.day_of_month or 0 for day in document.points.days} - set(range(29)))
        hints += [("rules.hint.short_month", {"day": day}) for day in late]
        if document.points.value_fen == 0:
            hints.append(("rules.hint.points_worth_nothing", {}))
        if document.points.expiry == "never":
            hints.append(("rules.hint.points_never_expire", {}))
    if document.downgrade.mode == "never" and len(document.tiers) > 1:
        hints.append(("rules.hint.never_lost", {}))
    return hints
