"""Who comes when: first purchases over a growing shop, rhythms by category, customers who leave for good."""

from dataclasses import dataclass

import numpy as np

from core.demo.catalog import CYCLE_DAYS, MAIN_NEED, Category, stage_of
from core.demo.seasons import Calendar, lean_to_weekdays, move_to_festivals, newcomer_weights, seconds_of_day
from core.demo.shop import Bools, Floats, Ints

NEVER_BOUGHT = 0.03
ONE_TIMERS = 0.50
GROWTH_A_YEAR = 1.45
OLD_CUSTOMERS = 0.16  # of all buyers: there before the data begins, seen in its first two months
UNPAID = 0.087  # abandoned orders for each paid one: 8 % of all
_STAYING_DAYS = 400.0
_RHYTHM_SHAPE = 4.0
_BULK = 0.03

# What newcomers come for by the stage of their baby.
_STAGE_SHARE = np.array([0.13, 0.26, 0.20, 0.17, 0.09, 0.06, 0.09])
_STAGE_FROM = np.array([-6.0, 0.0, 6.0, 12.0, 24.0, 36.0])
_STAGE_TO = np.array([0.0, 6.0, 12.0, 24.0, 36.0, 66.0])
_COMES_FOR = np.array([0.27, 0.25, 0.15, 0.06, 0.12, 0.06, 0.06, 0.03])


@dataclass(frozen=True)
class Habits:
    """The hidden truth of each person, arrays of length n; days count from the calendar's first day.

    ``churn_day`` is the day after which a person never buys by habit again (may lie in the future); ``cycle_days`` the
    mean gap between purchases; ``baby_born`` is missing for buyers of gifts.
    """

    buys: Bools
    one_time: Bools
    first_day: Ints
    churn_day: Ints
    comes_for: Ints
    cycle_days: Floats
    packs: Floats
    taste: Floats
    baby_born: Floats

    def stage(self, who: Ints, day: Ints) -> Ints:
        """The stage of the baby of each person on each day."""
        return stage_of((day - self.baby_born[who]) / 30.44)


@dataclass(frozen=True)
class Visits:
    """Orders before they have goods: person row, day, second of the day, and whether they were ever paid."""

    who: Ints
    day: Ints
    second: Ints
    unpaid: Bools

    def __len__(self) -> int:
        return int(self.who.size)

    def followed_by(self, more: "Visits") -> "Visits":
        """These and then those."""
        return Visits(
            who=np.concatenate((self.who, more.who)),
            day=np.concatenate((self.day, more.day)),
            second=np.concatenate((self.second, more.second)),
            unpaid=np.concatenate((self.unpaid, more.unpaid)),
        )


def draw_habits(rng: np.random.Generator, days: Calendar, members: int) -> Habits:
    """The habits of ``members`` people."""
    first = rng.choice(days.length, size=members, p=newcomer_weights(days, GROWTH_A_YEAR)).astype(np.int64)
    old = rng.random(members) < OLD_CUSTOMERS
    first = np.where(old, (rng.random(members) * min(60, days.length)).astype(np.int64), first)
    one_time = rng.random(members) < np.where(old, ONE_TIMERS * 0.8, ONE_TIMERS)
    stage = rng.choice(7, size=members, p=_STAGE_SHARE)
    baby = np.minimum(stage, 5)
    months = _STAGE_FROM[baby] + rng.random(members) * (_STAGE_TO - _STAGE_FROM)[baby]
    comes_for = MAIN_NEED[rng.choice(8, size=members, p=_COMES_FOR), stage]
    staying = rng.exponential(_STAYING_DAYS, members)
    pace = np.maximum(0.5, rng.lognormal(0.28, 0.42, members))
    # Who comes often takes less at a time; a few households buy often and for a whole group chat.
    packs = rng.lognormal(0.0, 0.2, members) * np.where(one_time, 1.65, 0.85 * np.sqrt(pace))
    bulk = ~one_time & (rng.random(members) < _BULK)
    packs, pace = np.where(bulk, 3.2 * packs, packs), np.where(bulk, 0.4 * pace, pace)
    return Habits(
        buys=rng.random(members) >= NEVER_BOUGHT,
        one_time=one_time,
        first_day=first,
        churn_day=np.where(one_time, first, first + 10 + staying.astype(np.int64)),
        comes_for=comes_for,
        cycle_days=CYCLE_DAYS[comes_for] * pace,
        packs=packs,
        taste=rng.random(members),
        baby_born=np.where(stage == 6, np.nan, first - months * 30.44),
    )


def draw_visits(rng: np.random.Generator, days: Calendar, habits: Habits) -> Visits:
    """Every purchase by habit until the calendar ends, and the orders that were abandoned."""
    who, due, latest = _by_rhythm(rng, days, habits)
    moved = move_to_festivals(rng, days, due, latest)
    leaned = lean_to_weekdays(rng, days, due, latest)
    first = due == habits.first_day[who]
    # A newcomer's first day follows the festivals already.
    day = np.where(first, due, np.where(moved == due, leaned, moved))
    day = np.maximum(day, habits.first_day[who])
    abandoned = rng.random(who.size) < UNPAID
    who = np.concatenate((who, who[abandoned]))
    day = np.concatenate((day, np.maximum(0, day[abandoned] - rng.integers(0, 3, int(abandoned.sum())))))
    unpaid = np.arange(who.size) >= abandoned.size
    return Visits(who, day, seconds_of_day(rng, days.peak(day)), unpaid)


def _by_rhythm(rng: np.random.Generator, days: Calendar, habits: Habits) -> tuple[Ints, Ints, Ints]:
    """Person, day due and last possible day of each purchase: gamma gaps about the person's cycle until the churn day."""
    last = np.minimum(habits.churn_day, days.length - 1)
    who = np.flatnonzero(habits.buys)
    at = habits.first_day[who].astype(np.float64)
    people, due = [who], [habits.first_day[who]]
    while who.size:
        at = at + habits.cycle_days[who] * rng.gamma(_RHYTHM_SHAPE, 1 / _RHYTHM_SHAPE, who.size)
        on = at <= last[who]
        who, at = who[on], at[on]
        people.append(who)
        due.append(at.astype(np.int64))
    everyone = np.concatenate(people)
    return everyone, np.concatenate(due), last[everyone]


def main_need(rng: np.random.Generator, habits: Habits, visits: Visits) -> tuple[Ints, Ints]:
    """The stage of the baby and the category that brought each visit about: mostly the habit, as far as it suits the age."""
    stage = habits.stage(visits.who, visits.day)
    need = MAIN_NEED[habits.comes_for[visits.who], stage]
    strays = rng.random(len(visits)) < 0.18
    return stage, np.where(strays, MAIN_NEED[rng.choice(len(Category), len(visits), p=_COMES_FOR), stage], need)
