"""Today in five seconds: the headline of the month, and the line about data and worker."""

from datetime import date, timedelta

from core.services.today import Headline, Pulse, Today, Todo, about_minutes
from pages.ui import format
from pages.ui.runtime import desk, lang, t, today

FLAT = 0.01


def headline_text(headline: Headline | None, todos: list[Todo]) -> str:
    """What happened this month, why, and how much there is to do."""
    count = t("today.count", n=len(todos), minutes=about_minutes(todos)) if todos else t("today.none")
    return count if headline is None else f"{_month(headline)}{t('today.joint')}{count}"


def _month(found: Headline) -> str:
    """Members' sales against the basis, and whether newcomers or the others made the difference."""
    start = found.period.start
    same = (start.year, start.month) == (today().year, today().month)
    month = t("today.month.this") if same else t("today.month.named", month=format.month(start))
    words = {"month": month, "amount": format.yuan_short(found.sales.total_fen)}
    before = found.before
    if before is None or before.total_fen <= 0:
        return t("today.headline.alone", **words)
    words["basis"] = _basis(found)
    change = (found.sales.total_fen - before.total_fen) / before.total_fen
    if abs(change) < FLAT:
        return t("today.headline.flat", **words)
    way = "more" if change > 0 else "less"
    words["change"] = format.percent(abs(change), 0)
    return t(f"today.headline.{way}", **words, cause=_cause(found, way))


def _basis(found: Headline) -> str:
    if found.festival is not None:
        name = found.festival.zh if lang() == "zh" else found.festival.en
        return t("today.basis.festival", festival=name)
    return t(f"today.basis.{found.basis}")


def _cause(found: Headline, way: str) -> str:
    """Where the difference lies: with newcomers, with the others, or with both."""
    assert found.before is not None
    sign = 1 if way == "more" else -1
    pairs = {
        "returning": (found.before.returning_fen, found.sales.returning_fen),
        "new": (found.before.new_fen, found.sales.new_fen),
    }
    moved = [name for name, (before, after) in pairs.items() if (after - before) * sign > 0]
    changes = {name: _signed(before, after) for name, (before, after) in pairs.items()}
    return t(f"today.cause.{way}.{moved[0] if len(moved) == 1 else 'both'}", **changes)


def _signed(before: int, after: int) -> str:
    """The relative change in whole percent, or the amount where there was nothing before."""
    return f"{(after - before) / before:+.0%}" if before > 0 else f"+{format.yuan_short(after)}"


def state_text(found: Today, pulse: Pulse, goal: str | None) -> str:
    """Data, worker, and the goal in short: one quiet line."""
    parts = [_data(found.data_until)]
    if pulse.beat_at is not None and pulse.alive:
        parts.append(
            t("today.worker.sent", n=format.number(pulse.sent_last_night))
            if pulse.sent_last_night
            else t("today.worker.idle")
        )
    if goal is not None:
        parts.append(goal)
    return " · ".join(parts)


def worker_warning(pulse: Pulse) -> str | None:
    """Said plainly while nothing leaves: the worker has never run, or has stopped."""
    if pulse.beat_at is None:
        return t("today.worker.never")
    return None if pulse.alive else t("today.worker.stopped", moment=format.moment(pulse.beat_at, desk().zone))


def _data(until: date | None) -> str:
    if until is None:
        return t("today.data.none")
    if until >= today():
        return t("today.data.today")
    yesterday = until == today() - timedelta(days=1)
    return t("today.data.until", day=t("today.yesterday") if yesterday else format.day(until))
