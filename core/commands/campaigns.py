"""``campaign``: draft, estimate, launch, result, cancel."""

import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.commands.options import AsJson, read_text
from core.commands.output import money, percent, table
from core.commands.shop import Shop, answer, open_shop
from core.commands.words import help_of
from core.i18n import translate

if TYPE_CHECKING:
    from core.services.campaign_estimates import Estimate
    from core.services.campaign_results import CampaignResult
    from core.services.campaigns import Launch

CampaignId = Annotated[int, typer.Argument(metavar="ID", help=help_of("campaign.id"))]

app = typer.Typer()


@app.command(help=help_of("campaign.draft"))
def draft(
    file: Annotated[Path, typer.Argument(metavar="FILE.json", help=help_of("campaign.file"))], as_json: AsJson = False
) -> None:
    """Keep a campaign document as a draft."""
    from core.documents.campaign import read_campaign
    from core.services.campaigns import draft_campaign

    document = read_campaign(read_text(file))
    with open_shop() as shop:
        number = draft_campaign(shop.desk, shop.actor, document, draft_key=str(uuid.uuid4()), now=shop.now)
        answer(as_json, {"id": number}, lambda: [shop.say("campaign.drafted", id=number, name=document.name)])


@app.command(help=help_of("campaign.estimate"))
def estimate(number: CampaignId, as_json: AsJson = False) -> None:
    """What a launch would do now."""
    from core.services.campaign_estimates import estimate_campaign

    with open_shop() as shop:
        found = estimate_campaign(shop.desk, shop.actor, number, now=shop.now)
        answer(as_json, _estimate_json(shop, found), lambda: _estimate_lines(shop, found))


@app.command(help=help_of("campaign.launch"))
def launch(number: CampaignId, as_json: AsJson = False) -> None:
    """Decide for everybody and queue the messages, once."""
    from core.services.campaigns import launch_campaign

    with open_shop() as shop:
        found = launch_campaign(shop.desk, shop.actor, number, now=shop.now)
        answer(as_json, _launch_json(found), lambda: _launch_lines(shop, found))


@app.command(help=help_of("campaign.result"))
def result(number: CampaignId, as_json: AsJson = False) -> None:
    """What it brought, against the people left out."""
    from core.services.campaign_results import campaign_result

    with open_shop() as shop:
        found = campaign_result(shop.desk, number, now=shop.now)
        answer(as_json, found.as_json(), lambda: _result_lines(shop, found))


@app.command(help=help_of("campaign.cancel"))
def cancel(number: CampaignId, as_json: AsJson = False) -> None:
    """Stop what has not left yet."""
    from core.services.campaigns import cancel_campaign

    with open_shop() as shop:
        found = cancel_campaign(shop.desk, shop.actor, number, now=shop.now)
        counts = {
            "stopped_messages": found.stopped_messages,
            "void_coupons": found.void_coupons,
            "sent_messages": found.sent_messages,
        }
        answer(as_json, {"id": found.campaign_id, **counts}, lambda: [shop.say("campaign.cancelled", **counts)])


def _estimate_json(shop: Shop, found: "Estimate") -> dict[str, Any]:
    return {
        "audience": found.audience,
        "reachable": found.reachable,
        "held_out": found.held_out,
        "suppressed": found.suppressed,
        "cost_fen": found.cost_fen,
        "worst_cost_fen": found.worst_cost_fen,
        "smallest_effect": found.smallest_effect,
        "treated": found.treated,
        "exempt": found.exempt,
        "by_channel": found.by_channel,
        "budget_fen": found.budget_fen,
        "usual_share": found.usual_share,
        "starts_at": found.starts_at.isoformat(),
        "faults": [{"code": fault.code, "message": shop.refusal(fault)} for fault in found.faults],
    }


def _estimate_lines(shop: Shop, found: "Estimate") -> Iterator[str]:
    yield shop.say(
        "campaign.audience",
        audience=f"{found.audience:,}",
        treated=f"{found.treated:,}",
        held_out=f"{found.held_out:,}",
    )
    yield from _ways(shop, found.by_channel, found.suppressed)
    yield shop.say("campaign.cost", cost=money(found.cost_fen), worst=money(found.worst_cost_fen))
    if found.smallest_effect is None:
        yield shop.say("campaign.nothing_visible")
    else:
        yield shop.say("campaign.visible", share=percent(found.smallest_effect), usual=percent(found.usual_share))
    yield shop.say("campaign.starts", moment=shop.moment(found.starts_at))
    yield from (shop.refusal(fault) for fault in found.faults)


def _launch_json(found: "Launch") -> dict[str, Any]:
    return {
        "id": found.campaign_id,
        "launched_at": found.launched_at.isoformat(),
        "measure_until": found.measure_until.isoformat(),
        "audience": found.audience,
        "treated": found.treated,
        "held_out": found.held_out,
        "exempt": found.exempt,
        "by_channel": found.by_channel,
        "suppressed": found.suppressed,
        "again": found.again,
    }


def _launch_lines(shop: Shop, found: "Launch") -> Iterator[str]:
    said = "campaign.launched_before" if found.again else "campaign.launched"
    yield shop.say(said, treated=f"{found.treated:,}", held_out=f"{found.held_out:,}")
    yield from _ways(shop, found.by_channel, found.suppressed)
    yield shop.say("campaign.measured_until", moment=shop.moment(found.measure_until))


def _ways(shop: Shop, by_channel: Mapping[str, int], suppressed: Mapping[str, int]) -> Iterator[str]:
    """How many go which way, and how many get nothing and why."""
    for name, people in by_channel.items():
        yield shop.say("campaign.by_channel", channel=translate(shop.lang, f"channel.{name}"), n=f"{people:,}")
    for reason, people in suppressed.items():
        yield shop.say("campaign.left_out", reason=shop.say(f"reason.{reason}"), n=f"{people:,}")


def _result_lines(shop: Shop, found: "CampaignResult") -> Iterator[str]:
    """The two sides, the difference with its range, the cost, the verdict; a gain is named by the verdict alone."""
    from core.analytics.verdict_words import verdict_sentence

    yield shop.say("campaign.final" if found.final else "campaign.so_far", moment=shop.moment(found.measured_until))
    headers = ("arm", "assigned", "sent", "redeemed", "buyers", "orders", "sales", "margin")
    yield from table(
        [shop.say(f"column.{name}") for name in headers],
        [
            (
                shop.say(f"arm.{one.arm}"),
                one.assigned,
                one.sent,
                one.redeemed,
                one.buyers,
                one.orders,
                money(one.sales_fen),
                money(one.margin_fen),
            )
            for one in found.arms
        ],
    )
    buyers = found.effects["buyers"]
    if buyers.difference is not None and buyers.low is not None and buyers.high is not None:
        per_hundred = {"n": buyers.difference, "low": buyers.low, "high": buyers.high}
        yield shop.say("campaign.effect", **{name: f"{100 * share:+.1f}" for name, share in per_hundred.items()})
    yield shop.say("campaign.spent", cost=money(found.cost_fen))
    key, params = verdict_sentence(found.judgement)
    yield translate(shop.lang, key, **params)
