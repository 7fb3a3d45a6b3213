"""``show lifecycle``: the six states of the customers, and how right they were a year ago."""

from collections.abc import Iterator

import typer

from core.commands.options import AsJson
from core.commands.output import money, percent, table
from core.commands.shop import answer, open_shop
from core.commands.words import help_of
from core.i18n import translate


def lifecycle(as_json: AsJson = False) -> None:
    """New, active, loyal, slipping, dormant, lost: by each customer's own rhythm."""
    from core.analytics.lifecycle import FEWEST
    from core.services.lifecycle import read_lifecycle

    with open_shop() as shop:
        found = read_lifecycle(shop.desk, now=shop.now)

        def lines() -> Iterator[str]:
            if not found.states:
                yield translate(shop.lang, "lifecycle.too_few", fewest=FEWEST, people=found.repeaters)
                return
            headers = [shop.say(f"column.{name}") for name in ("state", "customers", "net", "alive")]
            rows = [
                (translate(shop.lang, f"outlook.state.{one.state}"), one.people, money(one.net_fen), percent(one.alive))
                for one in found.states
            ]
            yield from table(headers, rows)
            if found.accuracy is not None:
                yield shop.say("lifecycle.asked", day=found.accuracy.asked_on.isoformat())
                headers = [
                    shop.say(f"column.{name}") for name in ("state", "customers", "came_back", "came_back_share")
                ]
                told = [
                    (
                        translate(shop.lang, f"outlook.state.{one.state}"),
                        one.people,
                        one.came_back,
                        percent(one.came_back / one.people if one.people else None),
                    )
                    for one in found.accuracy.states
                ]
                yield from table(headers, told)

        answer(as_json, found.as_json(), lines)


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("lifecycle", help=help_of("show.lifecycle"))(lifecycle)
