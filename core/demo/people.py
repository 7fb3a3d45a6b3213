"""Who the customers are: names, places, contact, consent, when they joined."""

from datetime import date

import numpy as np
import pandas as pd

from core.clock import DAY_MICROSECONDS, MICROSECONDS, day_of
from core.demo.names import PLACES, draw_buyer_ids, draw_names, draw_nicknames, draw_places, phone_of
from core.demo.seasons import Calendar
from core.demo.shop import Bools, Floats, Ints
from core.demo.visits import Habits

BIRTHDAYS_TODAY = 3
_SOURCES = ("自然搜索", "推荐页", "直播间", "小红书", "老客推荐", "站外推广", "线下扫码")
_SOURCE_SHARE = np.array([0.34, 0.22, 0.15, 0.12, 0.08, 0.06, 0.03])
_TAGS: tuple[tuple[str, float], ...] = (
    ("二胎家庭", 0.09),
    ("敏感肌", 0.05),
    ("爱囤货", 0.06),
    ("只看活动", 0.07),
    ("好评达人", 0.04),
)


def draw_people(rng: np.random.Generator, days: Calendar, habits: Habits, until: int, today: date) -> pd.DataFrame:
    """The people frame of ``DemoShop`` without grades; nothing in it is later than ``until``."""
    count = habits.first_day.size
    gender = rng.choice(3, size=count, p=[0.79, 0.12, 0.09])
    places = np.array(PLACES, dtype=object)[draw_places(rng, count)]
    # The first time the shop heard of each person: between eight in the morning and ten at night.
    seen = days.starts[habits.first_day] + rng.integers(8 * 3600, 22 * 3600, count) * MICROSECONDS
    joined = _joined(rng, seen, habits.buys, until)
    frame = pd.DataFrame(
        {
            "number": np.arange(1, count + 1, dtype=np.int64),
            "buyer_id": draw_buyer_ids(rng, count),
            "nickname": draw_nicknames(rng, count),
            "name": draw_names(rng, gender == 1),
            "gender": pd.Series(np.array(["female", "male", None], dtype=object)[gender], dtype="str"),
            "province": pd.Series(places[:, 0], dtype="str"),
            "city": pd.Series(places[:, 1], dtype="str"),
            "joined_at": joined,
            "source": np.array(_SOURCES, dtype=object)[rng.choice(len(_SOURCES), size=count, p=_SOURCE_SHARE)],
        }
    )
    frame = _with_contact(rng, frame, seen)
    frame = _with_birthdays(rng, frame, today)
    marks = [rng.random(count) < share for _, share in _TAGS]
    frame["tags"] = [
        tuple(tag for (tag, _), on in zip(_TAGS, row, strict=True) if on) for row in zip(*marks, strict=True)
    ]
    return frame


def _joined(rng: np.random.Generator, seen: Ints, buys: Bools, until: int) -> "pd.Series[int]":
    """When each person became a member (missing for three in ten): mostly with the first order, some later."""
    count = seen.size
    wait = np.where(rng.random(count) < 0.75, 0, rng.exponential(25.0, count).astype(np.int64))
    # Who never bought is only known because of joining.
    at = seen + np.where(buys, wait, 0) * DAY_MICROSECONDS
    joins = (rng.random(count) < 0.71) & (at < until) | ~buys
    return pd.Series(at, dtype="Int64").where(joins, pd.NA)


def _with_contact(rng: np.random.Generator, people: pd.DataFrame, seen: Ints) -> pd.DataFrame:
    """Phone for 45 %, e-mail for 35 %, mostly of members and mostly not both; consent with its time for most of these."""
    count = len(people)
    member = people["joined_at"].notna().to_numpy()
    point = rng.random(count)
    has_phone = point < np.where(member, 0.55, 0.22)
    has_email = rng.random(count) < np.where(member, np.where(has_phone, 0.2, 0.75), 0.12)
    scattered = (np.arange(count, dtype=np.int64) * 27_644_437 + 5_772_156) % 10**8
    emails = [f"m{number:06d}@example.com" for number in range(1, count + 1)]
    agreed = people["joined_at"].fillna(pd.Series(seen, dtype="Int64"))
    consents = {"sms": has_phone & _agrees(rng, member), "email": has_email & _agrees(rng, member)}
    people = people.assign(
        phone=pd.Series(phone_of(scattered), dtype="str").where(has_phone),
        email=pd.Series(emails, dtype="str").where(has_email),
    )
    for channel, given in consents.items():
        people[f"consent_{channel}"] = given
        people[f"consent_{channel}_at"] = agreed.where(given, pd.NA)
    return people


def _agrees(rng: np.random.Generator, member: Bools) -> Bools:
    return np.asarray(rng.random(member.size) < np.where(member, 0.95, 0.25))


def _with_birthdays(rng: np.random.Generator, people: pd.DataFrame, today: date) -> pd.DataFrame:
    """Month and day for half of the members, the year for some; three members are given today's date if fewer have it."""
    count = len(people)
    born = [day_of(number) for number in rng.integers(5_500, 12_400, count).tolist()]
    month, day = np.array([d.month for d in born]), np.array([d.day for d in born])
    member = people["joined_at"].notna().to_numpy()
    known = member & (rng.random(count) < 0.55)
    has_it = known & (month == today.month) & (day == today.day)
    reachable = people["consent_sms"].to_numpy() | people["consent_email"].to_numpy()
    others = np.flatnonzero(member & reachable & ~has_it)
    chosen = others[:: max(1, others.size // 5)][: max(0, BIRTHDAYS_TODAY - int(has_it.sum()))]
    month[chosen], day[chosen], known[chosen] = today.month, today.day, True
    year_known = known & (rng.random(count) < 0.6) & ~((month == 2) & (day == 29))
    return people.assign(
        birthday_year=pd.Series([d.year for d in born], dtype="Int64").where(year_known, pd.NA),
        birthday_month=pd.Series(month, dtype="Int64").where(known, pd.NA),
        birthday_day=pd.Series(day, dtype="Int64").where(known, pd.NA),
    )


def grades(joined: Bools, orders_in_year: Ints, net_in_year: Floats | Ints) -> pd.Series:
    """The grade the platform had on file: 0 no member, 1 to 4 by the usual amounts or numbers of orders in a year."""
    by_amount = np.searchsorted([1_000_00, 3_000_00, 8_000_00], net_in_year, side="right")
    by_count = np.searchsorted([5, 12, 30], orders_in_year, side="right")
    return pd.Series(np.where(joined, 1 + np.maximum(by_amount, by_count), 0), dtype="Int64")
