"""``show lifetime``: what customers are still worth, by which models, and how right those were."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

import typer

from core.commands.options import DAY, AsJson
from core.commands.output import money, percent, table
from core.commands.shop import Shop, answer, open_shop
from core.commands.words import help_of

CalibrationEnd = Annotated[
    datetime | None,
    typer.Option("--calibration-end", formats=[DAY], metavar="DATE", help=help_of("lifetime.calibration")),
]
HoldoutEnd = Annotated[
    datetime | None, typer.Option("--holdout-end", formats=[DAY], metavar="DATE", help=help_of("lifetime.holdout"))
]


def add_to(app: typer.Typer) -> None:
    """Add it to ``show``."""
    app.command(help=help_of("show.lifetime"))(lifetime)


def lifetime(calibration_end: CalibrationEnd = None, holdout_end: HoldoutEnd = None, as_json: AsJson = False) -> None:
    """Fit on everything known, or up to the end of a calibration; hold it against what happened after."""
    from core.services.lifetime import read_lifetime
    from core.services.lifetime_json import lifetime_json

    with open_shop() as shop:
        days = (calibration_end and calibration_end.date(), holdout_end and holdout_end.date())
        kept = read_lifetime(shop.desk, now=shop.now, calibration_end=days[0], holdout_end=days[1])
        empty = {"as_of": None, "bgnbd": None, "gamma_gamma": None, "customers": 0, "holdout": None}
        found = (empty | {"too_few": {"reason": "few_customers"}}) if kept is None else lifetime_json(kept)
        answer(as_json, found, lambda: _lines(shop, found))


def _lines(shop: Shop, found: dict[str, Any]) -> Iterator[str]:
    yield shop.say("lifetime.of", day=found["as_of"], customers=f"{found['customers']:,}")
    if found["too_few"]:
        yield shop.say(f"lifetime.{found['too_few']['reason']}", needed=found["too_few"].get("needed"))
    models = [
        (name, f"{value:.4f}")
        for model in ("bgnbd", "gamma_gamma")
        for name, value in (found[model] or {}).items()
        if name != "customers"
    ]
    if models:
        yield from table((shop.say("column.what"), shop.say("column.value")), models)
    if found.get("expected"):
        expected = found["expected"]
        yield shop.say(
            "lifetime.expected",
            value=money(expected["value_fen"]),
            half=f"{expected['half_people']:,}",
            share=percent(expected["half_people"] / expected["people"]),
        )
    held = found["holdout"]
    if held and held["by_frequency"]:
        yield shop.say("lifetime.held", day=held["calibration_end"], until=held["holdout_end"])
        headers = [shop.say(f"column.{name}") for name in ("frequency", "people", "actual", "expected")]
        rows = [
            (str(one["frequency"]), one["members"], one["actual"], round(one["expected"]))
            for one in held["by_frequency"]
        ]
        yield from table(headers, rows)
        yield shop.say(f"lifetime.verdict.{held['verdict']}")
