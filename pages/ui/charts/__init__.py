"""Charts a page calls by name; each draws itself in the theme. Money comes in fen, shares as parts of one."""

from pages.ui.charts.bars import Bar, ShareRow, ranked_bars, share_bars
from pages.ui.charts.curve import CurvePoint, curve
from pages.ui.charts.effect import Effect, effect_chart
from pages.ui.charts.grid import Cell, heat_grid
from pages.ui.charts.kpi import kpi_card, kpi_row
from pages.ui.charts.overlap import overlap_bars
from pages.ui.charts.pairs import Pair, paired_bars
from pages.ui.charts.pareto import pareto_curve
from pages.ui.charts.provinces import province_map
from pages.ui.charts.purchases import Expected, Purchase, purchase_dots
from pages.ui.charts.trend import Festival, TrendPoint, trend
from pages.ui.charts.waterfall import Step, waterfall

__all__ = [
    "Bar",
    "Cell",
    "CurvePoint",
    "Effect",
    "Expected",
    "Festival",
    "Pair",
    "Purchase",
    "ShareRow",
    "Step",
    "TrendPoint",
    "curve",
    "effect_chart",
    "heat_grid",
    "kpi_card",
    "kpi_row",
    "overlap_bars",
    "paired_bars",
    "pareto_curve",
    "province_map",
    "purchase_dots",
    "ranked_bars",
    "share_bars",
    "trend",
    "waterfall",
]
