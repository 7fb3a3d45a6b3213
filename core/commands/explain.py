"""``explain``: facts, rule version, result."""

from collections.abc import Iterator

import typer

from core.commands.options import AsJson, MemberRef
from core.commands.output import money, table
from core.commands.shop import answer, open_shop
from core.commands.words import help_of
from core.i18n import translate

app = typer.Typer()


@app.callback()
def explain() -> None:
    """A group even while it holds one command."""


@app.command(help=help_of("explain.tier"))
def tier(reference: MemberRef, as_json: AsJson = False) -> None:
    """Why somebody has their tier."""
    from core.rules.tier_words import sentences
    from core.services.explain_tier import explain_tier
    from core.services.members import resolve_member
    from core.services.rule_versions import read_live

    with open_shop() as shop:
        number = resolve_member(shop.desk, reference)
        rules, version = read_live(shop.desk, now=shop.now)
        proof = explain_tier(shop.desk, number, now=shop.now)

        def lines() -> Iterator[str]:
            for key, params in sentences(proof, rules, shop.lang, shop.zone, shop.now):
                yield translate(shop.lang, key, **params)
            if proof.facts:
                headers = [shop.say(f"column.{name}") for name in ("time", "fact", "amount", "counted", "note")]
                yield from table(
                    headers,
                    [
                        (
                            shop.moment(fact.at),
                            shop.say(f"fact.{fact.kind}", id=fact.id),
                            money(fact.amount_fen),
                            money(fact.counted_fen),
                            translate(shop.lang, f"tier.note.{fact.note}"),
                        )
                        for fact in proof.facts
                    ],
                )
            yield shop.say("explain.rules", version=version)

        answer(as_json, proof.as_json(number, version), lines)
