"""What is stored against what follows from the facts: which rows no longer hold, and which are new."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from core.rules.facts import Ints, slices


def differ(stored: Sequence[Ints], fresh: Sequence[Ints], members: int) -> tuple[Ints, Ints]:
    """Places of the stored rows that no longer follow, and of the fresh rows that are not stored yet.

    Both are columns of the same meaning, sorted by the first one, an index below ``members``. Equal rows pair off one by one.
    """
    differing = _differing(stored, fresh, members)
    old, new = np.flatnonzero(differing[stored[0]]), np.flatnonzero(differing[fresh[0]])
    if not len(old) or not len(new):
        return old, new
    joint = [np.concatenate([a[old], b[new]]) for a, b in zip(stored, fresh, strict=True)]
    order = np.lexsort(joint[::-1])  # stable: of equal rows the stored ones come first
    begins = np.ones(len(order), bool)
    begins[1:] = np.any([column[order][1:] != column[order][:-1] for column in joint], axis=0)
    group = np.cumsum(begins) - 1
    is_new = order >= len(old)
    olds, news = np.bincount(group, ~is_new), np.bincount(group, is_new)
    place = np.arange(len(order)) - np.flatnonzero(begins)[group]
    nth = np.where(is_new, place - olds[group], place)
    alone = nth >= np.minimum(olds, news)[group]
    return old[np.sort(order[alone & ~is_new])], new[np.sort(order[alone & is_new] - len(old))]


def _differing(stored: Sequence[Ints], fresh: Sequence[Ints], members: int) -> npt.NDArray[np.bool]:
    """By member: whether the rows are not the same in the same order. Mostly nobody, and that is seen without sorting."""
    differing: npt.NDArray[np.bool] = np.diff(slices(stored[0], members)) != np.diff(slices(fresh[0], members))
    old, new = np.flatnonzero(~differing[stored[0]]), np.flatnonzero(~differing[fresh[0]])
    unlike = np.zeros(len(old), bool)
    for a, b in zip(stored, fresh, strict=True):
        unlike |= a[old] != b[new]
    differing[stored[0][old[unlike]]] = True
    return differing
