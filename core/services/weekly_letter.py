"""The weekly letter (J8): on one page what happened, what was shown to work, what to do and what each should bring."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from core.analytics.goal_pace import Metric
from core.analytics.periods import Period, last_year_aligned
from core.analytics.verdict_words import verdict_sentence
from core.clock import day_of
from core.documents.enums import CampaignStatus, Verdict
from core.i18n import Lang, translate
from core.rules.phrases import day_words, yuan_words
from core.services.campaign_list import list_campaigns
from core.services.campaign_results import CampaignResult, campaign_result
from core.services.desk import Desk
from core.services.numbers import day_range
from core.services.print_files import fill_html, fill_pdf
from core.services.rule_versions import read_live
from core.services.shop_goals import measure, read_goal, read_goal_state
from core.services.shop_settings import read_settings
from core.services.today import Todo, read_today
from core.services.todo_words import todo_words
from core.store.queries import numbers
from core.store.queries.numbers import Sums
from core.store.queries.today import SalesSplit, split_sales

WEEK = 7
WEEKS = 13  # of the bars: a quarter
MOST_LINES = 8
MOST_OWED = 3  # of them: what is owed or due must not push out what brings something
FLAT = 0.01


@dataclass(frozen=True)
class Figure:
    """A number as text and its change against the week before, empty where there was nothing then."""

    label: str
    value: str
    change: str


@dataclass(frozen=True)
class Task:
    """What to do: the line, why, and what it should bring, as far as that is known."""

    line: str
    why: str
    brings: str


@dataclass(frozen=True)
class Bar:
    """One week of the chart: its days (``end`` not in it), its sales, and its height as a share of the highest."""

    start: date
    end: date
    sales_fen: int
    label: str
    value: str
    share: float
    strong: bool


@dataclass(frozen=True)
class Letter:
    """The finished sentences of one week's letter."""

    title: str
    subtitle: str
    headline: str
    figures: tuple[Figure, ...]
    bars: tuple[Bar, ...]
    results: tuple[str, ...]
    tasks: tuple[Task, ...]
    notes: tuple[str, ...]


def week_of(day: date) -> Period:
    """The last whole week, Monday to Sunday, before the one that ``day`` is in."""
    monday = day - timedelta(days=day.weekday())
    return Period(monday - timedelta(days=WEEK), monday)


def weeks_with_orders(desk: Desk, *, now: datetime) -> list[Period]:
    """The weeks a letter can be about, the newest first; at most ``WEEKS``."""
    with desk.db.read() as session:
        span = numbers.data_span(session)
    if span is None:
        return []
    first, newest = day_of(span[0]), week_of(desk.zone.day(now))
    weeks = [newest.moved(-WEEK * back) for back in range(WEEKS)]
    return [week for week in weeks if week.end > first]


def write_letter(desk: Desk, lang: Lang, *, week: Period | None = None, now: datetime) -> Letter:
    """The letter about ``week`` (the last whole one); what to do is always as of now."""
    today = desk.zone.day(now)
    week = week or week_of(today)
    aligned = last_year_aligned(week)
    with desk.db.read() as session:
        sums = numbers.period_sums(session, *day_range(week))
        before = numbers.period_sums(session, *day_range(week.moved(-WEEK)))
        splits = [split_sales(session, *day_range(one)) for one in (week, week.moved(-WEEK), aligned.period)]
        weekly = [
            (one, numbers.period_sums(session, *day_range(one)))
            for one in (week.moved(-WEEK * back) for back in range(WEEKS - 1, -1, -1))
        ]
    found = read_today(desk, now=now)
    names = {tier.code: tier.name(lang) for tier in read_live(desk, now=now)[0].tiers}
    shop = read_settings(desk).shop_name or translate(lang, "terms.shop")
    last = week.end - timedelta(days=1)
    span = {"first": day_words(week.start, today, lang), "last": day_words(last, today, lang)}
    return Letter(
        title=translate(lang, "letter.title", shop=shop),
        subtitle=translate(lang, "letter.subtitle", **span),
        headline=_headline(lang, splits, aligned.festival is not None),
        figures=_figures(lang, sums, before),
        bars=_bars(weekly),
        results=tuple(_results(desk, lang, week, now)),
        tasks=tuple(_task(lang, todo, names) for todo in _chosen(found.todos)),
        notes=tuple(_notes(desk, lang, found.data_until, week, today, now)),
    )


def letter_html(letter: Letter, lang: Lang) -> bytes:
    """The letter as one HTML file that needs nothing else."""
    return fill_html("letter.html", _values(letter, lang))


def letter_pdf(letter: Letter, lang: Lang) -> bytes:
    """The letter on A4; refuses ``pdf_missing`` and ``pdf_font``."""
    return fill_pdf("letter.typ", _values(letter, lang))


def _values(letter: Letter, lang: Lang) -> dict[str, Any]:
    headings = ("happened", "against", "proved", "todo", "brings", "notes", "nothing_proved", "nothing_todo")
    words = {name: translate(lang, f"letter.{name}") for name in headings} | {"weeks": weeks_words(letter, lang)}
    bars = [{name: getattr(bar, name) for name in ("label", "value", "share", "strong")} for bar in letter.bars]
    return {**asdict(letter), "bars": bars, "lang": lang, "words": words}


def weeks_words(letter: Letter, lang: Lang) -> str:
    """What the chart shows: the week against the mean of those before it, as far as there are any."""
    *earlier, week = (bar.sales_fen for bar in letter.bars)
    known = [fen for fen in earlier if fen > 0]
    mean = sum(known) / len(known) if known else 0.0
    if not mean:
        return translate(lang, "letter.weeks")
    change = (week - mean) / mean
    way = "flat" if abs(change) < FLAT else "more" if change > 0 else "less"
    words = {"mean": "¥" + yuan_words(round(mean / 100) * 100), "n": len(known), "change": f"{abs(change):.0%}"}
    return translate(lang, f"letter.weeks.{way}", **words)


def _headline(lang: Lang, splits: list[SalesSplit], festival: bool) -> str:
    """Members' sales against the week before, whence the difference, and against last year."""
    now, before, year = splits
    words = {"amount": yuan_words(round(now.total_fen / 100) * 100)}
    if before.total_fen <= 0:
        return translate(lang, "letter.headline.alone", **words)
    change = (now.total_fen - before.total_fen) / before.total_fen
    way = "flat" if abs(change) < FLAT else "more" if change > 0 else "less"
    told = translate(lang, f"letter.headline.{way}", change=f"{abs(change):.0%}", **words)
    if way != "flat":
        told += translate(lang, "letter.cause", **_causes(now, before))
    if year.total_fen > 0:
        against = (now.total_fen - year.total_fen) / year.total_fen
        key = "letter.last_year.festival" if festival else "letter.last_year"
        told += translate(lang, key, change=f"{against:+.0%}")
    return told


def _causes(now: SalesSplit, before: SalesSplit) -> dict[str, str]:
    pairs = {"returning": (now.returning_fen, before.returning_fen), "new": (now.new_fen, before.new_fen)}
    return {name: _signed(one - other) for name, (one, other) in pairs.items()}


def _signed(fen: int) -> str:
    return f"{'-' if fen < 0 else '+'}¥{abs(fen) / 100:,.0f}"


def _figures(lang: Lang, now: Sums, before: Sums) -> tuple[Figure, ...]:
    def figure(name: str, value: float, earlier: float, text: str) -> Figure:
        change = f"{(value - earlier) / earlier:+.0%}" if earlier else ""
        return Figure(translate(lang, f"letter.figure.{name}"), text, change)

    def yuan(fen: float) -> str:
        return "¥" + yuan_words(round(fen / 100) * 100)

    aov, aov_before = (one.sales_fen / one.orders if one.orders else 0.0 for one in (now, before))
    share, share_before = (one.member_sales_fen / one.sales_fen if one.sales_fen else 0.0 for one in (now, before))
    return (
        figure("sales", now.sales_fen, before.sales_fen, yuan(now.sales_fen)),
        figure("orders", now.orders, before.orders, f"{now.orders:,}"),
        figure("buyers", now.buyers, before.buyers, f"{now.buyers:,}"),
        figure("new_buyers", now.new_buyers, before.new_buyers, f"{now.new_buyers:,}"),
        figure("aov", aov, aov_before, yuan(aov)),
        Figure(
            translate(lang, "letter.figure.member_share"),
            f"{share:.0%}",
            translate(lang, "ui.points", n=f"{(share - share_before) * 100:+.1f}") if before.sales_fen else "",
        ),
    )


def _bars(weekly: list[tuple[Period, Sums]]) -> tuple[Bar, ...]:
    highest = max((sums.sales_fen for _, sums in weekly), default=0)
    if not highest:
        return ()
    return tuple(
        Bar(
            week.start,
            week.end,
            sums.sales_fen,
            f"{week.start.month}/{week.start.day}",
            yuan_words(round(sums.sales_fen / 100) * 100),
            sums.sales_fen / highest,
            number == len(weekly) - 1,
        )
        for number, (week, sums) in enumerate(weekly)
    )


def _results(desk: Desk, lang: Lang, week: Period, now: datetime) -> list[str]:
    """The comparisons that ended in the week, as they were found."""
    told = []
    for line in list_campaigns(desk, now=now):
        ended = None if line.measure_until is None else desk.zone.day(line.measure_until)
        if line.status is CampaignStatus.FINISHED and ended is not None and week.start <= ended < week.end:
            key, params = verdict_sentence(campaign_result(desk, line.id, now=now).judgement)
            told.append(translate(lang, "letter.result", name=line.name, verdict=translate(lang, key, **params)))
    return told


def _chosen(todos: list[Todo]) -> list[Todo]:
    """What goes on the page: the most pressing of what is owed, then what brings something; results stand above."""
    owed = [todo for todo in todos if todo.kind != "result" and _sort(todo) == "owed"][:MOST_OWED]
    gains = [todo for todo in todos if todo.kind != "result" and _sort(todo) == "untried"]
    return [*owed, *gains][:MOST_LINES]


def _task(lang: Lang, todo: Todo, tiers: Mapping[str, str]) -> Task:
    line, why = todo_words(todo, lang, tiers)
    return Task(line, why, _brings(lang, todo))


def _brings(lang: Lang, todo: Todo) -> str:
    """What it should bring by what was shown of its like; nothing is promised that was not."""
    past = todo.result
    if past is None:
        return translate(lang, f"letter.brings.{_sort(todo)}")
    if past.verdict is not Verdict.WORKS:
        return translate(lang, f"letter.brings.{past.verdict.value}")
    return _expected(lang, todo, past)


def _expected(lang: Lang, todo: Todo, past: CampaignResult) -> str:
    """Extra buyers for as many people, at the rate that was measured, with its limits."""
    buyers = past.judgement.extra_buyers_per_100
    if buyers is None or buyers[0] <= 0:
        return translate(lang, "letter.brings.works")
    low, middle, high = (round(one * todo.count / 100) for one in buyers)
    return translate(lang, "letter.brings.expected", low=low, middle=middle, high=high)


def _sort(todo: Todo) -> str:
    """What kind of a gain it is where none was measured: a campaign not tried yet, or something that is owed."""
    return "untried" if todo.tree is not None or todo.kind in ("near_upgrade", "best_at_risk", "one_time") else "owed"


def _notes(desk: Desk, lang: Lang, until: date | None, week: Period, today: date, now: datetime) -> list[str]:
    """Whether the numbers are whole, and how the goal stands."""
    told = []
    if until is not None and until < week.end - timedelta(days=1):
        told.append(translate(lang, "letter.note.stale", day=day_words(until, today, lang)))
    goal = read_goal(desk)
    if goal is not None:
        metric = goal.metric
        values = {
            "now": _metric(metric, _standing(desk, metric, now)),
            "target": _metric(metric, goal.target),
            "name": translate(lang, f"goal.name.{metric.value}"),
        }
        last = day_words(goal.last_day, today, lang)
        told.append(translate(lang, "letter.note.goal", day=last, **values))
    return told


def _standing(desk: Desk, metric: Metric, now: datetime) -> int:
    """Where the goal's number stands; what moved it, which takes longer, is on the first page."""
    state = None if metric.is_rate else read_goal_state(desk, now=now)
    return state.standing.value if state is not None else measure(desk, metric, now=now).value


def _metric(metric: Metric, value: int) -> str:
    if metric.is_rate:
        return f"{value / 100:.1f}%"
    return "¥" + yuan_words(round(value / 100) * 100) if metric.value.endswith("sales") else f"{value:,}"


def letter_text(letter: Letter, lang: Lang) -> str:
    """The letter as plain text, as a mail carries it."""
    lines = [letter.headline, ""]
    lines += [f"{one.label}  {one.value}  {one.change}".rstrip() for one in letter.figures]
    lines += ["", translate(lang, "letter.proved")]
    lines += list(letter.results) or [translate(lang, "letter.nothing_proved")]
    lines += ["", translate(lang, "letter.todo")]
    for number, task in enumerate(letter.tasks, start=1):
        lines += [f"{number}. {task.line} {task.why}", f"   {task.brings}"]
    if not letter.tasks:
        lines.append(translate(lang, "letter.nothing_todo"))
    return "\n".join([*lines, "", *letter.notes]).strip() + "\n"
