"""What every command stands in: the open store, business time, the language, and how a refusal ends."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

from core.commands.words import first_lang
from core.errors import Refusal
from core.i18n import Lang, translate

if TYPE_CHECKING:
    from core.analytics.periods import Period
    from core.clock import ShopZone
    from core.documents.rules import RuleDocument
    from core.services.actor import Actor
    from core.services.desk import Desk

BAR_STEPS = 1000


class Commands(TyperGroup):
    """The root of all commands: a refusal becomes ``CODE: sentence`` on stderr and exit code 1."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except Refusal as refusal:
            raise _refused(refusal, first_lang()) from None


@dataclass(frozen=True)
class Shop:
    """The open store as a command uses it."""

    desk: "Desk"
    now: datetime
    lang: Lang
    zone: "ShopZone"
    actor: "Actor"

    @property
    def today(self) -> date:
        """The shop day of now."""
        return self.zone.day(self.now)

    def say(self, key: str, **params: Any) -> str:
        """The sentence ``cli.KEY`` in the reader's language."""
        return translate(self.lang, f"cli.{key}", **params)

    def refusal(self, refusal: Refusal) -> str:
        """The sentence of a refusal that is told, not raised."""
        return translate(self.lang, f"error.{refusal.code}", **refusal.params)

    def moment(self, instant: datetime) -> str:
        """An instant on the shop's wall clock."""
        return f"{self.zone.local(instant):%Y-%m-%d %H:%M}"

    def period(self, start: datetime | None, end: datetime | None) -> "Period":
        """The shop days asked for: ``start`` included, ``end`` not; without them the last 30 up to and with today."""
        from core.analytics.periods import Period
        from core.services.numbers import DEFAULT_DAYS

        last = end.date() if end else self.today + timedelta(days=1)
        first = start.date() if start else last - timedelta(days=DEFAULT_DAYS)
        if first >= last:
            raise Refusal("period_empty", start=first.isoformat(), end=last.isoformat())
        return Period(first, last)


@contextmanager
def open_shop(rules: "RuleDocument | None" = None) -> Iterator[Shop]:
    """The active store, opened for one command and closed after it; a new one starts with ``rules``."""
    from core.config import config
    from core.services.actor import Actor
    from core.services.shop_settings import read_settings

    desk = _open(rules)
    try:
        lang = config().lang or read_settings(desk).lang
        try:
            yield Shop(desk, desk.now(), lang, desk.zone, Actor.command_line())
        except Refusal as refusal:
            raise _refused(refusal, lang) from None
    finally:
        desk.close()


def _refused(refusal: Refusal, lang: Lang) -> typer.Exit:
    """Say why on stderr; what is returned ends the command with 1."""
    sentence = translate(lang, f"error.{refusal.code}", **refusal.params)
    typer.echo(f"{refusal.code}: {sentence}", err=True)
    return typer.Exit(1)


def _open(rules: "RuleDocument | None") -> "Desk":
    """The active store; refuses (``environment_value``, ``store_unreachable``) what would else end in a traceback."""
    from pydantic import ValidationError
    from sqlalchemy.exc import DBAPIError

    from core.config import config
    from core.services.desk import open_desk

    try:
        config()
    except ValidationError as fault:
        name = str(fault.errors(include_input=False)[0]["loc"][0])
        raise Refusal("environment_value", name=f"MEMBERDESK_{name.upper()}") from None
    try:
        return open_desk(rules=rules)
    except DBAPIError:
        raise Refusal("store_unreachable") from None


def answer(as_json: bool, value: Mapping[str, Any], lines: Callable[[], Iterable[str]]) -> None:
    """Print the one JSON object, or the lines for a person."""
    if as_json:
        typer.echo(json.dumps(value, ensure_ascii=False, allow_nan=False))
    else:
        for line in lines():
            typer.echo(line)


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[float], None]]:
    """A bar on stderr that takes the share done; nothing when nobody watches."""
    if not sys.stderr.isatty():
        yield lambda share: None
        return
    with typer.progressbar(length=BAR_STEPS, label=label, file=sys.stderr) as bar:

        def report(share: float) -> None:
            bar.update(max(0, round(min(share, 1.0) * BAR_STEPS) - bar.pos))

        yield report


def part(report: Callable[[float], None], low: float, high: float) -> Callable[[float], None]:
    """A report for one part of the work, from ``low`` to ``high`` of the whole bar."""
    return lambda share: report(low + (high - low) * share)
