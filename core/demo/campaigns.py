"""Three finished campaigns with a planted truth, and a small offer that is still running."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from core.clock import DAY_MICROSECONDS, ShopZone, to_micros
from core.demo.baskets import fill_baskets
from core.demo.book import Book, open_book
from core.demo.seasons import Calendar, seconds_of_day
from core.demo.shop import Assign, Bools, Coupon, Floats, Ints, LiveOffer, PastCampaign
from core.demo.visits import Habits, Visits
from core.rules.codes import new_codes

MESSAGE_COST_FEN = 5
SMALLEST_AUDIENCE = 20
LIVE_COUPONS = 250
_LAUNCH_HOUR = 10
_SALTS = 16
_LARGE_AUDIENCE = 20_000  # from here on chance alone makes the arms alike
_LIVE = Coupon(face_fen=20_00, threshold_fen=149_00, valid_days=7)
_SEASONS = "冬冬春春春夏夏夏秋秋秋冬"


@dataclass(frozen=True)
class Plan:
    """A campaign to plant: who (days since the last paid order), what, and the truth about it.

    ``effect`` is the share of the treated who buy only because of it; ``habitual`` the share of the treated that would have
    bought anyway and use the coupon on an order that is large enough.
    """

    key: str
    name: str
    days_ago: int
    measure_days: int
    hold_out_share: float
    coupon: Coupon
    recency: tuple[int, int]
    most: int | None
    effect: float
    habitual: float
    expect: str


PLANS: tuple[Plan, ...] = (
    Plan("recall", "流失预警召回", 75, 30, 0.40, Coupon(20_00, 199_00, 30), (30, 400), None, 0.07, 0.25, "works"),
    Plan(
        "regulars", "{season}季老客券", 55, 30, 0.50, Coupon(50_00, 129_00, 30), (7, 540), None, 0.0, 0.92, "does_not"
    ),
    Plan("trial", "试用装小范围试发", 40, 21, 0.50, Coupon(15_00, 99_00, 21), (20, 120), 160, 0.02, 0.5, "cannot_tell"),
)


@dataclass(frozen=True)
class Stage:
    """What planting needs to know of the shop."""

    days: Calendar
    zone: ShopZone
    today: date
    until: int
    people: pd.DataFrame
    assign: Assign
    seed: int


def plant(
    rng: np.random.Generator, stage: Stage, habits: Habits, book: Book, plan: Plan
) -> tuple[Habits, Book, PastCampaign | None]:
    """The shop after the campaign took place; no campaign where the data is too short or the audience too small."""
    day = stage.today - timedelta(days=plan.days_ago)
    start = to_micros(stage.zone.at(day, _LAUNCH_HOUR))
    end = start + plan.measure_days * DAY_MICROSECONDS
    eligible = _audience(rng, stage, book, plan, start, stage.days.offset(day))
    if stage.days.offset(day) < 30 or eligible.size < SMALLEST_AUDIENCE:
        return habits, book, None
    spent = _spent(book, start, end, len(stage.people))[eligible - 1]
    salt, held_out = _fair_salt(stage, plan, eligible, spent)
    treated = eligible[~held_out]
    base = len(book.visits)
    persuaded = _persuaded(rng, plan, treated, spent[~held_out] > 0)
    habits, book = _extra_orders(rng, stage, habits, book, plan, persuaded, start, end)
    expires = to_micros(stage.zone.start(day + timedelta(days=plan.coupon.valid_days + 1)))
    issued = _issue(rng, stage.people, treated, np.full(treated.size, start), np.full(treated.size, expires))
    book, redemptions = _redeem(
        book, _redeeming(rng, book, plan, treated, start, min(end, expires), base), issued, plan.coupon
    )
    campaign = PastCampaign(
        key=plan.key,
        name=plan.name.format(season=_SEASONS[day.month - 1]),
        salt=salt,
        launch_at=start,
        ends_at=end,
        measure_days=plan.measure_days,
        hold_out_share=plan.hold_out_share,
        coupon=plan.coupon,
        message_cost_fen=MESSAGE_COST_FEN,
        rule=_rule(plan),
        eligible=eligible,
        held_out=held_out,
        issued=issued,
        redemptions=redemptions,
    )
    return habits, book, campaign


def draw_live_offer(rng: np.random.Generator, stage: Stage, book: Book) -> LiveOffer:
    """Coupons of a week that end today, tomorrow or the day after, held by people who have not used them."""
    last = _last_paid_day(book, len(stage.people), stage.until, stage.days)
    quiet = stage.days.length - last
    fit = np.flatnonzero(_reachable(stage.people, stage.until) & (last >= 0) & (quiet > 8) & (quiet <= 120)) + 1
    wanted = min(LIVE_COUPONS, max(1, len(stage.people) // 40), fit.size)
    number = np.sort(rng.choice(fit, size=wanted, replace=False)) if fit.size else fit
    ends = [stage.today + timedelta(days=k) for k in (1, 2, 3)]
    begins = [to_micros(stage.zone.at(end - timedelta(days=_LIVE.valid_days + 1), _LAUNCH_HOUR)) for end in ends]
    which = rng.integers(0, 3, wanted)
    expires = np.array([to_micros(stage.zone.start(end)) for end in ends], dtype=np.int64)[which]
    coupons = _issue(rng, stage.people, number, np.array(begins, dtype=np.int64)[which], expires)
    return LiveOffer("refill", "囤货小额券", _LIVE, coupons)


def _rule(plan: Plan) -> dict[str, Any]:
    """The audience as a segment tree."""
    last = {"field": "recency_days", "op": "between", "value": list(plan.recency)}
    return {"all": [{"field": "is_member", "op": "is", "value": True}, last]}


def _audience(rng: np.random.Generator, stage: Stage, book: Book, plan: Plan, start: int, launch_day: int) -> Ints:
    """Numbers of the members whom the rule and their consent let in at launch, at most ``plan.most`` of them."""
    last = _last_paid_day(book, len(stage.people), start, stage.days)
    quiet = launch_day - last
    fit = _reachable(stage.people, start) & (last >= 0) & (quiet >= plan.recency[0]) & (quiet <= plan.recency[1])
    numbers = np.flatnonzero(fit).astype(np.int64) + 1
    if plan.most is None or numbers.size <= plan.most:
        return numbers
    return np.sort(rng.choice(numbers, size=plan.most, replace=False))


def _last_paid_day(book: Book, people: int, before: int, days: Calendar) -> Ints:
    """The day of each person's last payment before an instant; -1 for none."""
    known = book.paid_within(int(days.starts[0]), before)
    last = np.full(people, -1, dtype=np.int64)
    day = np.searchsorted(days.starts, book.paid[known], side="right") - 1
    np.maximum.at(last, book.visits.who[known], day)
    return last


def _reachable(people: pd.DataFrame, at: int) -> Bools:
    """Members by then, who had agreed by then to a message we can send."""
    agreed = np.zeros(len(people), dtype=bool)
    for channel in ("sms", "email"):
        agreed |= (people[f"consent_{channel}_at"] < at).fillna(False).to_numpy(dtype=bool)
    joined: Bools = (people["joined_at"] < at).fillna(False).to_numpy(dtype=bool)
    return agreed & joined


def _spent(book: Book, start: int, end: int, people: int) -> Ints:
    """What each person pays by habit in ``[start, end)``, before refunds."""
    inside = book.paid_within(start, end)
    spent = np.zeros(people, dtype=np.int64)
    np.add.at(spent, book.visits.who[inside], book.gross[inside] - book.discount[inside])
    return spent


def _fair_salt(stage: Stage, plan: Plan, eligible: Ints, spent: Ints) -> tuple[str, Bools]:
    """A salt whose arms would have bought alike without the campaign, and who it leaves out.

    A real shop takes the first salt and lives with chance. The demo is built on any day from any seed and has to show its
    planted truth every time, so it takes the most even of a few.
    """
    drawn = []
    for attempt in range(_SALTS if eligible.size <= _LARGE_AUDIENCE else 1):
        salt = f"demo:{stage.seed}:{plan.key}:{attempt}"
        held_out = stage.assign(salt, eligible, plan.hold_out_share)
        gap = max(_gap(values, held_out) for values in ((spent > 0).astype(np.float64), spent.astype(np.float64)))
        drawn.append((gap, salt, held_out))
    _, salt, held_out = min(drawn, key=lambda one: one[0])
    return salt, held_out


def _gap(values: Floats, held_out: Bools) -> float:
    """The difference of two arms' means in standard errors; infinite when an arm is empty."""
    sides = (values[held_out], values[~held_out])
    if min(side.size for side in sides) == 0:
        return float("inf")
    error = float(np.sqrt(sum(side.var() / side.size for side in sides)))
    return abs(float(sides[0].mean() - sides[1].mean())) / error if error else 0.0


def _persuaded(rng: np.random.Generator, plan: Plan, treated: Ints, buys: Bools) -> Ints:
    """Rows of the treated who would not have bought and now do."""
    idle = treated[~buys]
    wanted = min(idle.size, round(plan.effect * treated.size))
    return np.sort(rng.choice(idle, size=wanted, replace=False)) - 1


def _extra_orders(
    rng: np.random.Generator, stage: Stage, habits: Habits, book: Book, plan: Plan, who: Ints, start: int, end: int
) -> tuple[Habits, Book]:
    """The book with one more order above the coupon's threshold for each of ``who``, soon after the launch."""
    first = int(np.searchsorted(stage.days.starts, start, side="right"))
    # The last two days stay out, so that a late payment is still inside the window.
    span = plan.measure_days - 2
    day = first + np.minimum(rng.exponential(6.0, who.size).astype(np.int64), span - 1)
    visits = Visits(who, day, seconds_of_day(rng, stage.days.peak(day)), np.zeros(who.size, dtype=bool))
    lines = fill_baskets(rng, stage.days, habits, visits, plan.coupon.threshold_fen)
    more = open_book(rng, stage.days, visits, lines, min(end, stage.until))
    churn = habits.churn_day.copy()
    np.maximum.at(churn, who, day)
    return replace(habits, churn_day=churn), book.followed_by(more)


def _redeeming(
    rng: np.random.Generator, book: Book, plan: Plan, treated: Ints, start: int, end: int, base: int
) -> Ints:
    """Visits that use the coupon: every extra one, and the first large enough order of a share of the habitual buyers."""
    row = np.arange(len(book.visits))
    open_to = book.paid_within(start, end) & (book.gross >= plan.coupon.threshold_fen) & (book.discount == 0)
    habitual = row[open_to & (row < base) & np.isin(book.visits.who + 1, treated)]
    habitual = habitual[np.argsort(book.paid[habitual], kind="stable")]
    _, first = np.unique(book.visits.who[habitual], return_index=True)
    habitual = habitual[first]
    return np.concatenate((habitual[rng.random(habitual.size) < plan.habitual], row[base:]))


def _redeem(book: Book, rows: Ints, issued: pd.DataFrame, coupon: Coupon) -> tuple[Book, pd.DataFrame]:
    """The book with the coupons used on ``rows``, and the redemptions by visit (they get order numbers later)."""
    who, at = book.visits.who[rows] + 1, book.paid[rows]
    codes = issued.set_index("number")["code"].reindex(who).tolist()
    used = {"number": who, "visit": rows, "code": codes, "redeemed_at": at, "discount_fen": coupon.face_fen}
    return book.with_coupons(rows, codes, coupon.face_fen), pd.DataFrame(used)


def _issue(rng: np.random.Generator, people: pd.DataFrame, numbers: Ints, issued: Ints, expires: Ints) -> pd.DataFrame:
    """One code for each person, by e-mail where they agreed to it, else written to by the shop's staff."""
    by_email = people["consent_email"].to_numpy()[numbers - 1]
    return pd.DataFrame(
        {
            "number": numbers,
            "code": new_codes(numbers.size, rng.bytes),
            "issued_at": issued,
            "expires_at": expires,
            "channel": np.where(by_email, "email", "call_list"),
        }
    )
