"""Transfer: what the solution of a coarser program says of a finer one that has the same equations.

Both programs come from the same rules over the same sets, except that a step of the coarse one stands for several steps
of the fine one. Each column of the fine program finds the coarse one of the same name, of the step that holds its time.
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
# The set along which a program is coarse or fine, and that of its years.
TIME, PERIOD = "time", "period"


@dataclass(frozen=True, eq=False)
class Guess:
    """What is supposed of a program that is cut into windows.

    primal: a value for every column. prices: a multiplier for every coupling row, zero for other rows.
    """

    primal: np.ndarray
    prices: np.ndarray


def positions_along(blocks: Sequence[Block], size: int, set_name: str) -> np.ndarray:
    """Position of each row or column along a set; NONE where it is not indexed by it."""
    found = np.full(size, NONE)
    for block in blocks:
        names = [factor.local_name for factor in factor_sets(block.component.index_set())]
        if block.size and set_name in names:
            found[block.slice] = np.unravel_index(_points(block), block.shape)[names.index(set_name)]
    return found


def guess_from(
    windows: Windows,
    coarse: LinearProgram,
    primal: np.ndarray,
    row_dual: np.ndarray,
    step_of_time: np.ndarray,
) -> Guess:
    """Carry the solution of a coarse program over; `step_of_time` is the coarse step of each fine one.

    ModelError if a column of the program has no counterpart.
    """
    fine = windows.program
    column_source = _column_sources(fine, coarse, step_of_time)
    row_source = _sources(fine.rows, coarse.rows, fine.matrix.shape[0], step_of_time)
    prices = np.zeros(len(row_source))
    known = windows.coupling[row_source[windows.coupling] != NONE]
    prices[known] = row_dual[row_source[known]]
    return Guess(
        np.clip(primal[column_source], fine.column_lower, fine.column_upper),
        _of_right_sign(prices, fine),
    )


def _of_right_sign(prices: np.ndarray, program: LinearProgram) -> np.ndarray:
    """The multipliers without those that stand for a bound that there is none."""
    wrong = ((prices > 0) & ~np.isfinite(program.row_lower)) | ((prices < 0) & ~np.isfinite(program.row_upper))
    return np.where(wrong, 0.0, prices)


def rents_from(
    windows: Windows, coarse: LinearProgram, row_dual: np.ndarray, step_of_time: np.ndarray, coarse_window: np.ndarray
) -> np.ndarray:
    """What each window would pay for one unit more of each shared column (window, shared column).

    That is the sum of coefficient × dual over the coarse rows of the window; `coarse_window` is the window of each
    column of the coarse program.
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
    found = _sources(fine.columns, coarse.columns, fine.matrix.shape[1], step_of_time)
    if (found == NONE).any():
        name = fine.column_name(int(np.flatnonzero(found == NONE)[0]))
        raise ModelError(f"'{name}' has no counterpart in the coarser program")
    return found


def _sources(fine: Sequence[Block], coarse: Sequence[Block], size: int, step_of_time: np.ndarray) -> np.ndarray:
    """The coarse row or column that each fine one corresponds to."""
    by_name = {block.component.local_name: block for block in coarse}
    found = np.full(size, NONE)
    for block in fine:
        other = by_name.get(block.component.local_name)
        if other is not None and block.size and other.size:
            found[block.slice] = _source_of(block, other, step_of_time)
    return found


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
    place = np.minimum(np.searchsorted(other.positions, flat), len(other.positions) - 1)
    return np.where(other.positions[place] == flat, other.first + place, NONE)


def _points(block: Block) -> np.ndarray:
    return np.arange(block.size) if block.positions is None else block.positions
