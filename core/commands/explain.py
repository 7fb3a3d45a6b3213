"""``explain``: facts, rule version, result."""

from collections.abc import Iterator

import typer

from core.commands.options import AsJson, MemberRef
from core.commands.output import money, table
from core.commands.shop import answer, open_shop
from core.commands.words import help_of
from core.i18n import translate

app = typer.Typer()


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


@app.command(help=help_of("explain.growth"))
def growth(reference: MemberRef, as_json: AsJson = False) -> None:
    """Where somebody's growth comes from."""
    from core.rules.growth_reasons import growth_sentences
    from core.services.explain_tier import explain_member_growth
    from core.services.members import resolve_member

    with open_shop() as shop:
        number = resolve_member(shop.desk, reference)
        proof = explain_member_growth(shop.desk, number, now=shop.now)

        def lines() -> Iterator[str]:
            for key, params in growth_sentences(proof, shop.lang, shop.zone, shop.now):
                yield translate(shop.lang, key, **params)

        answer(as_json, proof.as_json(number), lines)


@app.command(help=help_of("explain.points"))
def points(reference: MemberRef, as_json: AsJson = False) -> None:
    """Where somebody's points come from, where they went, and when they end."""
    from core.rules.points_reasons import lot_sentences, owner_sentences
    from core.services.explain_points import explain_member_points
    from core.services.explain_tier import own_facts
    from core.services.members import resolve_member

    with open_shop() as shop:
        number = resolve_member(shop.desk, reference)
        proof = explain_member_points(shop.desk, number, now=shop.now)
        versions = own_facts(shop.desk, number).rules.version_ids

        def lines() -> Iterator[str]:
            said = owner_sentences(proof, shop.zone, shop.now, shop.lang)
            yield from (translate(shop.lang, key, **params) for key, params in said)
            rows = []
            for lot in proof.lots:
                how = " ".join(translate(shop.lang, key, **params) for key, params in lot_sentences(lot, shop.lang))
                ends = shop.moment(lot.expires_at) if lot.expires_at else None
                rows.append((shop.moment(lot.active_at), ends, lot.units, lot.remaining, how))
            if rows:
                names = ("active_at", "expires_at", "units", "remaining", "note")
                yield from table([shop.say(f"column.{name}") for name in names], rows)

        answer(as_json, proof.as_json(number, versions), lines)
