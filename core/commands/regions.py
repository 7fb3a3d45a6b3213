"""``show regions``: where customers live and where they came from."""

from collections.abc import Iterator

import typer

from core.commands.options import AsJson
from core.commands.output import money, percent, table
from core.commands.shop import answer, open_shop
from core.commands.words import help_of
from core.i18n import translate


def regions(as_json: AsJson = False) -> None:
    """Customers by province, level of city and source, over the whole history."""
    from core.services.regions import Place, read_regions

    with open_shop() as shop:
        found = read_regions(shop.desk)

        def rows(title: str, places: list[tuple[str, Place]]) -> Iterator[str]:
            names = ("people", "customers", "orders", "sales", "again")
            yield from table(
                [shop.say(title), *(shop.say(f"column.{name}") for name in names)],
                [
                    (name, one.people, one.customers, one.orders, money(one.sales_fen), percent(one.repeat_share))
                    for name, one in places
                ],
            )

        def lines() -> Iterator[str]:
            yield from rows("column.province", list(found.provinces.items()))
            levels = [
                (translate(shop.lang, f"place.level.{level or 'unknown'}"), one) for level, one in found.levels.items()
            ]
            yield from rows("column.city_level", levels)
            yield from rows("column.source", [(name or "–", one) for name, one in found.sources.items()])
            yield shop.say("regions.unknown", n=f"{found.unknown.people:,}")

        answer(as_json, found.as_json(), lines)


def add_to(app: typer.Typer) -> None:
    """Put the command among those of ``show``."""
    app.command(help=help_of("show.regions"))(regions)
