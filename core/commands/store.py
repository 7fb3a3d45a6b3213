"""``demo``, ``refresh``, ``verify``, ``backup``, ``restore``: what is done to the store as a whole."""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.commands.options import AsJson, existing, writable
from core.commands.output import table
from core.commands.shop import Shop, answer, open_shop, progress_bar
from core.commands.words import help_of
from core.errors import Refusal

if TYPE_CHECKING:
    from core.services.backup import BackupReport

PASSPHRASE = "MEMBERDESK_BACKUP_PASSPHRASE"  # noqa: S105 - the variable's name


def demo(
    members: Annotated[int, typer.Option("--members", min=1, metavar="N", help=help_of("demo.members"))] = 12_000,
    months: Annotated[int, typer.Option("--months", min=1, metavar="M", help=help_of("demo.months"))] = 24,
    seed: Annotated[int, typer.Option("--seed", metavar="S", help=help_of("demo.seed"))] = 618,
    real: Annotated[bool, typer.Option("--real", help=help_of("demo.real"))] = False,
    as_json: AsJson = False,
) -> None:
    """Build the demo shop into the store in use; ``--real``: the public data set, whole."""
    from core.services.build_demo import build_demo
    from core.services.build_real_demo import REAL, build_real_demo
    from core.services.reset_demo import rules_of

    with open_shop(rules_of(REAL if real else "")) as shop:
        with progress_bar(shop.say("demo.bar")) as report:
            if real:
                built = build_real_demo(shop.desk, shop.actor, now=shop.now, progress=report)
            else:
                size = {"members": members, "months": months, "seed": seed}
                built = build_demo(shop.desk, shop.actor, now=shop.now, progress=report, **size)
        counts = {"people": built.people, "orders": built.orders, "campaigns": built.campaigns}
        said = {name: f"{count:,}" for name, count in counts.items()}
        answer(
            as_json,
            {**counts, "seconds": round(built.seconds, 3)},
            lambda: [
                shop.say("demo.built", **said, seconds=f"{built.seconds:.1f}"),
                *([shop.say("demo.real_terms")] if real else []),
            ],
        )


def refresh(
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="INSTANT", help=help_of("as_of"))] = None,
    as_json: AsJson = False,
) -> None:
    """Derive profiles and tiers again from the facts."""
    from core.clock import parse_instant
    from core.services.refresh import refresh as refresh_store

    with open_shop() as shop:
        now = parse_instant(as_of) if as_of else shop.now
        started = time.monotonic()
        done = refresh_store(shop.desk, shop.actor, now=now)
        seconds = time.monotonic() - started
        found = {
            "as_of": now.isoformat(),
            "people": done.people,
            "tier_changes": done.tier_changes,
            "seconds": round(seconds, 3),
        }
        said = {"people": f"{done.people:,}", "changes": f"{done.tier_changes:,}", "seconds": f"{seconds:.1f}"}
        answer(as_json, found, lambda: [shop.say("refresh.done", **said)])


def verify(as_json: AsJson = False) -> None:
    """Check every invariant; exit code 1 when one is broken."""
    from core.services.verify import verify_store

    with open_shop() as shop:
        found = verify_store(shop.desk)

        def lines() -> Iterator[str]:
            yield from table([shop.say("column.check"), shop.say("column.violations")], list(found.checks.items()))
            yield shop.say("verify.broken" if found.violations else "verify.whole", n=found.violations)

        answer(as_json, {"checks": found.checks, "violations": found.violations}, lines)
    if found.violations:
        raise typer.Exit(1)


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=help_of("backup.file"))], as_json: AsJson = False
) -> None:
    """Write the store, and with a passphrase its key, into one archive."""
    from core.services.backup import back_up

    target = writable(file)
    with open_shop() as shop:
        passphrase = _passphrase(shop, confirm=True)
        if passphrase is None:
            typer.echo(shop.say("backup.no_key", variable=PASSPHRASE), err=True)
        try:
            made = back_up(shop.desk, shop.actor, target, passphrase=passphrase, now=shop.now)
        except OSError as fault:
            raise Refusal("file_unwritable", name=str(target), reason=fault.strerror) from None
        answer(
            as_json,
            _backup_json(made),
            lambda: [shop.say("backup.made", name=made.path.name, megabytes=f"{made.bytes / 1e6:.1f}")],
        )


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=help_of("restore.file"))], as_json: AsJson = False
) -> None:
    """Put an archive in the store's place; the store that was there is kept beside it."""
    from core.services.backup import restore as restore_store

    source = existing(file)
    with open_shop() as shop:
        passphrase = _passphrase(shop, confirm=False)
        done = restore_store(shop.desk, shop.actor, source, passphrase=passphrase, now=shop.now)
        if not done.with_key:
            typer.echo(shop.say("restore.no_key"), err=True)
        answer(as_json, _backup_json(done), lambda: [shop.say("restore.done", name=done.path.name)])


def _passphrase(shop: Shop, *, confirm: bool) -> str | None:
    """From the environment, else asked where somebody can answer; empty is none."""
    found = os.environ.get(PASSPHRASE)
    if found is None and sys.stdin.isatty() and sys.stderr.isatty():
        question = shop.say("backup.ask_new" if confirm else "backup.ask")
        found = typer.prompt(
            question, default="", hide_input=True, show_default=False, confirmation_prompt=confirm, err=True
        )
    return found or None


def _backup_json(report: "BackupReport") -> dict[str, object]:
    return {
        "file": str(report.path),
        "bytes": report.bytes,
        "schema": report.schema,
        "with_key": report.with_key,
    }
