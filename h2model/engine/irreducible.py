"""Irreducible infeasible sets: conflicting groups of rows and bounds, each necessary for the conflict.

A deletion filter works on groups, such as all hours of an equation in one region. It leaves out each group in turn, and
drops it if the rest is still infeasible. It starts from the few groups of a proof of infeasibility.

Source: Chinneck, "Feasibility and Infeasibility in Optimization", Springer 2008, chapter 6.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from h2model.engine.highs import Series
from h2model.engine.outcome import SolutionStatus
from h2model.engine.program import Block, LinearProgram

# A row or bound belongs to a proof if its multiplier in the scaled program exceeds this.
NEEDED = 1e-8


@dataclass(frozen=True, eq=False)
class Group:
    """Rows of an equation, or bounds of a variable, that are kept or left out together.

    `positions` are rows or columns of the program, `labels` their common labels. `of_rows` is True for rows and False
    for bounds of columns. `upper` is True for upper and False for lower bounds; it is not used for rows.
    """

    component: str
    labels: tuple
    of_rows: bool
    positions: np.ndarray
    upper: bool = True


def needed_groups(
    program: LinearProgram, row_dual: np.ndarray, column_dual: np.ndarray, inner: tuple[str, ...]
) -> list[Group]:
    """Return the groups of rows and bounds of a proof of infeasibility.

    A set is inner if its name ends in one of the texts `inner`, such as time. Rows of an equation, or bounds of a
    variable, that differ only in labels of inner sets are one group. `program` is scaled; `row_dual` and
    `column_dual` are the multipliers of its proof of infeasibility, for example the duals of its elastic program.
    Lower bounds of zero are always kept and belong to no group.
    """
    groups = _grouped(program.rows, np.flatnonzero(np.abs(row_dual) > NEEDED), inner, of_rows=True, upper=True)
    for upper, bound in ((True, program.column_upper), (False, program.column_lower)):
        pressed = -column_dual if upper else column_dual
        needed = (pressed > NEEDED) & np.isfinite(bound) & (upper | (bound != 0))
        groups += _grouped(program.columns, np.flatnonzero(needed), inner, of_rows=False, upper=upper)
    return groups


def irreducible(program: LinearProgram, groups: Sequence[Group], seconds: float) -> list[Group]:
    """Return the necessary groups, or those left when the time is up.

    Returns an empty list if the groups are not proven infeasible together.
    """
    series, kept = Series(seconds), list(groups)
    part = _only(program, kept)
    if series.run(part).status is not SolutionStatus.INFEASIBLE:
        return []
    deadline = time.perf_counter() + seconds
    for group in groups:
        if time.perf_counter() > deadline:
            break
        names = ("row_lower", "row_upper") if group.of_rows else ("column_upper" if group.upper else "column_lower",)
        arrays = {name: getattr(part, name).copy() for name in names}
        for name, array in arrays.items():
            array[group.positions] = np.inf if name.endswith("upper") else -np.inf
        without = replace(part, **arrays)
        if series.run(without).status is SolutionStatus.INFEASIBLE:
            part = without
            kept.remove(group)
    return kept


def _grouped(
    blocks: Sequence[Block], positions: np.ndarray, inner: tuple[str, ...], of_rows: bool, upper: bool
) -> list[Group]:
    """Return groups of positions with the same component and the same labels, apart from labels of `inner` sets."""
    groups = []
    for block in blocks:
        in_block = positions[(positions >= block.first) & (positions < block.first + block.size)]
        by_labels: dict[tuple, list[int]] = {}
        subsets = list(block.component.index_set().subsets()) if block.component.is_indexed() else []
        # A set of tuples has a name for each element of its tuples (`levels`); a simple set has only its own name.
        names = [name for each in subsets for name in ([each.local_name] if each.dimen == 1 else each.levels)]
        outer = [i for i, name in enumerate(names) if not name.endswith(inner)]
        for position in in_block.tolist():
            labels = block.labels(position - block.first)
            by_labels.setdefault(tuple(labels[i] for i in outer if i < len(labels)), []).append(position)
        name = block.component.local_name
        groups += [Group(name, labels, of_rows, np.array(rows), upper) for labels, rows in by_labels.items()]
    return groups


def _only(program: LinearProgram, groups: Sequence[Group]) -> LinearProgram:
    """Return the program with only the bounds of the groups and lower bounds of zero, without costs and names."""
    rows = np.zeros(program.matrix.shape[0], dtype=bool)
    lower = np.where(program.column_lower == 0, 0.0, -np.inf)
    upper = np.full(program.matrix.shape[1], np.inf)
    for group in groups:
        if group.of_rows:
            rows[group.positions] = True
        elif group.upper:
            upper[group.positions] = program.column_upper[group.positions]
        else:
            lower[group.positions] = program.column_lower[group.positions]
    return LinearProgram(
        matrix=program.matrix,
        row_lower=np.where(rows, program.row_lower, -np.inf),
        row_upper=np.where(rows, program.row_upper, np.inf),
        cost=np.zeros_like(program.cost),
        offset=0.0,
        column_lower=lower,
        column_upper=upper,
        maximize=False,
        rows=(),
        columns=(),
    )
