"""When a promise comes round: the occasions that are open in a stretch of days, and the season that cuts them."""

from dataclasses import dataclass
from datetime import date, timedelta

from core.documents.benefits import Season
from core.rules.timing import birthday_in, birthday_key

FAR = date(9999, 12, 31)
ONE_DAY = timedelta(days=1)
BIRTHDAY_CLAIM_DAYS = 30


@dataclass(frozen=True, slots=True)
class Occasion:
    """One time round: its key, the day from which it is owed, and the last day on which it may be claimed."""

    key: str
    begins: date
    ends: date


def open_occasions(period: str, season: Season | None, first: date, last: date) -> list[Occasion]:
    """The occasions of a calendar period that are open on a day of ``[first, last]``, none of another period.

    ``begins`` is the first such day, so that what was open long before is owed from now on only.
    """
    found: dict[str, Occasion] = {}
    day = first
    while day <= last:
        one = _around(period, day)
        if one is not None and one.key not in found and in_season(season, day):
            found[one.key] = Occasion(one.key, day, _last_in_season(season, day, one.ends))
        day += ONE_DAY
    return list(found.values())


def _around(period: str, day: date) -> Occasion | None:
    """The occasion of a calendar period that a day is in."""
    match period:
        case "once":
            return Occasion("once", date.min, FAR)
        case "year":
            return Occasion(f"year:{day.year}", date(day.year, 1, 1), date(day.year, 12, 31))
        case "quarter":
            number = (day.month - 1) // 3
            ends = _month_end(day.year, number * 3 + 3)
            return Occasion(f"quarter:{day.year}Q{number + 1}", date(day.year, number * 3 + 1, 1), ends)
        case "month":
            return Occasion(f"month:{day:%Y-%m}", day.replace(day=1), _month_end(day.year, day.month))
    return None


def _month_end(year: int, month: int) -> date:
    following = date(year + 1, 1, 1) if month == 12 else date(year, month + 1, 1)
    return following - ONE_DAY


def birthday_occasion(month: int, day: int, season: Season | None, first: date, last: date) -> Occasion | None:
    """The birthday that is kept in ``[first, last]`` (less than a year) and in season; it may be claimed a month longer."""
    for year in range(first.year, last.year + 1):
        kept = birthday_in(year, month, day)
        if first <= kept <= last and in_season(season, kept):
            return Occasion(birthday_key(year), kept, kept + timedelta(days=BIRTHDAY_CLAIM_DAYS))
    return None


def order_key(order_id: int) -> str:
    """The occasion of one order."""
    return f"order:{order_id}"


def in_season(season: Season | None, day: date) -> bool:
    """Whether a day lies in the season, both ends included, also over the year's end."""
    if season is None:
        return True
    stamp = f"{day:%m-%d}"
    if season.starts <= season.ends:
        return season.starts <= stamp <= season.ends
    return stamp >= season.starts or stamp <= season.ends


def _last_in_season(season: Season | None, day: date, ends: date) -> date:
    """The last day up to ``ends`` of the stretch of the season that ``day`` is in; a year is the longest."""
    if season is None:
        return ends
    for _ in range(366):
        if day == ends or not in_season(season, day + ONE_DAY):
            break
        day += ONE_DAY
    return day
