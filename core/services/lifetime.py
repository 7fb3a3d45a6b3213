"""What the shop's customers are still worth: fitted from the facts, checked against what happened, kept for pages and groups."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter
from sqlmodel import Session

from core.analytics.lifetime import BgNbd, Foreseen, GammaGamma, Histories, Terms, foresee, histories
from core.analytics.lifetime_check import HoldOut, hold_out
from core.analytics.lifetime_fit import NoFit, fit_bgnbd, fit_gamma_gamma, too_thin
from core.analytics.value_factors import Spread, ValueChange, Year, compare_years, spread
from core.clock import day_number, day_of
from core.documents.enums import Area
from core.errors import Refusal
from core.services.desk import Desk
from core.services.shop_settings import load_settings
from core.store.queries import lifetime as queries
from core.store.queries.numbers import data_span, known_day
from core.store.queries.outlook import put_fitted, read_fitted

Ints = npt.NDArray[np.int64]

NAME = "lifetime"
YEAR_DAYS = 365
LATE_START_DAYS = 7  # a year that began later is not compared with
ALIVE_BORDERS_BP = (0, 2_500, 5_000, 7_500)


@dataclass(frozen=True)
class Learnt:
    """The models of one set of customers; ``missing`` and ``money_missing`` say why there is none."""

    customers: int
    repeaters: int
    bgnbd: BgNbd | None = None
    log_likelihood: float | None = None
    gamma_gamma: GammaGamma | None = None
    money_customers: int = 0
    missing: NoFit | None = None
    money_missing: NoFit | None = None


@dataclass(frozen=True)
class Held:
    """What was learnt up to a shop day, beside what happened after it up to another (both included)."""

    calibration_day: int
    holdout_day: int
    learnt: Learnt
    check: HoldOut | None


@dataclass(frozen=True)
class ShopLifetime:
    """Everything about the value of customers as of a shop day: models, their check, last year's value, what is expected."""

    as_of_day: int
    learnt: Learnt
    terms: Terms
    held: Held | None
    change: ValueChange | None
    spread: Spread | None

    @property
    def bgnbd(self) -> BgNbd | None:
        """The model of purchases in force."""
        return self.learnt.bgnbd

    @property
    def gamma_gamma(self) -> GammaGamma | None:
        """The model of money in force."""
        return self.learnt.gamma_gamma

    @property
    def reason(self) -> str | None:
        """Why there is no model; None when there is one."""
        return None if self.learnt.missing is None else self.learnt.missing.reason.value


_DOCUMENT: TypeAdapter[ShopLifetime] = TypeAdapter(ShopLifetime)


@dataclass(frozen=True)
class AliveBand:
    """People whose chance to be still with the shop is at least ``least_bp`` (None: who has one order only), and their value."""

    least_bp: int | None
    people: int
    value_fen: int


def load_lifetime(session: Session) -> ShopLifetime | None:
    """The newest that was kept; None: never fitted."""
    found = read_fitted(session, NAME)
    return None if found is None else _DOCUMENT.validate_python(found[1])


def foresee_members(known: ShopLifetime | None, people: Histories) -> Foreseen | None:
    """What is foreseen of people by the models in force; None without one."""
    if known is None or known.bgnbd is None:
        return None
    return foresee(people, known.bgnbd, known.gamma_gamma, known.terms)


def fit_shop_lifetime(desk: Desk, *, now: datetime) -> ShopLifetime | None:
    """Learn from everything that is known, and keep it; None in an empty store."""
    found = read_lifetime(desk, now=now)
    if found is None:
        return None
    with desk.db.write(Area.ORDERS) as session:
        put_fitted(session, NAME, found.as_of_day, _document(found), now)
    return found


def read_lifetime(
    desk: Desk, *, now: datetime, calibration_end: date | None = None, holdout_end: date | None = None
) -> ShopLifetime | None:
    """Fit and check, keeping nothing; None in an empty store.

    With ``calibration_end`` (the last day of the calibration) the models are those of that period; without it they are those of
    everything known, and the check is of the first two thirds of the days against the last. ``holdout_end``: the last day of
    what happened after, by default the last one known. Refuses ``period_empty``.
    """
    with desk.db.read() as session:
        today = day_number(desk.zone.day(now))
        span, until = data_span(session), known_day(session, today)
        if span is None or until < span[0]:
            return None
        end = until if holdout_end is None else min(until, day_number(holdout_end))
        cut = span[0] + (until - span[0]) * 2 // 3 if calibration_end is None else day_number(calibration_end)
        if calibration_end is not None and not span[0] <= cut < end:
            raise Refusal("period_empty", start=day_of(cut).isoformat(), end=day_of(end).isoformat())
        margin_bp, change = _last_year(session, until)
        terms = Terms(yearly_discount_bp=load_settings(session).yearly_discount_bp, margin_bp=margin_bp)
        held = _held(session, cut, end) if cut < end else None
        people = _histories(queries.read_histories(session), until)
    if calibration_end is not None and held is not None:
        return ShopLifetime(cut, held.learnt, terms, held, change, None)
    found = ShopLifetime(until, learn(people), terms, held, change, None)
    foreseen = foresee_members(found, people)
    if foreseen is None or foreseen.value_fen is None:
        return found
    return replace(found, spread=spread(foreseen.value_fen))


def read_kept(desk: Desk) -> tuple[ShopLifetime, list[AliveBand], int] | None:
    """For the page: what was kept, people by band of their chance to be still there, and how many hold half of the value."""
    with desk.db.read() as session:
        known = load_lifetime(session)
        if known is None:
            return None
        bands = [
            AliveBand(None if place == queries.ONCE else ALIVE_BORDERS_BP[place], people, value)
            for place, people, value in queries.alive_bands(session, ALIVE_BORDERS_BP)
        ]
        half = queries.count_worth(session, known.spread.half_fen) if known.spread else 0
    return known, bands, half


def learn(people: Histories) -> Learnt:
    """Both models of customers, or why there is none; without a model of the purchases none of the money is tried."""
    found = Learnt(len(people.x), int(np.count_nonzero(people.x > 0)))
    bought = too_thin(people) or fit_bgnbd(people)
    if isinstance(bought, NoFit):
        return replace(found, missing=bought)
    spent = fit_gamma_gamma(people)
    found = replace(found, bgnbd=bought.model, log_likelihood=bought.log_likelihood)
    if isinstance(spent, NoFit):
        return replace(found, money_missing=spent)
    return replace(found, gamma_gamma=spent.model, money_customers=spent.customers)


def _histories(columns: list[Ints], day: int) -> Histories:
    buying_days, first, last, net, first_net = columns
    return histories(buying_days, first, last, net, first_net, day)


def _held(session: Session, cut: int, end: int) -> Held:
    """Learnt up to the day ``cut``, checked on the days after it up to ``end``."""
    *columns, after = queries.read_cut(session, cut, end)
    people = _histories(columns, cut)
    learnt = learn(people)
    check = None if learnt.bgnbd is None else hold_out(people, learnt.bgnbd, after, end - cut)
    return Held(cut, end, learnt, check)


def _last_year(session: Session, until: int) -> tuple[int, ValueChange | None]:
    """The margin of the last year (1/10000), and that year beside the one before it where anybody bought."""
    end = until + 1
    days = (end - 2 * YEAR_DAYS, end - YEAR_DAYS, end)
    usual_bp = load_settings(session).margin_bp
    member, *columns = queries.read_years(session, *days)
    who, *known = queries.read_known_costs(session, *days)
    place = np.searchsorted(member, who)
    years = []
    for part in (slice(0, 2), slice(2, 4)):
        orders, net = columns[part]
        kept, cost = known[part]
        margin = net * usual_bp // 10_000
        margin[place] = (net[place] - kept) * usual_bp // 10_000 + kept - cost
        years.append(Year(orders, net, margin))
    span = data_span(session)
    if span is None or span[0] > days[0] + LATE_START_DAYS:  # part of a year beside a whole one says nothing
        years[0] = Year(*(np.zeros_like(column) for column in years[0]))
    change = compare_years(*years)
    if not change.last.buyers or change.last.net_fen <= 0:
        return usual_bp, None
    return max(0, round(change.last.margin * 10_000)), change


def _document(found: ShopLifetime) -> dict[str, Any]:
    document: dict[str, Any] = _DOCUMENT.dump_python(found, mode="json")
    return document
