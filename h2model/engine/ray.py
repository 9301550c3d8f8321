"""Rays: what a program without a least cost could do more and more of, and earn by it without limit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from h2model.engine.compile import CompiledModel
from h2model.engine.highs import SolverOptions
from h2model.engine.outcome import SolutionStatus
from h2model.engine.solve import solve

#: Share of the largest change below which a column does not take part.
DUST = 1e-6


def endless_gain(program: CompiledModel, options: SolverOptions) -> np.ndarray | None:
    """A direction in which all rows and bounds allow to go on for ever while the cost falls; None if there is none.

    One number per column, in its own unit, the largest of them 1.
    """
    no_end = [np.isinf(bound) for bound in (program.row_lower, program.row_upper)]
    free = [np.isinf(bound) for bound in (program.column_lower, program.column_upper)]
    sign = -1.0 if program.maximize else 1.0
    directions = replace(
        program,
        cost=sign * program.cost / max(1.0, np.abs(program.cost).max(initial=0.0)),
        offset=0.0,
        maximize=False,
        row_lower=np.where(no_end[0], -np.inf, 0.0),
        row_upper=np.where(no_end[1], np.inf, 0.0),
        column_lower=np.where(free[0], -1.0, 0.0),
        column_upper=np.where(free[1], 1.0, 0.0),
    )
    found = solve(directions, options)
    if found.outcome.status is not SolutionStatus.OPTIMAL or found.objective > -DUST * DUST:
        return None
    largest = np.abs(found.primal).max()
    return np.where(np.abs(found.primal) > DUST * largest, found.primal / largest, 0.0)
