"""The benefit grid as a table to read, and what a tier adds to the one below it."""

import pandas as pd

from core.documents.rules import RuleDocument
from pages.ui.runtime import lang, t


def benefit_grid(document: RuleDocument) -> pd.DataFrame:
    """One row a benefit, one column a tier: the text of the cell, or how often."""
    rows = []
    for benefit in document.benefits:
        row = {t("tiers.column.benefit"): benefit.name(lang())}
        for tier in document.tiers:
            row[tier.name(lang())] = cell_text(document, benefit.code, tier.code) or "—"
        rows.append(row)
    return pd.DataFrame(rows)


def cell_text(document: RuleDocument, benefit: str, tier: str) -> str | None:
    """What a tier gets of a benefit as the grid says it; None: nothing."""
    cell = next(one for one in document.benefits if one.code == benefit).cells.get(tier)
    if cell is None:
        return None
    return cell.value(lang()) or t(f"benefit.period.{cell.period}", n=cell.quantity)


def gained(document: RuleDocument, tier: str) -> list[str]:
    """What a tier has that the one below has not, or has more of: ``包邮：每月 3 单（原来 每月 1 单）``."""
    place = document.codes.index(tier)
    lines = []
    for benefit in document.benefits:
        own = cell_text(document, benefit.code, tier)
        below = cell_text(document, benefit.code, document.codes[place - 1]) if place else None
        if own is not None and own != below:
            key = "tiers.gained.new" if below is None else "tiers.gained.more"
            lines.append(t(key, benefit=benefit.name(lang()), own=own, below=below or ""))
    return lines
