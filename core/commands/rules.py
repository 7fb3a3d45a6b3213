"""``rules``: list the versions, keep a draft, try it on all history, publish it."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.commands.options import DAY, AsJson, read_text
from core.commands.output import money, table
from core.commands.shop import Shop, answer, open_shop, progress_bar
from core.commands.words import help_of

if TYPE_CHECKING:
    from core.services.rule_versions import VersionLine
    from core.services.simulate import Simulation

app = typer.Typer()


@app.command("list", help=help_of("rules.list"))
def list_all(as_json: AsJson = False) -> None:
    """All versions, the live one last."""
    from core.services.rule_versions import list_versions

    with open_shop() as shop:
        versions = list_versions(shop.desk, now=shop.now)
        answer(
            as_json, {"versions": [_version_json(line) for line in versions]}, lambda: _version_lines(shop, versions)
        )


@app.command(help=help_of("rules.draft"))
def draft(
    file: Annotated[Path, typer.Argument(metavar="FILE.json", help=help_of("rules.file"))],
    note: Annotated[str, typer.Option("--note", help=help_of("note"))] = "",
    as_json: AsJson = False,
) -> None:
    """Keep a rule document as a draft."""
    from core.documents.rules import read_rules
    from core.services.rule_versions import draft_version

    document = read_rules(read_text(file))
    with open_shop() as shop:
        number = draft_version(shop.desk, shop.actor, document, now=shop.now, note=note)
        answer(as_json, {"id": number}, lambda: [shop.say("rules.drafted", id=number)])


@app.command(help=help_of("rules.simulate"))
def simulate(
    version: Annotated[int, typer.Argument(metavar="VERSION", help=help_of("version"))],
    start: Annotated[
        datetime | None, typer.Option("--from", formats=[DAY], metavar="DATE", help=help_of("simulate_from"))
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Replay all history under a version beside the live rules."""
    from core.services.simulate import simulate_rules

    with open_shop() as shop:
        day = None if start is None else start.date()
        with progress_bar(shop.say("simulate.bar")) as report:
            found = simulate_rules(shop.desk, version, start=day, now=shop.now, progress=report)
        answer(as_json, found.as_json(), lambda: _simulation_lines(shop, found))


@app.command(help=help_of("rules.publish"))
def publish(
    version: Annotated[int, typer.Argument(metavar="VERSION", help=help_of("version"))],
    effective: Annotated[
        datetime, typer.Option("--effective", formats=[DAY], metavar="DATE", help=help_of("effective"))
    ],
    as_json: AsJson = False,
) -> None:
    """Publish a draft from the start of a shop day; today means now."""
    from core.services.rule_versions import publish_version

    with open_shop() as shop:
        day = effective.date()
        starts = shop.now if day == shop.today else shop.zone.start(day)
        publish_version(shop.desk, shop.actor, version, effective_from=starts, now=shop.now)
        answer(
            as_json,
            {"id": version, "effective_from": starts.isoformat()},
            lambda: [shop.say("rules.published", id=version, moment=shop.moment(starts))],
        )


def _simulation_lines(shop: Shop, found: "Simulation") -> Iterator[str]:
    pace = {"seconds": f"{found.seconds:.2f}", "load_seconds": f"{found.load_seconds:.2f}"}
    yield shop.say("simulate.pace", orders=f"{found.orders:,}", **pace)
    if found.identical:
        yield shop.say("simulate.identical")
    headers = [shop.say(f"column.{name}") for name in ("from_tier", "to_tier", "members")]
    yield from table(headers, [(move.from_tier, move.to_tier, move.members) for move in found.migration])
    counts = {"losers": len(found.losers), "winners": found.winners}
    counts |= {"points_losers": found.points_losers, "points_lost": found.points_lost}
    yield shop.say("simulate.losers", **{name: f"{count:,}" for name, count in counts.items()})
    if found.shortfall:
        yield shop.say("simulate.shortfall", points=f"{found.shortfall:,}")
    names = ("month", "points_issued", "points_spent", "benefit_cost", "coupon_cost", "margin")
    rows = [
        (
            *(one.month, one.points_issued, one.points_spent),
            *(money(fen) for fen in (one.benefit_cost_fen, one.coupon_cost_fen, one.margin_fen)),
        )
        for one in found.months
    ]
    yield from table([shop.say(f"column.{name}") for name in names], rows)


def _version_json(line: "VersionLine") -> dict[str, Any]:
    return {
        "id": line.id,
        "status": line.status.value,
        "effective_from": line.effective_from and line.effective_from.isoformat(),
        "live": line.live,
        "author": line.author,
        "note": line.note,
        "document_hash": line.document_hash,
        "created_at": line.created_at.isoformat(),
    }


def _version_lines(shop: Shop, versions: "list[VersionLine]") -> Iterator[str]:
    headers = [shop.say(f"column.{name}") for name in ("id", "status", "effective", "author", "note")]
    rows = []
    for line in versions:
        status = "live" if line.live else line.status.value
        begins = shop.moment(line.effective_from) if line.effective_from else None
        if status != "draft" and begins is None:
            begins = shop.say("rules.from_the_first")
        rows.append((str(line.id), shop.say(f"rules.status.{status}"), begins, line.author, line.note))
    yield from table(headers, rows)
