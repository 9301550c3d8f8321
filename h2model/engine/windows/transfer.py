"""Transfer the solution of a coarser program to a finer program with the same equations.

Both programs come from the same rules over the same sets, but one step of the coarse program represents several steps
of the fine program. Each fine column corresponds to the coarse column of the same name in the step of its time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from h2model.engine.faults import ModelError
from h2model.engine.labels import factor_sets
from h2model.engine.program import Block, LinearProgram
from h2model.engine.windows.split import SHARED, Windows, split

NONE = -1
# The set along which a program is coarse or fine, and the set of its years.
TIME, PERIOD = "time", "period"


@dataclass(frozen=True, eq=False)
class Guess:
    """An approximate solution of a program with windows.

    primal: a value for every column. prices: a multiplier for every coupling row, zero for other rows.
    """

    primal: np.ndarray
    prices: np.ndarray


def positions_along(blocks: Sequence[Block], size: int, set_name: str) -> np.ndarray:
    """Return the position of each row or column along a set; NONE if it is not indexed by the set."""
    result = np.full(size, NONE)
    for block in blocks:
        names = [factor.local_name for factor in factor_sets(block.component.index_set())]
        if block.size and set_name in names:
            result[block.slice] = np.unravel_index(_points(block), block.shape)[names.index(set_name)]
    return result


def guess_from(
    windows: Windows,
    coarse: LinearProgram,
    primal: np.ndarray,
    row_dual: np.ndarray,
    step_of_time: np.ndarray,
) -> Guess:
    """Return the solution of a coarse program for the fine one; `step_of_time` is the coarse step of each fine step.

    Raises ModelError if a column of the program has no counterpart.
    """
    fine = windows.program
    column_source = _column_sources(fine, coarse, step_of_time)
    row_source = _sources(fine.rows, coarse.rows, fine.matrix.shape[0], step_of_time)
    prices = np.zeros(len(row_source))
    known = windows.coupling[row_source[windows.coupling] != NONE]
    prices[known] = row_dual[row_source[known]]
    # The multiplier of an infinite bound must be zero.
    unbounded = ((prices > 0) & ~np.isfinite(fine.row_lower)) | ((prices < 0) & ~np.isfinite(fine.row_upper))
    return Guess(np.clip(primal[column_source], fine.column_lower, fine.column_upper), np.where(unbounded, 0.0, prices))


def rents_from(
    windows: Windows, coarse: LinearProgram, row_dual: np.ndarray, step_of_time: np.ndarray, coarse_window: np.ndarray
) -> np.ndarray:
    """Return the value of one more unit of each shared column for each window (window, shared column).

    The value is the sum of coefficient × dual over the coarse rows of the window; `coarse_window` is the window of
    each column of the coarse program.
    """
    shared = _column_sources(windows.program, coarse, step_of_time)[windows.shared]
    window = np.array(coarse_window)
    window[shared] = SHARED
    row_window = split(coarse, window).row_window
    entries = coarse.matrix[:, shared].tocoo()
    row, column = entries.coords
    inside = row_window[row] >= 0
    rents = np.zeros((windows.count, len(shared)))
    np.add.at(rents, (row_window[row[inside]], column[inside]), entries.data[inside] * row_dual[row[inside]])
    return rents


def _column_sources(fine: LinearProgram, coarse: LinearProgram, step_of_time: np.ndarray) -> np.ndarray:
    """Return the coarse column of each fine column; ModelError if one is missing."""
    sources = _sources(fine.columns, coarse.columns, fine.matrix.shape[1], step_of_time)
    if (sources == NONE).any():
        name = fine.column_name(int(np.flatnonzero(sources == NONE)[0]))
        raise ModelError(f"'{name}' has no counterpart in the coarser program")
    return sources


def _sources(fine: Sequence[Block], coarse: Sequence[Block], size: int, step_of_time: np.ndarray) -> np.ndarray:
    """Return the coarse row or column of each fine one; NONE if it is missing."""
    by_name = {block.component.local_name: block for block in coarse}
    sources = np.full(size, NONE)
    for block in fine:
        other = by_name.get(block.component.local_name)
        if other is not None and block.size and other.size:
            sources[block.slice] = _source_of(block, other, step_of_time)
    return sources


def _source_of(block: Block, other: Block, step_of_time: np.ndarray) -> np.ndarray:
    names = [factor.local_name for factor in factor_sets(block.component.index_set())]
    along = [step_of_time if name == TIME else np.arange(size) for name, size in zip(names, block.shape, strict=True)]
    expected = [len(np.unique(step_of_time)) if name == TIME else n for name, n in zip(names, block.shape, strict=True)]
    if list(other.shape) != expected:
        return np.full(block.size, NONE)
    points = np.unravel_index(_points(block), block.shape)
    coordinates = [positions[point] for positions, point in zip(along, points, strict=True)]
    flat = np.ravel_multi_index(coordinates, other.shape) if coordinates else np.zeros(1, dtype=int)
    if other.positions is None:
        return other.first + flat
    position = np.minimum(np.searchsorted(other.positions, flat), len(other.positions) - 1)
    return np.where(other.positions[position] == flat, other.first + position, NONE)


def _points(block: Block) -> np.ndarray:
    return np.arange(block.size) if block.positions is None else block.positions
