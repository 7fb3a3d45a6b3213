"""``import traffic`` and ``import spend``: the platform's daily report and what advertising cost."""

from collections.abc import Iterator

import typer

from core.commands.imports import BAD_SHARE, DryRun, MaxBad, Rejects, Source
from core.commands.options import AsJson, existing, writable
from core.commands.output import money
from core.commands.rejected import rejected_json, rejected_lines, write_rejected
from core.commands.shop import answer, open_shop
from core.commands.words import help_of
from core.errors import Refusal


def add_to(app: typer.Typer) -> None:
    """Add both to ``import``."""
    app.command(help=help_of("import.traffic"))(traffic)
    app.command(help=help_of("import.spend"))(spend)


def traffic(
    file: Source, dry_run: DryRun = False, max_bad: MaxBad = BAD_SHARE, rejects: Rejects = None, as_json: AsJson = False
) -> None:
    """Import a daily traffic report."""
    from core.importers.traffic import parse_traffic
    from core.services.traffic import import_traffic

    path, target = existing(file), None if rejects is None else writable(rejects)
    with open_shop() as shop:
        parsed = parse_traffic(path, today=shop.today)
        write_rejected(shop, target, parsed.rejects, parsed.headers)
        done = import_traffic(shop.desk, shop.actor, parsed, now=shop.now, dry_run=dry_run, max_bad=max_bad)
        names = ("rows", "accepted", "rejected", "days_new", "days_changed", "unchanged")
        counts = {name: getattr(done, name) for name in names}
        span = {"from": done.first and done.first.isoformat(), "last": done.last and done.last.isoformat()}
        found = counts | span | {"dry_run": dry_run, "rejects": rejected_json(shop, done.rejects)}

        def lines() -> Iterator[str]:
            yield shop.say("traffic.done", **counts)
            yield from rejected_lines(shop, done.rejects)

        answer(as_json, found, lines)


def spend(
    file: Source, dry_run: DryRun = False, max_bad: MaxBad = BAD_SHARE, rejects: Rejects = None, as_json: AsJson = False
) -> None:
    """Import what advertising cost, by month or by day and channel."""
    from core.importers.traffic import parse_spend
    from core.services.ad_spend import SpendLine, first_of, save_spend

    path, target = existing(file), None if rejects is None else writable(rejects)
    with open_shop() as shop:
        parsed = parse_spend(path, today=shop.today)
        write_rejected(shop, target, parsed.rejects, parsed.headers)
        if not dry_run and len(parsed.rejects) > max_bad * parsed.rows:
            raise Refusal("too_many_bad_rows", rows=parsed.rows, rejected=len(parsed.rejects))
        kept = [SpendLine(first_of(row.month), row.channel, row.amount_fen) for row in parsed.lines]
        changed = 0 if dry_run else save_spend(shop.desk, shop.actor, kept, now=shop.now)
        total = sum(row.amount_fen for row in parsed.lines)
        counts = {"rows": parsed.rows, "rejected": len(parsed.rejects), "lines": len(kept), "changed": changed}
        found = counts | {"amount_fen": total, "dry_run": dry_run, "rejects": rejected_json(shop, parsed.rejects)}

        def lines() -> Iterator[str]:
            yield shop.say("spend.done", amount=money(total), **counts)
            yield from rejected_lines(shop, parsed.rejects)

        answer(as_json, found, lines)
