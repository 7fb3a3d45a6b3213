"""``show benefits``: the review of benefits."""

from collections.abc import Iterator

import typer

from core.commands.options import AsJson, End, Start
from core.commands.output import money, percent, table
from core.commands.shop import answer, open_shop
from core.commands.show import period_json
from core.commands.words import help_of
from core.i18n import translate


def benefits(start: Start = None, end: End = None, as_json: AsJson = False) -> None:
    """Each benefit of each tier: usage, cost, on time, repeat purchases, advice."""
    from core.services.benefit_review import review_benefits, review_json
    from core.services.rule_versions import read_live

    with open_shop() as shop:
        period = shop.period(start, end)
        found = review_benefits(shop.desk, period, now=shop.now)
        names = read_live(shop.desk, now=shop.now)[0].names(shop.lang)

        def lines() -> Iterator[str]:
            yield shop.say("show.period", **period_json(period))
            columns = ("benefit", "tier", "entitled", "used", "usage", "cost", "on_time", "advice")
            yield from table(
                [shop.say(f"column.{name}") for name in columns],
                [
                    (
                        line.name(shop.lang),
                        names[line.tier],
                        line.entitled,
                        line.used,
                        percent(line.usage_rate),
                        money(line.cost_fen),
                        percent(line.on_time_rate),
                        translate(shop.lang, f"benefit.advice.{line.advice}"),
                    )
                    for line in found.lines
                ],
            )
            yield shop.say("show.promises", owed=found.owed, late=found.late, done=found.done)

        answer(as_json, review_json(found), lines)


def add_to(app: typer.Typer) -> None:
    """Put the command among those of ``show``."""
    app.command(help=help_of("show.benefits"))(benefits)
