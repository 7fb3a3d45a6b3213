"""The owner's own table of other shops beside ours: up to three of them, as typed, kept as one document."""

from datetime import datetime

from pydantic import Field

from core.documents.canonical import Document
from core.documents.enums import Area
from core.errors import Refusal
from core.i18n import Lang, translate
from core.rules.benefits.registry import cells_of
from core.services.actor import Actor
from core.services.desk import Desk
from core.services.rule_versions import read_live
from core.store.audit import record
from core.store.tables import Setting

RIVALS = "rivals"
MOST_SHOPS = 3
MOST_ROWS = 40


class RivalRow(Document):
    """One line: what is compared, what we give, and what each of the others gives."""

    what: str = Field(max_length=60)
    ours: str = Field(default="", max_length=120)
    theirs: tuple[str, ...] = Field(default=(), max_length=MOST_SHOPS)


class Rivals(Document):
    """The whole table."""

    shops: tuple[str, ...] = Field(default=(), max_length=MOST_SHOPS)
    rows: tuple[RivalRow, ...] = Field(default=(), max_length=MOST_ROWS)


def read_rivals(desk: Desk, lang: Lang, *, now: datetime) -> Rivals:
    """The table as it was kept; before that our own side of it, from the highest tier."""
    with desk.db.read() as session:
        row = session.get(Setting, RIVALS)
        if row is not None:
            return Rivals.read(row.value)
    document, _ = read_live(desk, now=now)
    top = document.tiers[-1]
    rows = [RivalRow(what=translate(lang, "rivals.top"), ours=top.name(lang))]
    for benefit, cell, kind in cells_of(document, top.code):
        ours = cell.value(lang) or kind.level_words(cell, lang) or translate(lang, "rivals.yes")
        rows.append(RivalRow(what=benefit.name(lang), ours=ours))
    return Rivals(rows=tuple(rows[:MOST_ROWS]))


def save_rivals(desk: Desk, actor: Actor, table: Rivals, *, now: datetime) -> None:
    """Keep the table; refuses ``rivals_same`` for two shops of one name."""
    names = [name.strip() for name in table.shops if name.strip()]
    if len(set(names)) < len(names):
        raise Refusal("rivals_same")
    with desk.db.write(Area.SETTINGS) as session:
        session.merge(Setting(key=RIVALS, value=table.canonical()))
        record(session, actor.name, "rivals.saved", "rivals", now=now, count=len(table.rows))
