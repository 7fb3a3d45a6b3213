"""Campaigns: draft, estimate, launch once, cancel. What a launch decides is written down before anything is sent."""

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
from sqlmodel import Session

from core.analytics.power import smallest_visible_share
from core.channels.registry import channel_kind
from core.clock import ShopZone
from core.documents.campaign import CampaignDocument, campaign_faults, read_campaign
from core.documents.enums import Area, Arm, CampaignStatus, MessageStatus
from core.documents.offer import Offer
from core.documents.rules import read_rules
from core.errors import Refusal
from core.rules.coupons import liability, valid_between
from core.rules.templates import check_template
from core.rules.timing import allowed_window, next_allowed
from core.services.actor import Actor
from core.services.audience import plan_audience, usual_buyers
from core.services.coupons import issue_coupons
from core.services.desk import Desk
from core.services.shop_settings import ShopSettings, load_settings
from core.store.audit import record
from core.store.queries import campaigns as rows
from core.store.queries.coupons import insert_offer, void_coupons
from core.store.queries.outbox import queue_messages, save_template
from core.store.queries.tiers import published_versions
from core.store.tables import Campaign

PERSONAL_FIELDS = ("nickname", "shop", "tier", "next_tier", "missing_amount", "birthday")
LAUNCHED = (CampaignStatus.RUNNING, CampaignStatus.FINISHED)


@dataclass(frozen=True)
class Estimate:
    """What a campaign would do if it were launched now. Money in fen; shares are fractions.

    ``cost_fen``: messages, and the coupons of as many as usually buy in such a stretch; ``worst_cost_fen``: every coupon
    used in full. ``smallest_effect``: the least rise in the share of buyers that would show; None: nothing could.
    """

    audience: int
    reachable: int
    by_channel: dict[str, int]
    held_out: int
    treated: int
    exempt: int
    suppressed: dict[str, int]
    cost_fen: int
    worst_cost_fen: int
    budget_fen: int | None
    usual_share: float
    smallest_effect: float | None
    starts_at: datetime
    faults: tuple[Refusal, ...]


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
        _check(session, document, now)
        values = {
            "name": document.name,
            "goal": document.goal,
            "document": document.canonical(),
            "document_hash": document.digest(),
        }
        fresh = None
        if campaign_id is None:
            made = {"salt": secrets.token_hex(32), "author": actor.name, "created_at": now}
            fresh = rows.insert_draft(session, desk.db, draft_key, **values, **made)
        number = fresh or campaign_id or rows.find_draft(session, draft_key)
        if fresh is None and not rows.edit_draft(session, number, **values):
            if _read(session, number).document_hash == values["document_hash"]:
                return number
            raise Refusal("campaign_not_draft", name=_read(session, number).name)
        action = "campaign.edited" if fresh is None else "campaign.drafted"
        record(session, actor.name, action, f"campaign:{number}", now=now, document=values["document_hash"])
    return number


def estimate_campaign(desk: Desk, actor: Actor, campaign_id: int, *, now: datetime) -> Estimate:
    """What a drafted campaign would do if it were launched now."""
    with desk.db.read() as session:
        campaign = _read(session, campaign_id)
        return _estimate(session, desk, read_campaign(campaign.document), campaign.salt, now)


def estimate_document(desk: Desk, actor: Actor, document: CampaignDocument, *, now: datetime) -> Estimate:
    """The same for a document that has not been kept yet; who is left out will be others, not another number."""
    with desk.db.read() as session:
        return _estimate(session, desk, document, "estimate", now)


def launch_campaign(desk: Desk, actor: Actor, campaign_id: int, *, now: datetime) -> Launch:
    """Launch a draft, once: freeze the audience, decide for each person, issue coupons, queue messages. All or nothing.

    A second click, tab or process gets the first launch's answer. Refuses ``campaign_unknown``, ``campaign_cancelled``,
    ``campaign_nobody``, ``budget_exceeded``, ``limit_exceeded``, ``offer_over``, and any fault of the document.
    """
    with desk.db.write(Area.CAMPAIGNS, Area.MESSAGES) as session:
        if not rows.start_campaign(session, campaign_id, now):
            return _launched(session, _read(session, campaign_id), again=True)
        campaign = _read(session, campaign_id)
        document = read_campaign(campaign.document)
        _check(session, document, now)
        settings = load_settings(session)
        starts = _starts_at(document, settings, now)
        until = starts + timedelta(days=document.measure_days)
        plan = plan_audience(session, desk, document, campaign.salt, settings, now=now)
        treated = plan[plan["arm"] == Arm.TREATED.value]
        if treated.empty:
            raise Refusal("campaign_nobody", audience=len(plan))
        offer_id = insert_offer(session, document.offer, now) if document.offer else None
        rows.set_window(session, campaign_id, starts, until, offer_id)
        coupons = _issue(session, desk, offer_id, campaign_id, treated, starts, now)
        _decide(session, campaign_id, plan, coupons, now)
        _queue(session, desk, campaign_id, document, (starts, _deadline(document, settings, starts, until)), now)
        answer = _launched(session, _read(session, campaign_id), again=False)
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

    What was sent stays sent, and its coupons stay good. Again: nothing more happens. Refuses ``campaign_over``.
    """
    with desk.db.write(Area.CAMPAIGNS, Area.MESSAGES) as session:
        campaign = _read(session, campaign_id)
        if status_of(campaign, now) is CampaignStatus.FINISHED:
            raise Refusal("campaign_over", name=campaign.name)
        stopped, voided = 0, 0
        if rows.stop_campaign(session, campaign_id):
            stopped = len(rows.suppress_waiting(session, campaign_id))
            voided = void_coupons(session, rows.unsent_coupons(session, campaign_id))
            record(
                session,
                actor.name,
                "campaign.cancelled",
                f"campaign:{campaign_id}",
                now=now,
                count=stopped,
                coupons=voided,
            )
        sent = sum(
            row.messages for row in rows.count_messages(session, campaign_id) if row.status is MessageStatus.SENT
        )
    return Cancelled(campaign_id, stopped, voided, sent)


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


def status_of(campaign: Campaign, now: datetime) -> CampaignStatus:
    """Where a campaign stands, also when the worker has not been there since its end."""
    running = campaign.status is CampaignStatus.RUNNING
    over = running and campaign.measure_until is not None and now >= campaign.measure_until
    return CampaignStatus.FINISHED if over else campaign.status


def _read(session: Session, campaign_id: int) -> Campaign:
    campaign = rows.read_campaign(session, campaign_id)
    if campaign is None:
        raise Refusal("campaign_unknown", campaign=campaign_id)
    return campaign


def _check(session: Session, document: CampaignDocument, now: datetime) -> None:
    for fault in _faults(session, document, now):
        raise fault


def _faults(session: Session, document: CampaignDocument, now: datetime) -> list[Refusal]:
    """Everything against launching a document."""
    live = [v for v in published_versions(session) if v.effective_from is None or v.effective_from <= now]
    faults = campaign_faults(document, read_rules(live[-1].document).codes if live else ())
    allowed = PERSONAL_FIELDS + (_offer_fields(document.offer) if document.offer else ())
    texts = (document.message.text, document.message.subject) if document.message.subject else (document.message.text,)
    found = [fault for text in texts for fault in check_template(text, allowed)]
    return faults + [Refusal(fault.code, **fault.params) for fault in found]


def _offer_fields(offer: Offer) -> tuple[str, ...]:
    """The placeholders that a message about this offer can fill."""
    has_code = offer.kind != "platform" or bool(offer.platform_code)
    return (
        *("offer", "coupon_until", "days"),
        *(("coupon_code",) if has_code else ()),
        *(("link",) if offer.platform_link else ()),
        *(("coupon_value",) if offer.kind not in ("gift", "free_shipping") else ()),
        *(("coupon_threshold",) if offer.threshold_fen else ()),
    )


def _starts_at(document: CampaignDocument, settings: ShopSettings, now: datetime) -> datetime:
    """When the first message may leave: as asked, moved into the hours in which marketing may."""
    window = allowed_window(settings.quiet_end, settings.quiet_start)
    return next_allowed(max(now, document.starts_at or now), window, ShopZone(settings.zone))


def _deadline(document: CampaignDocument, settings: ShopSettings, starts: datetime, until: datetime) -> datetime:
    """After this a message is of no use: measuring has ended, or the coupon has."""
    if document.offer is None:
        return until
    return min(until, valid_between(document.offer, starts, ShopZone(settings.zone))[1])


def _estimate(session: Session, desk: Desk, document: CampaignDocument, salt: str, now: datetime) -> Estimate:
    settings = load_settings(session)
    plan = plan_audience(session, desk, document, salt, settings, now=now)
    treated, held_out = plan["arm"] == Arm.TREATED.value, plan["arm"] == Arm.HELD_OUT.value
    faces = _faces(document.offer, plan.loc[treated, "tier"])
    worst = sum(faces)
    usual = usual_buyers(session, plan, settings, document.measure_days, now=now)
    messages = sum(channel_kind(name).cost_fen for name in plan.loc[treated, "channel"])
    compared = int((treated & plan["measured"]).sum())
    visible = smallest_visible_share(usual, compared, int(held_out.sum())) if usual < 1 else None
    return Estimate(
        audience=len(plan),
        reachable=int(plan["arm"].notna().sum()),
        by_channel=_counted(plan.loc[treated, "channel"]),
        held_out=int(held_out.sum()),
        treated=int(treated.sum()),
        exempt=int((treated & ~plan["measured"]).sum()),
        suppressed=_counted(plan["reason"].dropna()),
        cost_fen=messages + round(worst * usual),
        worst_cost_fen=messages + worst,
        budget_fen=document.offer.budget_fen if document.offer else None,
        usual_share=usual,
        smallest_effect=visible,
        starts_at=_starts_at(document, settings, now),
        faults=tuple(_faults(session, document, now)),
    )


def _faces(offer: Offer | None, tiers: "pd.Series[str]") -> list[int]:
    """The most that each coupon can cost; none for a document whose offer cannot say."""
    if offer is None or (offer.kind == "percent" and offer.max_discount_fen is None):
        return []
    return [liability(offer, tier) for tier in tiers]


def _counted(values: "pd.Series[str]") -> dict[str, int]:
    return {str(name): int(count) for name, count in sorted(Counter(values).items())}


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
