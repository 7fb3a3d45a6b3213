"""Advertising (A9): what was spent by month and channel, written by hand or from a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from core.documents.canonical import LARGEST_FEN
from core.documents.enums import Area
from core.errors import Refusal
from core.services.actor import Actor
from core.services.desk import Desk
from core.store.audit import record
from core.store.queries import traffic as queries

MOST_LINES = 2_000


@dataclass(frozen=True)
class SpendLine:
    """Advertising of one month (by its first day) and channel; an empty channel is all together."""

    month: date
    channel: str
    amount_fen: int

    @property
    def number(self) -> int:
        """year * 12 + month - 1."""
        return self.month.year * 12 + self.month.month - 1


def first_of(month: int) -> date:
    """The first day of a month number."""
    return date(month // 12, month % 12 + 1, 1)


def read_spend(desk: Desk) -> list[SpendLine]:
    """All lines, the newest month first."""
    with desk.db.read() as session:
        return [SpendLine(first_of(row.month), row.channel, row.amount_fen) for row in queries.spend_lines(session)]


def save_spend(desk: Desk, actor: Actor, lines: Sequence[SpendLine], *, whole: bool = False, now: datetime) -> int:
    """Keep lines; how many differ from what was there. ``whole``: these are all there are, others are taken away.

    Refuses ``spend_amount``, ``spend_channel``, ``spend_future``, ``spend_doubled`` and ``spend_too_many``.
    """
    today = desk.zone.day(now)
    wanted = _checked(lines, today)
    with desk.db.write(Area.ORDERS) as session:
        kept = {(row.month, row.channel): row for row in queries.spend_lines(session)}
        changed = [key for key, fen in wanted.items() if key not in kept or kept[key].amount_fen != fen]
        gone = [row.id for key, row in kept.items() if whole and key not in wanted and row.id is not None]
        queries.put_spend(
            session,
            desk.db,
            [
                {"month": month, "channel": channel, "amount_fen": wanted[month, channel]}
                | {"actor": actor.name, "recorded_at": now}
                for month, channel in changed
            ],
        )
        if gone:
            queries.drop_spend(session, gone)
        if changed or gone:
            record(session, actor.name, "spend.saved", "spend", now=now, count=len(changed), removed=len(gone))
    return len(changed) + len(gone)


def _checked(lines: Sequence[SpendLine], today: date) -> dict[tuple[int, str], int]:
    found: dict[tuple[int, str], int] = {}
    if len(lines) > MOST_LINES:
        raise Refusal("spend_too_many", limit=MOST_LINES)
    for line in lines:
        channel = line.channel.strip()
        month = f"{line.month:%Y-%m}"
        if not 0 <= line.amount_fen <= LARGEST_FEN:
            raise Refusal("spend_amount", month=month)
        if len(channel) > 32:
            raise Refusal("spend_channel", limit=32)
        if line.number > today.year * 12 + today.month - 1:
            raise Refusal("spend_future", month=month)
        if (line.number, channel) in found:
            raise Refusal("spend_doubled", month=month, channel=channel)
        found[line.number, channel] = line.amount_fen
    return found
