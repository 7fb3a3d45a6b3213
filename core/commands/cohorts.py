"""``show cohorts``: who comes back, month by month."""

from collections.abc import Iterator

import typer

from core.commands.options import AsJson
from core.commands.output import percent, table
from core.commands.shop import answer, open_shop
from core.commands.words import help_of

SHOWN_STEPS = 6


def cohorts(as_json: AsJson = False) -> None:
    """Of those who first bought in a month, how many bought in each month after."""
    from core.services.cohorts import month_name, read_cohorts

    with open_shop() as shop:
        found = read_cohorts(shop.desk)

        def lines() -> Iterator[str]:
            if found.until is None:
                yield shop.say("cohorts.none")
                return
            yield shop.say("cohorts.until", day=found.until.isoformat())
            headers = [
                shop.say("column.month"),
                shop.say("column.buyers"),
                *(f"+{k}" for k in range(1, SHOWN_STEPS + 1)),
            ]
            rows = [
                (
                    month_name(one.month),
                    one.size,
                    *(
                        percent(one.steps[k].share) + ("" if one.steps[k].over else "*") if k < len(one.steps) else ""
                        for k in range(1, SHOWN_STEPS + 1)
                    ),
                )
                for one in found.cohorts
            ]
            yield from table(headers, rows)

        answer(as_json, found.as_json(), lines)


def add_to(app: typer.Typer) -> None:
    """Put the command among those of ``show``."""
    app.command(help=help_of("show.cohorts"))(cohorts)
