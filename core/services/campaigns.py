"""Campaigns: draft, launch once, cancel. What a launch decides is written down before anything is sent."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
from sqlmodel import Session

from core.documents.campaign import CampaignDocument, read_campaign
from core.documents.enums import Area, Arm, CallEnd, CampaignStatus, MessageStatus
from core.errors import Refusal
from core.services.actor import Actor
from core.services.audience import plan_audience, salt_of_draft
from core.services.campaign_checks import check_document, first_hour, last_hour, require_campaign, status_of
from core.services.coupons import issue_coupons
from core.services.desk import Desk
from core.services.shop_settings import load_settings
from core.services.snapshots import take_snapshot
from core.store.audit import record
from core.store.queries import campaigns as rows
from core.store.queries.call_list import close_rule
from core.store.queries.coupons import insert_offer, void_coupons
from core.store.queries.outbox import queue_messages, save_template
from core.store.tables import Campaign

LAUNCHED = (CampaignStatus.RUNNING, CampaignStatus.FINISHED)


@dataclass(frozen=True)
class Launch:
    """What a launch decided; ``again``: it had been launched before, and this is that launch."""

    campaign_id: int
    launched_at: datetime
    measure_until: datetime
    audience: int
    treated: int
    held_out: int
    exempt: int
    by_channel: dict[str, int]
    suppressed: dict[str, int]
    again: bool


@dataclass(frozen=True)
class Cancelled:
    """What a cancellation stopped."""

    campaign_id: int
    stopped_messages: int
    void_coupons: int
    sent_messages: int
    closed_calls: int


def draft_campaign(
    desk: Desk,
    actor: Actor,
    document: CampaignDocument,
    *,
    draft_key: str,
    campaign_id: int | None = None,
    now: datetime,
) -> int:
    """Keep a campaign as a draft; its id. The same key again, or ``campaign_id``, edits that draft.

    Refuses the first fault of the document, ``campaign_unknown``, ``campaign_not_draft`` (changed after its launch).
    """
    with desk.db.write(Area.CAMPAIGNS) as session:
        check_document(session, document, now)
        values = {
            "name": document.name,
            "goal": document.goal,
            "document": document.canonical(),
            "document_hash": document.digest(),
        }
        fresh = None
        if campaign_id is None:
            made = {"salt": salt_of_draft(desk, draft_key), "author": actor.name, "created_at": now}
            fresh = rows.insert_draft(session, desk.db, draft_key, **values, **made)
        number = fresh or campaign_id or rows.find_draft(session, draft_key)
        if fresh is None and not rows.edit_draft(session, number, **values):
            if require_campaign(session, number).document_hash == values["document_hash"]:
                return number
            raise Refusal("campaign_not_draft", name=require_campaign(session, number).name)
        action = "campaign.edited" if fresh is None else "campaign.drafted"
        record(session, actor.name, action, f"campaign:{number}", now=now, document=values["document_hash"])
    return number


def launch_campaign(
    desk: Desk, actor: Actor, campaign_id: int, *, document_hash: str | None = None, now: datetime
) -> Launch:
    """Launch a draft, once: freeze the audience, decide for each person, issue coupons, queue messages. All or nothing.

    A second click, tab or process gets the first launch's answer. ``document_hash``: of the document that was confirmed.
    Refuses ``campaign_changed`` (it is another one by now), ``campaign_unknown``, ``campaign_cancelled``,
    ``campaign_nobody``, ``budget_exceeded``, ``limit_exceeded``, ``offer_over``, and any fault of the document.
    """
    with desk.db.write(Area.CAMPAIGNS, Area.MESSAGES) as session:
        if not rows.start_campaign(session, campaign_id, now):
            return _launched(session, require_campaign(session, campaign_id), again=True)
        campaign = require_campaign(session, campaign_id)
        if document_hash is not None and campaign.document_hash != document_hash:
            raise Refusal("campaign_changed", name=campaign.name)
        document = read_campaign(campaign.document)
        check_document(session, document, now)
        settings = load_settings(session)
        starts = first_hour(document, settings, now)
        until = starts + timedelta(days=document.measure_days)
        plan = plan_audience(session, desk, document, campaign.salt, settings, now=now)
        take_snapshot(session, desk, rows.rule_of(campaign_id), document.tree, actor, now=now)
        treated = plan[plan["arm"] == Arm.TREATED.value]
        if treated.empty:
            raise Refusal("campaign_nobody", audience=len(plan))
        offer_id = insert_offer(session, document.offer, now) if document.offer else None
        rows.set_window(session, campaign_id, starts, until, offer_id)
        coupons = _issue(session, desk, offer_id, campaign_id, treated, starts, now)
        _decide(session, campaign_id, plan, coupons, now)
        _queue(session, desk, campaign_id, document, (starts, last_hour(document, settings, starts, until)), now)
        answer = _launched(session, require_campaign(session, campaign_id), again=False)
        record(
            session,
            actor.name,
            "campaign.launched",
            f"campaign:{campaign_id}",
            now=now,
            count=answer.treated,
            ids=treated["member_id"].tolist(),
            held_out=answer.held_out,
            suppressed=answer.suppressed,
            document=campaign.document_hash,
        )
    return answer


def cancel_campaign(desk: Desk, actor: Actor, campaign_id: int, *, now: datetime) -> Cancelled:
    """Stop a campaign: what has not left never will, coupons nobody was told of become void and free their budget.

    Open lines of the call list are closed. What was sent stays sent, and its coupons stay good.
    Again: nothing more happens. Refuses ``campaign_over``.
    """
    with desk.db.write(Area.CAMPAIGNS, Area.MESSAGES) as session:
        campaign = require_campaign(session, campaign_id)
        if status_of(campaign, now) is CampaignStatus.FINISHED:
            raise Refusal("campaign_over", name=campaign.name)
        stopped, voided, closed = 0, 0, 0
        if rows.stop_campaign(session, campaign_id):
            stopped = len(rows.suppress_waiting(session, campaign_id))
            closed = close_rule(session, rows.rule_of(campaign_id), CallEnd.CANCELLED, actor.name, now)
            voided = void_coupons(session, rows.unsent_coupons(session, campaign_id))
            record(
                session,
                actor.name,
                "campaign.cancelled",
                f"campaign:{campaign_id}",
                now=now,
                count=stopped,
                coupons=voided,
                calls=closed,
            )
        sent = sum(
            row.messages for row in rows.count_messages(session, campaign_id) if row.status is MessageStatus.SENT
        )
    return Cancelled(campaign_id, stopped, voided, sent, closed)


def finish_campaigns(desk: Desk, actor: Actor, *, now: datetime) -> int:
    """Mark the campaigns whose measuring has ended; how many. The worker calls it."""
    with desk.db.read() as session:
        if not rows.any_over(session, now):
            return 0
    with desk.db.write(Area.CAMPAIGNS) as session:
        over = rows.finish_campaigns(session, now)
        if over:
            record(session, actor.name, "campaign.finished", "campaigns", now=now, count=len(over), ids=over)
    return len(over)


def _issue(
    session: Session,
    desk: Desk,
    offer_id: int | None,
    campaign_id: int,
    treated: pd.DataFrame,
    starts: datetime,
    now: datetime,
) -> dict[int, int]:
    """A coupon for everyone treated; ids by member."""
    if offer_id is None:
        return {}
    members = list(zip(treated["member_id"].tolist(), treated["tier"].tolist(), strict=True))
    return issue_coupons(session, desk, offer_id, members, rule=rows.rule_of(campaign_id), now=now, starts_at=starts)


def _decide(session: Session, campaign_id: int, plan: pd.DataFrame, coupons: Mapping[int, int], now: datetime) -> None:
    """One decision for everybody of the audience, the ones who get nothing included."""
    columns = (
        plan[name].tolist() for name in ("member_id", "arm", "reason", "measured", "channel", "tier", "prior_net_fen")
    )
    rows.insert_decisions(
        session, campaign_id, now, [(*line, coupons.get(line[0])) for line in zip(*columns, strict=True)]
    )


def _queue(
    session: Session,
    desk: Desk,
    campaign_id: int,
    document: CampaignDocument,
    hours: tuple[datetime, datetime],
    now: datetime,
) -> None:
    """One message for everyone treated; ``hours``: not before, and the deadline."""
    template = save_template(session, desk.db, document.message.subject, document.message.text)
    fixed: dict[str, Any] = {
        "rule": rows.rule_of(campaign_id),
        "occasion": rows.LAUNCH,
        "purpose": document.purpose,
        "template_hash": template,
        "not_before": hours[0],
        "deadline": hours[1],
        "created_at": now,
    }
    decided = rows.treated_decisions(session, campaign_id)
    keys = ("decision_id", "member_id", "channel", "coupon_id")
    queued = queue_messages(session, desk.db, ({**fixed, **dict(zip(keys, line, strict=True))} for line in decided))
    if queued != len(decided):
        raise RuntimeError("a campaign's message was in the outbox before its launch")


def _launched(session: Session, campaign: Campaign, *, again: bool) -> Launch:
    """The answer of a launch, read back from its decisions; refuses ``campaign_cancelled``."""
    if campaign.status not in LAUNCHED:
        raise Refusal("campaign_cancelled", name=campaign.name)
    assert campaign.id is not None and campaign.launched_at is not None and campaign.measure_until is not None
    counts = rows.count_decisions(session, campaign.id)

    def people(lines: Sequence[Any]) -> int:
        return sum(line.people for line in lines)

    treated = [line for line in counts if line.arm is Arm.TREATED]
    channels: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for line in counts:
        if line.arm is Arm.TREATED:
            channels[line.channel] += line.people
        elif line.reason:
            reasons[line.reason] += line.people
    return Launch(
        campaign_id=campaign.id,
        launched_at=campaign.launched_at,
        measure_until=campaign.measure_until,
        audience=people(counts),
        treated=people(treated),
        held_out=people([line for line in counts if line.arm is Arm.HELD_OUT]),
        exempt=people([line for line in treated if not line.measured]),
        by_channel=dict(sorted(channels.items())),
        suppressed=dict(sorted(reasons.items())),
        again=again,
    )
