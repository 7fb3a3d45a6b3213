"""How much of the money a few people bring: the concentration curve of net spend (Lorenz 1905, richest first)."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.int64]

MOST_POINTS = 200


@dataclass(frozen=True)
class Pareto:
    """The curve as shares from (0, 0) to (1, 1); no curve and no share when the buyers' net spend is not above zero."""

    buyers: int
    net_fen: int
    top_20_share: float | None
    buyer_share: tuple[float, ...]
    spend_share: tuple[float, ...]


def pareto(net_fen: Whole) -> Pareto:
    """The curve of the buyers' net spend (n, fen, any order), thinned to at most 200 points, with the 20 % point."""
    ranked = _descending(net_fen)
    buyers, total = len(ranked), int(ranked.sum())
    if total <= 0:
        return Pareto(buyers, total, None, (), ())
    running = np.concatenate(([0], np.cumsum(ranked)))
    kept = np.unique(np.append(np.linspace(0, buyers, MOST_POINTS - 1).astype(np.int64), _first(buyers, 20)))
    return Pareto(
        buyers=buyers,
        net_fen=total,
        top_20_share=int(running[_first(buyers, 20)]) / total,
        buyer_share=tuple((kept / buyers).tolist()),
        spend_share=tuple((running[kept] / total).tolist()),
    )


def top_share(net_fen: Whole, percent: int) -> float | None:
    """The net-spend share of the first ceil(``percent`` %) of the buyers; None when net spend is not above zero."""
    ranked = _descending(net_fen)
    total = int(ranked.sum())
    return int(ranked[: _first(len(ranked), percent)].sum()) / total if total > 0 else None


def _descending(net_fen: Whole) -> Whole:
    return np.sort(np.asarray(net_fen, np.int64))[::-1]


def _first(buyers: int, percent: int) -> int:
    return -(-buyers * percent // 100)
