"""What the grid of benefits says by itself: the points multiplier of a tier is written into it, never typed twice."""

from core.documents.benefits import Cell
from core.documents.rules import RuleDocument
from core.i18n import Lang, translate


def project_multiplier(document: RuleDocument) -> RuleDocument:
    """The same rules with the cells of every ``points_multiplier`` benefit as the points rules count."""
    pct = {} if document.points is None else document.points.tier_pct
    cells = {code: _cell(value) for code, value in pct.items() if code in document.codes and value > 100}
    benefits = tuple(
        benefit.model_copy(update={"cells": cells}) if benefit.kind == "points_multiplier" else benefit
        for benefit in document.benefits
    )
    return document.model_copy(update={"benefits": benefits})


def times_words(pct: int, lang: Lang) -> str:
    """A per cent as one says it: ``1.5 倍`` or ``1.5x``."""
    return translate(lang, "rules.times", times=f"{pct // 100}.{pct % 100:02d}".rstrip("0").rstrip("."))


def _cell(pct: int) -> Cell:
    return Cell(period="always", value_zh=times_words(pct, "zh"), value_en=times_words(pct, "en"), level=pct)
