"""``segment``: count, list and say a group given as a rule file."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from core.commands.options import AsJson, read_text
from core.commands.output import money, table
from core.commands.shop import Shop, answer, open_shop
from core.commands.words import help_of
from core.i18n import LANGS

RuleFile = Annotated[Path, typer.Argument(metavar="RULE.json", help=help_of("segment.file"))]
LISTED = 50

app = typer.Typer()


@app.command(help=help_of("segment.count"))
def count(file: RuleFile, as_json: AsJson = False) -> None:
    """How many people a group holds."""
    from core.documents.segment import parse_segment
    from core.services.segments import count_segment

    tree = parse_segment(read_text(file))
    with open_shop() as shop:
        found = count_segment(shop.desk, shop.actor, tree, now=shop.now)
        answer(
            as_json,
            {"members": found.members, "seconds": round(found.seconds, 6)},
            lambda: [shop.say("segment.count", n=f"{found.members:,}", seconds=f"{found.seconds:.3f}")],
        )


@app.command("list", help=help_of("segment.list"))
def list_people(
    file: RuleFile,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help=help_of("limit"))] = LISTED,
    after: Annotated[int, typer.Option("--after", min=0, help=help_of("after"))] = 0,
    as_json: AsJson = False,
) -> None:
    """The people of a group, names masked."""
    from core.clock import day_of
    from core.documents.segment import parse_segment
    from core.rules.masking import mask_name, mask_nickname, mask_person
    from core.services.rule_versions import read_live
    from core.services.segments import count_segment, list_segment

    tree = parse_segment(read_text(file))
    with open_shop() as shop:
        members = count_segment(shop.desk, shop.actor, tree, now=shop.now).members
        people = list_segment(shop.desk, shop.actor, tree, now=shop.now, limit=limit, after=after)
        found = {
            "members": members,
            "people": [
                {
                    "id": one.id,
                    "name": mask_name(one.name) if one.name else None,
                    "nickname": mask_nickname(one.nickname) if one.nickname else None,
                    "tier": one.tier,
                    "orders": one.orders,
                    "net_fen": one.net_fen,
                    "last_day": None if one.last_day is None else day_of(one.last_day).isoformat(),
                }
                for one in people
            ],
        }

        def lines() -> Iterator[str]:
            names = read_live(shop.desk, now=shop.now)[0].names(shop.lang)
            headers = [shop.say(f"column.{name}") for name in ("id", "name", "tier", "orders", "net", "last_day")]
            yield from table(
                headers,
                [
                    (
                        str(one.id),
                        mask_person(one.name, one.nickname, one.id),
                        one.tier and names.get(one.tier, one.tier),
                        one.orders,
                        money(one.net_fen),
                        None if one.last_day is None else day_of(one.last_day),
                    )
                    for one in people
                ],
            )
            yield shop.say("segment.listed", shown=f"{len(people):,}", n=f"{members:,}")

        answer(as_json, found, lines)


@app.command(help=help_of("segment.describe"))
def describe(file: RuleFile, as_json: AsJson = False) -> None:
    """The sentence of a group in both languages."""
    from core.documents.segment import parse_segment

    tree = parse_segment(read_text(file))
    with open_shop() as shop:
        found = _sentences(shop, tree)
        answer(as_json, found, lambda: [found["zh"], found["en"]])


def _sentences(shop: Shop, tree: object) -> dict[str, str]:
    """The sentence by language, with the names of what it refers to."""
    from core.rules.segment_words import describe as say
    from core.services.segment_names import load_names
    from core.services.segments import check_tree

    with shop.desk.db.read() as session:
        check_tree(session, tree)  # type: ignore[arg-type]
    return {lang: say(tree, lang, load_names(shop.desk, lang, now=shop.now)) for lang in LANGS}  # type: ignore[arg-type]
