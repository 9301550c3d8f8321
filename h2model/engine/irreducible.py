"""Irreducible sets: groups of rows and bounds that contradict each other, none of which could be left out.

A deletion filter over groups, such as all hours of an equation at a place: each is left out in turn, and stays out if
the rest still has no solution. It begins with what a proof of infeasibility needs, which is little.

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

# Multipliers of a proof in a scaled program, below which a row or bound is not needed for it.
NEEDED = 1e-8


@dataclass(frozen=True, eq=False)
class Group:
    """Rows of an equation, or bounds of a variable, that are kept or left out together.

    `positions` are those of rows or columns of the program; `labels` what they have in common; `upper` which bounds of
    the columns are meant.
    """

    component: str
    labels: tuple
    of_rows: bool
    positions: np.ndarray
    upper: bool = True


def needed_groups(
    program: LinearProgram, row_dual: np.ndarray, column_dual: np.ndarray, inner: tuple[str, ...]
) -> list[Group]:
    """Return the rows and bounds that a proof needs, in groups.

    Rows that differ only in labels of sets whose name ends in one of `inner`, such as time, are one group.

    `program` is a scaled one; `row_dual` and `column_dual` are the multipliers of the proof in it, such as the duals of
    an elastic program. Lower bounds
    of zero are always kept: nothing is less than nothing.
    """
    groups = _grouped(program.rows, np.flatnonzero(np.abs(row_dual) > NEEDED), inner, of_rows=True, upper=True)
    for upper, bound in ((True, program.column_upper), (False, program.column_lower)):
        pressed = -column_dual if upper else column_dual
        own = (pressed > NEEDED) & np.isfinite(bound) & (upper | (bound != 0))
        groups += _grouped(program.columns, np.flatnonzero(own), inner, of_rows=False, upper=upper)
    return groups


def irreducible(program: LinearProgram, groups: Sequence[Group], seconds: float) -> list[Group]:
    """The groups that are left when each that could go has gone; as many as there are then when time is up.

    Nothing if the groups do not contradict each other to begin with.
    """
    series, kept = Series(seconds), list(groups)
    part = _only(program, kept)
    if series.run(part).status is not SolutionStatus.INFEASIBLE:
        return []
    deadline = time.perf_counter() + seconds
    for group in groups:
        if time.perf_counter() > deadline:
            break
        without = _without(part, group)
        if series.run(without).status is SolutionStatus.INFEASIBLE:
            part = without
            kept.remove(group)
    return kept


def _grouped(
    blocks: Sequence[Block], positions: np.ndarray, inner: tuple[str, ...], of_rows: bool, upper: bool
) -> list[Group]:
    found = []
    for block in blocks:
        own = positions[(positions >= block.first) & (positions < block.first + block.size)]
        by_labels: dict[tuple, list[int]] = {}
        outer = [i for i, name in enumerate(_names(block)) if not name.endswith(inner)]
        for position in own.tolist():
            labels = block.labels(position - block.first)
            by_labels.setdefault(tuple(labels[i] for i in outer if i < len(labels)), []).append(position)
        name = block.component.local_name
        found += [Group(name, labels, of_rows, np.array(rows), upper) for labels, rows in by_labels.items()]
    return found


def _names(block: Block) -> list[str]:
    """Name of the set of each label of an index; sets of pairs give one for each part."""
    subsets = list(block.component.index_set().subsets()) if block.component.is_indexed() else []
    return [name for subset in subsets for name in ([subset.local_name] if subset.dimen == 1 else subset.levels)]


def _only(program: LinearProgram, groups: Sequence[Group]) -> LinearProgram:
    """The program with the rows of the groups alone, and no bounds of columns but theirs and those of zero."""
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
    return replace(
        _plain(program),
        row_lower=np.where(rows, program.row_lower, -np.inf),
        row_upper=np.where(rows, program.row_upper, np.inf),
        column_lower=lower,
        column_upper=upper,
    )


def _plain(program: LinearProgram) -> LinearProgram:
    return LinearProgram(
        program.matrix, program.row_lower, program.row_upper, np.zeros_like(program.cost), 0.0,
        program.column_lower, program.column_upper, False, (), (),
    )  # fmt: skip


def _without(program: LinearProgram, group: Group) -> LinearProgram:
    names = ("row_lower", "row_upper") if group.of_rows else ("column_upper",) if group.upper else ("column_lower",)
    arrays = {name: getattr(program, name).copy() for name in names}
    for name, array in arrays.items():
        array[group.positions] = np.inf if name.endswith("upper") else -np.inf
    return replace(program, **arrays)
