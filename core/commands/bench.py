"""``bench``: measure, on invented facts and without touching the store."""

from typing import Annotated

import typer

from core.commands.options import AsJson
from core.commands.output import table
from core.commands.shop import answer, progress_bar
from core.commands.words import first_lang, help_of
from core.i18n import translate

MEMBERS = 200_000
ROUNDS = 5


def bench(
    name: Annotated[str, typer.Argument(metavar="NAME", help=help_of("bench.name"))] = "P9",
    members: Annotated[int, typer.Option("--members", min=100, metavar="N", help=help_of("bench.members"))] = MEMBERS,
    rounds: Annotated[int, typer.Option("--rounds", min=1, metavar="R", help=help_of("bench.rounds"))] = ROUNDS,
    seed: Annotated[int, typer.Option("--seed", metavar="S", help=help_of("demo.seed"))] = 618,
    as_json: AsJson = False,
) -> None:
    """Time one row of the performance table; equality is checked before anything is timed."""
    from core.services.bench import run_bench

    lang = first_lang()
    with progress_bar(translate(lang, "cli.bench.label")) as report:
        found = run_bench(name, members=members, rounds=rounds, seed=seed, progress=report).as_json()

    def lines() -> list[str]:
        equal = {"members": f"{found['members']:,}", "orders": f"{found['orders']:,}"}
        headers = [translate(lang, f"cli.column.{key}") for key in ("what", "value")]
        rows = [(key, str(value)) for key, value in found.items() if key not in ("name", "equal", "ratios")]
        return [translate(lang, "cli.bench.equal", **equal), *table(headers, rows)]

    answer(as_json, found, lines)
