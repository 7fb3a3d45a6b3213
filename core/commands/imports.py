"""``import orders``, ``members`` and ``interactions``: a file in, a report out, the rejected rows to correct."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from core.commands.options import AsJson, existing, writable
from core.commands.output import money
from core.commands.rejected import SHOWN, rejected_json, rejected_lines, write_rejected
from core.commands.shop import Shop, answer, open_shop, part, progress_bar
from core.commands.words import help_of
from core.documents.enums import ImportKind
from core.errors import Refusal
from core.i18n import translate

if TYPE_CHECKING:
    from core.importers.members import ParsedMembers
    from core.importers.orders import ParsedOrders
    from core.importers.rejects import Reject
    from core.services.import_files import ImportReport
    from core.services.mappings import Remembered

PARSED, STAGED = 0.5, 0.9  # the shares of the work after parsing and after staging; the merge has no steps
BAD_SHARE = 0.05
COUNTS = (
    "rows",
    "accepted",
    "rejected",
    "unchanged",
    "orders_new",
    "orders_updated",
    "orders_without_buyer",
    "people_new",
    "members_new",
    "paid_fen",
    "refunded_fen",
)
Source = Annotated[Path, typer.Argument(metavar="FILE", help=help_of("file"))]
Platform = Annotated[str | None, typer.Option("--platform", metavar="NAME", help=help_of("platform"))]
Columns = Annotated[list[str] | None, typer.Option("--map", metavar="FIELD=COLUMN", help=help_of("map"))]
DryRun = Annotated[bool, typer.Option("--dry-run", help=help_of("dry_run"))]
MaxBad = Annotated[float, typer.Option("--max-bad", min=0, max=1, metavar="SHARE", help=help_of("max_bad"))]
Rejects = Annotated[Path | None, typer.Option("--rejects", metavar="OUT.csv", help=help_of("rejects"))]
PresetName = Literal[
    "auto", "taobao_orders", "taobao_items", "youzan", "jd", "pinduoduo", "douyin", "shopify", "mapped"
]

app = typer.Typer()


@dataclass(frozen=True)
class Wanted:
    """The options that both imports share."""

    path: Path
    mapping: Mapping[str, str] | None
    platform: str | None
    dry_run: bool
    max_bad: float
    rejects: Path | None
    as_json: bool


@app.command(help=help_of("import.orders"))
def orders(
    file: Source,
    preset: Annotated[PresetName, typer.Option("--preset", help=help_of("preset"))] = "auto",
    items: Annotated[Path | None, typer.Option("--items", metavar="FILE", help=help_of("items"))] = None,
    keys: Annotated[Path | None, typer.Option("--keys", metavar="FILE", help=help_of("keys"))] = None,
    platform: Platform = None,
    columns: Columns = None,
    dry_run: DryRun = False,
    max_bad: MaxBad = BAD_SHARE,
    rejects: Rejects = None,
    as_json: AsJson = False,
) -> None:
    """Import an order file."""
    from core.importers.orders import parse_orders
    from core.services.import_orders import import_orders

    wanted = _wanted(file, columns, platform, dry_run, max_bad, rejects, as_json)
    for side in (items, keys):
        if side is not None:
            existing(side)
    with open_shop() as shop:
        known = _recall(shop, wanted, ImportKind.ORDERS) if preset in ("auto", "mapped") else None

        def parse(report: Callable[[float], None]) -> "ParsedOrders":
            return parse_orders(
                file,
                zone=shop.zone,
                now=shop.now,
                preset=preset,
                items_path=items,
                keys_path=keys,
                mapping=wanted.mapping or (known.mapping if known else None),
                platform=platform or (known.platform if known else None),
                progress=report,
            )

        _run(shop, wanted, ImportKind.ORDERS, parse, import_orders)


@app.command(help=help_of("import.members"))
def members(
    file: Source,
    preset: Annotated[Literal["auto", "mapped"], typer.Option("--preset", help=help_of("preset_members"))] = "auto",
    platform: Platform = None,
    columns: Columns = None,
    dry_run: DryRun = False,
    max_bad: MaxBad = BAD_SHARE,
    rejects: Rejects = None,
    as_json: AsJson = False,
) -> None:
    """Import a member file; without ``--map`` its columns are known by their names, whatever the preset says."""
    from core.importers.members import parse_members
    from core.services.custom_import import own_fields
    from core.services.import_members import import_members

    wanted = _wanted(file, columns, platform, dry_run, max_bad, rejects, as_json)
    with open_shop() as shop:
        known = _recall(shop, wanted, ImportKind.MEMBERS)

        def parse(report: Callable[[float], None]) -> "ParsedMembers":
            return parse_members(
                file,
                zone=shop.zone,
                now=shop.now,
                mapping=wanted.mapping or (known.mapping if known else None),
                platform=platform or (known.platform if known else None),
                fields=own_fields(shop.desk),
                progress=report,
            )

        _run(shop, wanted, ImportKind.MEMBERS, parse, import_members)


@app.command(help=help_of("import.interactions"))
def interactions(
    file: Source,
    platform: Platform = None,
    columns: Columns = None,
    dry_run: DryRun = False,
    max_bad: MaxBad = BAD_SHARE,
    rejects: Rejects = None,
    as_json: AsJson = False,
) -> None:
    """Import what people did beside buying; columns are known by their names or given by ``--map``."""
    from core.importers.interactions import ParsedInteractions, parse_interactions
    from core.services.import_interactions import import_interactions
    from core.services.import_plan import usual_platform

    wanted = _wanted(file, columns, platform, dry_run, max_bad, rejects, as_json)
    with open_shop() as shop:

        def parse(report: Callable[[float], None]) -> ParsedInteractions:
            whose = platform or usual_platform(shop.desk, ())
            return parse_interactions(
                file, zone=shop.zone, now=shop.now, mapping=wanted.mapping, platform=whose, progress=report
            )

        _run(shop, wanted, None, parse, import_interactions)


def _wanted(
    file: Path,
    columns: Sequence[str] | None,
    platform: str | None,
    dry_run: bool,
    max_bad: float,
    rejects: Path | None,
    as_json: bool,
) -> Wanted:
    """The options, checked before anything is opened."""
    pairs = [pair.partition("=") for pair in columns or ()]
    if any(not (field.strip() and column.strip()) for field, _, column in pairs):
        raise typer.BadParameter(help_of("map"), param_hint="--map")
    mapping = {field.strip(): column.strip() for field, _, column in pairs} or None
    target = None if rejects is None else writable(rejects)
    return Wanted(existing(file), mapping, platform, dry_run, max_bad, target, as_json)


def _recall(shop: Shop, wanted: Wanted, kind: ImportKind) -> "Remembered | None":
    """The mapping of the last file with these headers, when none is given."""
    from core.importers.reader import read_sheet
    from core.services.mappings import recall_mapping

    if wanted.mapping:
        return None
    return recall_mapping(shop.desk, read_sheet(wanted.path, limit=1).headers, kind)


def _run(
    shop: Shop,
    wanted: Wanted,
    kind: ImportKind | None,
    parse: Callable[[Callable[[float], None]], Any],
    merge: Callable[..., "ImportReport"],
) -> None:
    """Parse, merge, remember the mapping, write the rejects, answer."""
    started = time.monotonic()
    with progress_bar(shop.say("import.bar")) as report:
        parsed = parse(part(report, 0.0, PARSED))

        def bring_in(dry_run: bool) -> "ImportReport":
            return merge(
                shop.desk,
                shop.actor,
                parsed,
                wanted.path,
                now=shop.now,
                dry_run=dry_run,
                max_bad=wanted.max_bad,
                progress=part(report, PARSED, STAGED),
            )

        try:
            done = bring_in(wanted.dry_run)
        except Refusal as refusal:
            if refusal.code == "too_many_bad_rows" and wanted.rejects:
                write_rejected(shop, wanted.rejects, bring_in(True).rejects, parsed.headers)
            raise
        report(1.0)
    done = replace(done, seconds=time.monotonic() - started)
    if kind is not None and not wanted.dry_run and getattr(parsed, "preset", "mapped") == "mapped":
        _remember(shop, kind, parsed)
    write_rejected(shop, wanted.rejects, done.rejects, parsed.headers)
    answer(wanted.as_json, _as_json(shop, wanted, parsed, done), lambda: _lines(shop, wanted, parsed, done))


def _remember(shop: Shop, kind: ImportKind, parsed: Any) -> None:
    from core.services.mappings import remember_mapping

    remember_mapping(shop.desk, shop.actor, parsed.headers, kind, parsed.mapping, parsed.platform, now=shop.now)


def _as_json(shop: Shop, wanted: Wanted, parsed: Any, report: "ImportReport") -> dict[str, Any]:
    side: list[Reject] = getattr(parsed, "side_rejects", [])
    return {
        **{name: getattr(report, name) for name in COUNTS},
        "seconds": round(report.seconds, 3),
        "rows_per_second": round(report.rows_per_second, 1),
        "rejects": rejected_json(shop, report.rejects),
        "side_rejects": [row | {"file": one.source} for row, one in zip(rejected_json(shop, side), side, strict=False)],
        "notes": [{"code": code, "message": message} for code, message in _notes(shop, parsed)],
        "preset": getattr(parsed, "preset", "mapped"),
        "platform": parsed.platform,
        "dry_run": wanted.dry_run,
    }


def _notes(shop: Shop, parsed: Any) -> list[tuple[str, str]]:
    return [(code, translate(shop.lang, f"note.{code}", **params)) for code, params in parsed.notes]


def _lines(shop: Shop, wanted: Wanted, parsed: Any, report: "ImportReport") -> Iterator[str]:
    counts = {name: f"{getattr(report, name):,}" for name in COUNTS[:-2]}
    if wanted.dry_run:
        yield shop.say("import.dry_run")
    yield shop.say("import.rows", **counts)
    if hasattr(parsed, "orders"):
        yield shop.say("import.orders", **counts)
        yield shop.say("import.money", paid=money(report.paid_fen), refunded=money(report.refunded_fen))
    yield shop.say("import.people", **counts)
    yield shop.say("import.speed", seconds=f"{report.seconds:.1f}", speed=f"{report.rows_per_second:,.0f}")
    yield from (message for _, message in _notes(shop, parsed))
    yield from rejected_lines(shop, report.rejects)
    if wanted.rejects:
        yield shop.say("import.rejects_written", n=f"{len(report.rejects):,}", name=wanted.rejects.name)
    elif len(report.rejects) > SHOWN:
        yield shop.say("import.rejects_more", n=f"{len(report.rejects) - SHOWN:,}")
    side = getattr(parsed, "side_rejects", [])
    if side:
        yield shop.say("import.side", n=f"{len(side):,}", reason=side[0].sentence(shop.lang))
