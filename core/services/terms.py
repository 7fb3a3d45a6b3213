"""The published terms of the rules in force, as values for the page, as HTML that stands alone, and as PDF."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from core.i18n import Lang, translate
from core.rules.phrases import day_words
from core.rules.terms_words import Terms, write_terms
from core.rules.tier_gaps import yearly_value
from core.services.desk import Desk
from core.services.print_files import fill_html, fill_pdf
from core.services.rule_versions import read_live
from core.services.shop_settings import read_settings
from core.services.tier_values import tier_years


@dataclass(frozen=True)
class PublishedTerms:
    """The terms with what stands above and below them."""

    title: str
    since: str
    terms: Terms
    footer: str


def read_terms(desk: Desk, lang: Lang, *, now: datetime) -> PublishedTerms:
    """The terms of the rules in force. What a tier saves is counted over its own members' baskets of the last year:

    the middle member's orders and spend, valued by the benefits; left out where fewer than 30 members bought.
    """
    document, version = read_live(desk, now=now)
    years = tier_years(desk, document, now=now)
    saves = {
        code: (yearly_value(document, code, found.year)[0], found.people)
        for code, found in years.items()
        if found.enough
    }
    shop = read_settings(desk).shop_name or translate(lang, "terms.shop")
    today = desk.zone.day(now)
    day = day_words(today, today.replace(year=1), lang)
    return PublishedTerms(
        translate(lang, "terms.title", shop=shop),
        translate(lang, "terms.since", day=day, version=version),
        write_terms(document, lang, saves),
        translate(lang, "terms.footer"),
    )


def terms_html(found: PublishedTerms, lang: Lang) -> bytes:
    """The terms as one HTML file that needs nothing else and prints on A4."""
    return fill_html("terms.html", _values(found, lang))


def terms_pdf(found: PublishedTerms, lang: Lang) -> bytes:
    """The terms as PDF; refuses ``pdf_missing`` and ``pdf_font``."""
    return fill_pdf("terms.typ", _values(found, lang))


def _values(found: PublishedTerms, lang: Lang) -> dict[str, Any]:
    return {
        "lang": lang,
        "title": found.title,
        "since": found.since,
        "tiers": [asdict(tier) for tier in found.terms.tiers],
        "sections": [{"heading": heading, "lines": list(lines)} for heading, lines in found.terms.sections],
        "footer": found.footer,
        "gives": translate(lang, "terms.gives"),
        "nothing": translate(lang, "terms.gives.nothing"),
    }
