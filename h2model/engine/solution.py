"""The solution of a model: values, duals and named expressions as labelled arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyomo.environ as pyo
import xarray as xr

from h2model.engine.basis import Basis
from h2model.engine.compile import CompiledModel
from h2model.engine.faults import ModelError
from h2model.engine.labelled import Quantity, gathered, labelled
from h2model.engine.outcome import Outcome, SolutionStatus, TerminationCondition
from h2model.engine.program import Block
from h2model.engine.residuals import Residuals, residuals, slackness
from h2model.errors import InfeasibleError, UnboundedError, UnfinishedError


@dataclass(eq=False)
class Solution:
    """The result of `solve`.

    The dual of a row is the change of the optimal objective per unit by which the right-hand side of the row increases,
    for minimisation and maximisation. The row is `lower ≤ body ≤ upper` as Pyomo writes it: a side without variables
    is the bound. If both sides hold variables, the body is left − right for `==` and `<=`, and right − left for `>=`,
    because Pyomo converts a >= b to b <= a.

    `basis` is the final basis if the simplex, or a requested crossover, has proven the optimum.
    """

    program: CompiledModel
    outcome: Outcome
    primal: np.ndarray | None = None
    row_dual: np.ndarray | None = None
    basis: Basis | None = None

    def require_optimal(self) -> Solution:
        """Return the solution itself if it is optimal; else raise the subclass of SolveError that fits the outcome."""
        outcome = self.outcome
        if outcome.optimal:
            return self
        detail = f": {outcome.detail}" if outcome.detail else ""
        if outcome.status is SolutionStatus.INFEASIBLE:
            raise InfeasibleError(f"No solution can meet all constraints at once{detail}.")
        if outcome.status is SolutionStatus.UNBOUNDED:
            raise UnboundedError("The objective improves without limit: a bound or a cost is missing.")
        tried = "; ".join(str(attempt) for attempt in outcome.attempts) or "no solver was started"
        finished = outcome.termination is TerminationCondition.FINISHED
        reason = outcome.status.value if finished else outcome.termination.value
        raise UnfinishedError(f"The solver ended without a result: {reason}. Tried: {tried}.")

    def require_result(self) -> Solution:
        """Return the solution itself if it is optimal, or within a proven distance; else raise as `require_optimal`."""
        return self if self.outcome.status is SolutionStatus.BOUNDED else self.require_optimal()

    @property
    def objective(self) -> float:
        """Value of the objective, in its own unit."""
        self.require_result()
        return float(self.program.cost @ self.primal + self.program.offset)

    @cached_property
    def distance(self) -> float:
        """The largest distance of the objective from the optimum that the duals admit, in the unit of the objective."""
        self.require_result()
        rows, columns = slackness(self.program, self.primal, self.row_dual)
        return float(rows.sum() + columns.sum())

    @cached_property
    def residuals(self) -> Residuals:
        """The largest violations of rows and column bounds, in the user's units."""
        self.require_result()
        return residuals(self.program, self.primal)

    def value(self, component: Any) -> xr.DataArray:
        """Return a variable or named expression over its own index set."""
        return labelled(self._value(component))

    def dual(self, constraint: Any) -> xr.DataArray:
        """Return the duals of a constraint over its index set; NaN where the rule skips an index."""
        return labelled(self._dual(constraint))

    def reduced_cost(self, variable: Any) -> xr.DataArray:
        """Return the reduced costs of a variable: the change of the objective per unit by which it is forced up.

        At a bound, this is the effect of moving the bound by one unit; elsewhere it is zero.
        """
        return labelled(self._reduced_cost(variable))

    def dataset(self, reduced_costs: Sequence[str] = ()) -> xr.Dataset:
        """Return variables, expressions and objective by name, and duals as `dual_<constraint>`.

        `reduced_costs` lists variables whose reduced costs are included as `reduced_cost_<variable>`. A dimension has
        the labels of all its components. A component without a label, such as a constraint over a subset, is NaN there.
        """
        model = self.program.model
        quantities = [self._value(component) for component in model.component_objects(pyo.Var, active=True)]
        quantities += [self._value(component) for component in model.component_objects(pyo.Expression, active=True)]
        quantities += [self._dual(block.component) for block in self.program.rows]
        quantities += [self._reduced_cost(model.component(name)) for name in reduced_costs]
        for objective in model.component_objects(pyo.Objective, active=True):
            value = np.asarray(self.objective)
            quantities.append(Quantity(objective.local_name, objective, value, objective.unit, objective.description))
        return gathered(quantities)

    def _value(self, component: Any) -> Quantity:
        self.require_result()
        if component.ctype is pyo.Expression:
            values = self.program.expression_values(component, self.primal)
        elif component.ctype is pyo.Var:
            values = _block_of(self.program.columns, component).values(self.primal)
        else:
            raise ModelError(f"'{component.name}' is neither a variable nor an expression")
        return Quantity(component.local_name, component, values, component.unit, component.description)

    def _dual(self, constraint: Any) -> Quantity:
        self.require_result()
        values = _block_of(self.program.rows, constraint).values(self.row_dual)
        description = f"dual of {constraint.description or constraint.local_name}"
        return Quantity(f"dual_{constraint.local_name}", constraint, values, self._dual_unit(constraint), description)

    def _reduced_cost(self, variable: Any) -> Quantity:
        self.require_result()
        block = _block_of(self.program.columns, variable)
        values = block.values(self.program.cost - self.program.matrix.T @ self.row_dual)
        description = f"reduced cost of {variable.description or variable.local_name}"
        name = f"reduced_cost_{variable.local_name}"
        return Quantity(name, variable, values, self._dual_unit(variable), description)

    def _dual_unit(self, constraint: Any) -> str:
        """Return unit of the objective / unit of the row or column."""
        objectives = [objective.unit for objective in self.program.model.component_objects(pyo.Objective, active=True)]
        numerator, row = (objectives or [""])[0] or "1", constraint.unit
        if row in ("", "1"):
            return numerator
        return f"{numerator}/{row}" if row.isalnum() else f"{numerator}/({row})"


def _block_of(blocks: Sequence[Block], component: Any) -> Block:
    for block in blocks:
        if block.component is component:
            return block
    raise ModelError(f"'{component.name}' is not a part of the solved model")
