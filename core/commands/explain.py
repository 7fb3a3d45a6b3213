"""``explain``: facts, rule version, result."""

from collections.abc import Iterator
from typing import Annotated

import typer

from core.commands.options import AsJson, MemberRef
from core.commands.output import money, table
from core.commands.shop import answer, open_shop
from core.commands.words import help_of
from core.i18n import LANGS, translate

SegmentRef = Annotated[str, typer.Argument(metavar="SEGMENT", help=help_of("explain.group"))]

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


@app.command(help=help_of("explain.segment"))
def segment(group: SegmentRef, reference: MemberRef, as_json: AsJson = False) -> None:
    """Why somebody is in a group or not."""
    from core.documents.segment import Leaf
    from core.rules.segment_words import value_words
    from core.services.explain_segment import Judged, explain_json, explain_segment, read_tree
    from core.services.members import resolve_member
    from core.services.segment_names import load_names

    with open_shop() as shop:
        tree = read_tree(shop.desk, group)
        number = resolve_member(shop.desk, reference)
        explained = explain_segment(shop.desk, tree, number, now=shop.now)
        names = {lang: load_names(shop.desk, lang, now=shop.now) for lang in LANGS}
        found = explain_json(explained, group, tree, shop.lang, names)

        def branch(judged: Judged, told: dict[str, object], depth: int) -> Iterator[str]:
            mark = shop.say("explain.yes" if judged.held else "explain.no")
            if "field" in told:
                known = ""
                if judged.value is not None and isinstance(judged.node, Leaf):
                    words = value_words(judged.node, judged.value, shop.lang, names[shop.lang])
                    known = shop.say("explain.known", value=words)
                yield f"{'  ' * depth}{mark} {told[f'sentence_{shop.lang}']}{known}"
            else:
                yield f"{'  ' * depth}{mark} {shop.say('explain.' + str(told['op']))}"
            for part, inner in zip(judged.parts, told["parts"], strict=True):  # type: ignore[call-overload]
                yield from branch(part, inner, depth + 1)

        def lines() -> Iterator[str]:
            where = "inside" if explained.inside else "outside" if explained.counted else "not_counted"
            yield str(found["sentence"])
            yield shop.say(f"explain.{where}", member=number)
            yield from branch(explained.root, found["tree"], 0)

        answer(as_json, found, lines)


@app.command(help=help_of("explain.message"))
def message(reference: MemberRef, as_json: AsJson = False) -> None:
    """Why somebody got a message or did not: each decision with its rule and what held then."""
    from core.services.explain_message import explain_messages
    from core.services.members import resolve_member
    from core.services.segment_names import load_names

    with open_shop() as shop:
        number = resolve_member(shop.desk, reference)
        names = load_names(shop.desk, shop.lang, now=shop.now)
        reasons = explain_messages(shop.desk, number, shop.lang, names)

        def lines() -> Iterator[str]:
            for one in reasons:
                became = one.status or one.reason or "-" if one.arm != "held_out" else shop.say("arm.held_out")
                why = f" ({one.reason})" if one.reason and one.status else ""
                yield f"{shop.moment(one.sent_at or one.decided_at)}  {one.campaign or one.rule}  {became}{why}"
                if one.group_sentence:
                    yield f"  {one.group_sentence}"
                for _, sentence, held in one.held:
                    yield f"    {shop.say('explain.yes' if held else 'explain.no')} {sentence}"
            if not reasons:
                yield shop.say("explain.nothing_decided")

        answer(as_json, {"member": number, "messages": [one.as_json() for one in reasons]}, lines)
