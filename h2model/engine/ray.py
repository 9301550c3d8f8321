"""Rays of unbounded programs: changes that can be repeated without limit while the cost falls."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from h2model.engine.compile import CompiledModel
from h2model.engine.highs import SolverOptions
from h2model.engine.outcome import SolutionStatus
from h2model.engine.solve import solve

#: A column takes part in a ray if its change exceeds this share of the largest change.
DUST = 1e-6


def unbounded_ray(program: CompiledModel, options: SolverOptions) -> np.ndarray | None:
    """Return a direction in which the objective improves without limit; None if the solver finds none.

    The direction has one number per column, in the unit of the column; the largest absolute value is 1.
    """
    row_free = [np.isinf(bound) for bound in (program.row_lower, program.row_upper)]
    column_free = [np.isinf(bound) for bound in (program.column_lower, program.column_upper)]
    sign = -1.0 if program.maximize else 1.0
    directions = replace(
        program,
        cost=sign * program.cost / max(1.0, np.abs(program.cost).max(initial=0.0)),
        offset=0.0,
        maximize=False,
        row_lower=np.where(row_free[0], -np.inf, 0.0),
        row_upper=np.where(row_free[1], np.inf, 0.0),
        column_lower=np.where(column_free[0], -1.0, 0.0),
        column_upper=np.where(column_free[1], 1.0, 0.0),
    )
    solution = solve(directions, options)
    if solution.outcome.status is not SolutionStatus.OPTIMAL or solution.objective > -DUST * DUST:
        return None
    largest = np.abs(solution.primal).max()
    return np.where(np.abs(solution.primal) > DUST * largest, solution.primal / largest, 0.0)
