"""Run import plans, as a preview that writes nothing or for good: parse, merge, remember the mapping."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from core.documents.enums import ImportKind
from core.errors import Refusal
from core.importers.members import parse_members
from core.importers.orders import parse_orders
from core.importers.rejects import Reject
from core.services.actor import Actor
from core.services.custom_import import own_fields
from core.services.desk import Desk
from core.services.import_files import BAD_SHARE, ImportReport
from core.services.import_members import import_members
from core.services.import_orders import import_orders
from core.services.import_plan import ImportPlan
from core.services.mappings import remember_mapping

Progress = Callable[[float], None]
PARSED, STAGED = 0.5, 0.8  # the shares of the work after parsing and after staging


@dataclass(frozen=True)
class Outcome:
    """What one plan did or would do; a whole-file fault is ``fault`` and nothing else."""

    plan: ImportPlan
    report: ImportReport | None = None
    headers: tuple[str, ...] = ()
    notes: tuple[tuple[str, dict[str, Any]], ...] = ()
    side_rejects: tuple[Reject, ...] = ()
    has_buyer_key: bool = True
    fault: Refusal | None = None

    @property
    def changes(self) -> int:
        """Orders or people that would be new or other than before."""
        if self.report is None:
            return 0
        if self.plan.kind is ImportKind.MEMBERS:
            return self.report.accepted - self.report.unchanged
        return self.report.orders_new + self.report.orders_updated


def run_plans(
    desk: Desk,
    actor: Actor,
    plans: Sequence[ImportPlan],
    *,
    now: datetime,
    dry_run: bool,
    max_bad: float = BAD_SHARE,
    progress: Progress | None = None,
) -> tuple[Outcome, ...]:
    """Run plans one after another; the fault of one file leaves the others alone and nothing of it in the store."""
    report = progress or (lambda share: None)
    total = sum(plan.rows for plan in plans) or 1
    outcomes: list[Outcome] = []
    before = 0
    for plan in plans:
        low, high = before / total, (before + plan.rows) / total
        outcomes.append(_run(desk, actor, plan, now, dry_run, max_bad, _part(report, low, high)))
        before += plan.rows
    return tuple(outcomes)


def _run(
    desk: Desk, actor: Actor, plan: ImportPlan, now: datetime, dry_run: bool, max_bad: float, report: Progress
) -> Outcome:
    started = time.monotonic()
    bring_in = _members if plan.kind is ImportKind.MEMBERS else _orders
    try:
        done = bring_in(desk, actor, plan, now, dry_run, max_bad, report)
    except Refusal as refusal:
        return Outcome(plan, fault=refusal)
    assert done.report is not None
    return replace(done, report=replace(done.report, seconds=time.monotonic() - started))


def _orders(
    desk: Desk, actor: Actor, plan: ImportPlan, now: datetime, dry_run: bool, max_bad: float, report: Progress
) -> Outcome:
    parsed = parse_orders(
        plan.path,
        zone=desk.zone,
        now=now,
        items_path=plan.items,
        keys_path=plan.keys,
        mapping=None if plan.mapping is None else dict(plan.mapping),
        platform=plan.platform,
        progress=_part(report, 0.0, PARSED),
    )
    done = import_orders(
        desk,
        actor,
        parsed,
        plan.path,
        now=now,
        dry_run=dry_run,
        max_bad=max_bad,
        file_name=plan.name,
        progress=_part(report, PARSED, STAGED),
    )
    if not dry_run and parsed.preset == "mapped":
        remember_mapping(desk, actor, parsed.headers, plan.kind, parsed.mapping, parsed.platform, now=now)
    side, notes = tuple(parsed.side_rejects), tuple(parsed.notes)
    return Outcome(plan, done, tuple(parsed.headers), notes, side, parsed.has_buyer_key)


def _members(
    desk: Desk, actor: Actor, plan: ImportPlan, now: datetime, dry_run: bool, max_bad: float, report: Progress
) -> Outcome:
    parsed = parse_members(
        plan.path,
        zone=desk.zone,
        now=now,
        mapping=None if plan.mapping is None else dict(plan.mapping),
        platform=plan.platform,
        fields=own_fields(desk),
        progress=_part(report, 0.0, PARSED),
    )
    done = import_members(
        desk,
        actor,
        parsed,
        plan.path,
        now=now,
        dry_run=dry_run,
        max_bad=max_bad,
        file_name=plan.name,
        progress=_part(report, PARSED, STAGED),
    )
    if not dry_run:
        remember_mapping(desk, actor, parsed.headers, plan.kind, parsed.mapping, parsed.platform, now=now)
    return Outcome(plan, done, tuple(parsed.headers), tuple(parsed.notes))


def _part(report: Progress, low: float, high: float) -> Progress:
    """A report for one part of the work, from ``low`` to ``high`` of the whole."""
    return lambda share: report(low + (high - low) * share)
