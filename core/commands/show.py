"""``show``: the shop's numbers and one person's portrait."""

from collections.abc import Iterator
from dataclasses import asdict
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from core.commands.options import AsJson, End, MemberRef, Start
from core.commands.output import money, percent, table
from core.commands.shop import Shop, answer, open_shop
from core.commands.words import help_of
from core.i18n import translate

if TYPE_CHECKING:
    from core.analytics.periods import Period

app = typer.Typer()


def period_json(period: "Period") -> dict[str, str]:
    """The period as every answer states it: ``from`` included, ``to`` not."""
    return {"from": period.start.isoformat(), "to": period.end.isoformat()}


def _heading(shop: Shop, period: "Period") -> str:
    return shop.say("show.period", **period_json(period))


@app.command(help=help_of("show.kpis"))
def kpis(start: Start = None, end: End = None, as_json: AsJson = False) -> None:
    """All key numbers of a period."""
    from core.services.numbers import read_kpis

    with open_shop() as shop:
        period = shop.period(start, end)
        found = read_kpis(shop.desk, period, now=shop.now)

        def lines() -> Iterator[str]:
            yield _heading(shop, period)
            rows = []
            for name, value in found.as_json().items():
                if name in ("from", "to"):
                    continue
                shown: Any = value
                if name.endswith("_fen"):
                    shown = money(value)  # type: ignore[arg-type]
                elif name.endswith(("_rate", "_share")):
                    shown = percent(value)  # type: ignore[arg-type]
                rows.append((shop.say(f"kpi.{name}"), shown))
            yield from table((shop.say("column.what"), shop.say("column.value")), rows)

        answer(as_json, found.as_json(), lines)


@app.command(help=help_of("show.tiers"))
def tiers(start: Start = None, end: End = None, as_json: AsJson = False) -> None:
    """Members and their sales by tier."""
    from core.services.numbers import read_tier_mix
    from core.services.rule_versions import read_live

    with open_shop() as shop:
        period = shop.period(start, end)
        rules, version = read_live(shop.desk, now=shop.now)
        mix = read_tier_mix(shop.desk, rules.codes, period)
        names = {lang: rules.names(lang) for lang in ("zh", "en")}
        found = {
            **period_json(period),
            "rule_version": version,
            "members": sum(share.members for share in mix),
            "tiers": [
                {
                    "tier": share.code,
                    "name_zh": names["zh"][share.code],
                    "name_en": names["en"][share.code],
                    "members": share.members,
                    "sales_fen": share.sales_fen,
                }
                for share in mix
            ],
        }

        def lines() -> Iterator[str]:
            yield _heading(shop, period)
            headers = [shop.say(f"column.{name}") for name in ("tier", "members", "sales")]
            yield from table(headers, [(names[shop.lang][s.code], s.members, money(s.sales_fen)) for s in mix])

        answer(as_json, found, lines)


@app.command(help=help_of("show.trends"))
def trends(
    every: Annotated[Literal["day", "week", "month"], typer.Option("--every", help=help_of("every"))] = "day",
    start: Start = None,
    end: End = None,
    as_json: AsJson = False,
) -> None:
    """Paid orders by day, week or month."""
    from core.analytics.periods import Every
    from core.services.numbers import read_trend

    with open_shop() as shop:
        period = shop.period(start, end)
        steps = read_trend(shop.desk, period, Every(every))
        found = {
            **period_json(period),
            "every": every,
            "steps": [
                {
                    "label": step.bucket.label.isoformat(),
                    "from": step.bucket.start.isoformat(),
                    "to": step.bucket.end.isoformat(),
                    "whole": step.bucket.whole,
                    **asdict(step.sums),
                }
                for step in steps
            ],
        }

        def lines() -> Iterator[str]:
            yield _heading(shop, period)
            headers = [shop.say(f"column.{name}") for name in (every, "orders", "buyers", "sales", "refunds")]
            yield from table(
                headers,
                [
                    (s.bucket.label, s.sums.orders, s.sums.buyers, money(s.sums.sales_fen), money(s.sums.refund_fen))
                    for s in steps
                ],
            )

        answer(as_json, found, lines)


@app.command(help=help_of("show.rfm"))
def rfm(start: Start = None, end: End = None, as_json: AsJson = False) -> None:
    """Recency, frequency and money of the period's buyers, in named groups."""
    from core.analytics.rfm import TERCILES_FROM
    from core.services.numbers import read_rfm

    with open_shop() as shop:
        period = shop.period(start, end)
        report = read_rfm(shop.desk, period)
        found = {
            **period_json(period),
            "bins": report.scores.bins,
            "buyers": report.scores.buyers,
            "groups": [
                {"group": one.group.value, "buyers": one.buyers, "net_fen": one.net_fen} for one in report.groups
            ],
            "grid": {"buyers": report.grid.buyers.tolist(), "net_fen": report.grid.net_fen.tolist()},
        }

        def lines() -> Iterator[str]:
            yield _heading(shop, period)
            if not report.groups:
                yield translate(shop.lang, "rfm.too_few", buyers=TERCILES_FROM)
                return
            headers = [shop.say(f"column.{name}") for name in ("group", "buyers", "net")]
            yield from table(
                headers,
                [(translate(shop.lang, f"rfm.group.{g.group}"), g.buyers, money(g.net_fen)) for g in report.groups],
            )

        answer(as_json, found, lines)


@app.command(help=help_of("show.pareto"))
def pareto(start: Start = None, end: End = None, as_json: AsJson = False) -> None:
    """How much of the net spend a few buyers bring."""
    from core.services.numbers import read_pareto

    with open_shop() as shop:
        period = shop.period(start, end)
        curve = read_pareto(shop.desk, period)
        found = {
            **period_json(period),
            "buyers": curve.buyers,
            "net_fen": curve.net_fen,
            "top_20_share": curve.top_20_share,
            "curve": [list(point) for point in zip(curve.buyer_share, curve.spend_share, strict=True)],
        }

        def lines() -> Iterator[str]:
            yield _heading(shop, period)
            share = percent(curve.top_20_share)
            yield shop.say("show.pareto", buyers=f"{curve.buyers:,}", net=money(curve.net_fen), share=share)

        answer(as_json, found, lines)


@app.command(help=help_of("show.campaigns"))
def campaigns(as_json: AsJson = False) -> None:
    """All campaigns, the newest first."""
    from core.services.campaign_list import list_campaigns

    with open_shop() as shop:
        listed = list_campaigns(shop.desk, now=shop.now)
        names = ("treated", "held_out", "sent", "redeemed")
        found = {
            "campaigns": [
                {
                    "id": line.id,
                    "name": line.name,
                    "status": line.status.value,
                    "launched_at": line.launched_at and line.launched_at.isoformat(),
                    "measure_until": line.measure_until and line.measure_until.isoformat(),
                    **{name: getattr(line, name) for name in names},
                }
                for line in listed
            ]
        }

        def lines() -> Iterator[str]:
            if not listed:
                yield shop.say("campaign.none")
                return
            headers = [shop.say(f"column.{name}") for name in ("id", "name", "status", *names)]
            yield from table(
                headers,
                [
                    (
                        str(line.id),
                        line.name,
                        shop.say(f"campaign.status.{line.status}"),
                        *(getattr(line, name) for name in names),
                    )
                    for line in listed
                ],
            )

        answer(as_json, found, lines)


@app.command(help=help_of("show.liability"))
def liability(as_json: AsJson = False) -> None:
    """What the shop owes its members in points."""
    from core.services.liability import read_liability

    with open_shop() as shop:
        found = read_liability(shop.desk, now=shop.now)

        def lines() -> Iterator[str]:
            book = found.book
            amounts = {"liability": money(book.liability_fen), "face": money(book.face_fen)}
            yield shop.say("liability.now", points=f"{book.outstanding:,}", debt=f"{book.debt:,}", **amounts)
            if book.breakage is None:
                yield shop.say("liability.too_few", lots=book.hazard.lots)
            else:
                yield shop.say("liability.breakage", points=f"{book.breakage:,}")
            names = ("month", "opening", "points_issued", "points_spent", "expired", "reversed", "closing")
            rows = [(m.month, m.opening, m.issued, m.spent, m.expired, m.reversed, m.closing) for m in book.months]
            yield from table([shop.say(f"column.{name}") for name in names], rows)

        answer(as_json, found.as_json(), lines)


@app.command(help=help_of("show.member"))
def member(reference: MemberRef, as_json: AsJson = False) -> None:
    """One person's portrait, with names and numbers masked."""
    from core.commands.portrait import portrait_json, portrait_lines
    from core.commands.portrait_more import read_more
    from core.services.explain_tier import explain_tier
    from core.services.members import read_portrait, resolve_member

    with open_shop() as shop:
        number = resolve_member(shop.desk, reference)
        portrait = read_portrait(shop.desk, number, now=shop.now)
        proof = explain_tier(shop.desk, number, now=shop.now)
        more = read_more(shop, portrait)
        found = portrait_json(portrait) | more.as_json()
        answer(as_json, found, lambda: chain(portrait_lines(shop, portrait, proof), more.lines(shop)))
