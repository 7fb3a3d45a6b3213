"""The distinct values of a large integer column; numpy.unique takes a hash table to it, which is slow for millions."""

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


def distinct(values: Ints) -> Ints:
    """The distinct values in order."""
    ordered = np.sort(values)
    new = np.ones(len(ordered), bool)
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    return ordered[new]


def places(values: Ints) -> tuple[Ints, Ints]:
    """The distinct values in order, and the place of each value among them; a table look-up where they lie close."""
    names = distinct(values)
    if len(names) and names[-1] - names[0] <= 4 * len(values) + 1_000:
        table = np.zeros(int(names[-1] - names[0]) + 1, np.int64)
        table[names - names[0]] = np.arange(len(names))
        return names, table[values - names[0]]
    return names, np.searchsorted(names, values)
