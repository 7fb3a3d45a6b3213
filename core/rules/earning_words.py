"""Earning, member days and milestones in words, in both languages."""

from core.documents.earning import SPEND, Earning, Milestone, MultiplierDay, Points
from core.documents.projections import times_words
from core.i18n import Lang, translate
from core.rules.phrases import yuan_words


def rate_words(earning: Earning) -> str:
    """What one time, or one yuan, gives: ``10``, ``1.5``."""
    if earning.kind != SPEND:
        return f"{earning.rate:,}"
    return f"{earning.rate // 100:,}.{earning.rate % 100:02d}".rstrip("0").rstrip(".")


def earning_words(earning: Earning, lang: Lang) -> str:
    """One source with its caps: ``评价 +20、每天最多 40``."""
    parts = [f"{translate(lang, f'rules.earning.{earning.kind}')} +{rate_words(earning)}"]
    if earning.per_day is not None:
        parts.append(translate(lang, "rules.cap_day", n=f"{earning.per_day:,}"))
    if earning.lifetime is not None:
        parts.append(translate(lang, "rules.cap_life", n=f"{earning.lifetime:,}"))
    return translate(lang, "phrase.comma").join(parts)


def member_day_words(day: MultiplierDay, lang: Lang) -> str:
    """When points count more, and how much: ``每月 8 号 2 倍``."""
    if day.day_of_month is not None:
        when = translate(lang, "rules.day.month", day=day.day_of_month)
    elif day.weekday is not None:
        when = translate(lang, f"rules.day.week_{day.weekday}")
    elif day.starts == day.ends:
        when = day.starts or translate(lang, "rules.none")
    else:
        when = translate(lang, "rules.day.dates", starts=day.starts or "?", ends=day.ends or "?")
    return f"{when} {times_words(day.pct, lang)}"


def expiry_words(points: Points, lang: Lang) -> str:
    """How long points last: ``次年年底``."""
    if points.expiry == "days":
        return translate(lang, "rules.expiry.days", n=points.valid_days)
    if points.expiry == "year_end":
        known = {0: "rules.expiry.this_year", 1: "rules.expiry.next_year"}
        return translate(lang, known.get(points.valid_years, "rules.expiry.years"), n=points.valid_years)
    return translate(lang, "rules.expiry.never")


def milestone_goal(milestone: Milestone, lang: Lang) -> str:
    """What a milestone asks for: ``累计消费满 3,000 元``."""
    at = yuan_words(milestone.at) if milestone.measure == "spend" else f"{milestone.at:,}"
    return translate(lang, f"rules.milestone.{milestone.measure}", at=at)


def milestone_reward(milestone: Milestone, lang: Lang) -> str:
    """What it gives: ``200 积分、小样``."""
    gift = (milestone.gift_zh or milestone.gift_en) if lang == "zh" else (milestone.gift_en or milestone.gift_zh)
    points = translate(lang, "rules.points_of", n=f"{milestone.points:,}") if milestone.points else ""
    return translate(lang, "phrase.comma").join(part for part in (points, gift) if part)
