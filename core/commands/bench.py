"""``bench``: measure, on invented facts and without touching the store."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.commands.options import AsJson, writable
from core.commands.output import MISSING, table
from core.commands.shop import answer, part, progress_bar
from core.commands.words import first_lang, help_of
from core.i18n import Lang, translate

if TYPE_CHECKING:
    from core.services.bench import Step
    from core.services.bench_row import Row

MEMBERS = 10_000
ROUNDS = 5
_COLUMNS = ("row", "people", "ours", "other", "ratio", "target", "reached", "peak")


def bench(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help=help_of("bench.name"))] = None,
    members: Annotated[int, typer.Option("--members", min=100, metavar="N", help=help_of("bench.members"))] = MEMBERS,
    rounds: Annotated[int, typer.Option("--rounds", min=1, metavar="R", help=help_of("bench.rounds"))] = ROUNDS,
    seed: Annotated[int, typer.Option("--seed", metavar="S", help=help_of("demo.seed"))] = 618,
    grow: Annotated[bool, typer.Option("--growth", help=help_of("bench.growth"))] = False,
    store: Annotated[Path | None, typer.Option("--store", metavar="FILE", help=help_of("bench.store"))] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help=help_of("bench.out"))] = None,
    as_json: AsJson = False,
) -> None:
    """Time rows of the performance table; equality is checked before anything is timed."""
    from core.services.bench import growth, known_names, run_benches, sizes_up_to

    lang, chosen = first_lang(), known_names(names or [])
    if out is not None:
        writable(out)
    sizes = sizes_up_to(members) if grow else [members]
    rows: list[Row] = []
    with progress_bar(translate(lang, "cli.bench.label")) as report:
        for place, size in enumerate(sizes):
            bar = part(report, place / len(sizes), (place + 1) / len(sizes))
            kept = store if size == members else None
            rows += run_benches(chosen, members=size, rounds=rounds, seed=seed, progress=bar, path=kept)
    steps = growth(rows)
    found = {"rounds": rounds, "rows": [row.as_json() for row in rows], "growth": [step.as_json() for step in steps]}
    if out is not None:
        out.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
    answer(as_json, found, lambda: _lines(lang, rows, steps))


def _lines(lang: Lang, rows: Sequence["Row"], steps: Sequence["Step"]) -> Iterator[str]:
    yield translate(lang, "cli.bench.equal")
    yield from table([translate(lang, f"cli.bench.{name}") for name in _COLUMNS], [_cells(lang, row) for row in rows])
    for step in steps:
        sentence = "steep" if step.steep else "grew"
        yield translate(
            lang, f"cli.bench.{sentence}", name=step.name, members=f"{step.members:,}", factor=f"{step.factor:g}"
        )


def _cells(lang: Lang, row: "Row") -> list[Any]:
    """One row of the table; of several demands the first that is missed, else all."""
    missed = [target for target in row.targets if not target.reached]
    targets = ", ".join(f"{target.words} ({target.found:g})" for target in missed or row.targets)
    reached = MISSING if row.reached is None else translate(lang, f"cli.bench.{'yes' if row.reached else 'no'}")
    other = MISSING if row.other_seconds is None else f"{row.other_seconds:g} s {row.other}"
    ratio = MISSING if row.ratio is None else f"{row.ratio:g}x"
    peak = MISSING if row.peak_mb is None else f"{row.peak_mb:,} MB"
    return [row.name, row.members, f"{row.seconds:g} s", other, ratio, targets or MISSING, reached, peak]
