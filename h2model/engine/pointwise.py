"""Evaluate rules index by index if they cannot be templates.

The rule is called with real labels, `m.x[...]` gives ordinary Pyomo objects, and Pyomo's linear visitor reads the
coefficients. This is slow for many indices, but supports everything that a Pyomo rule may do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pyomo.environ as pyo
from pyomo.core.base.constraint import ConstraintData
from pyomo.core.expr.relational_expr import tuple_to_relational_expr
from pyomo.repn.linear import LinearRepnVisitor

from h2model.engine.components import Constraint
from h2model.engine.expand import Expander
from h2model.engine.faults import ModelError, in_component
from h2model.engine.frame import Frame
from h2model.engine.labels import index_tuple
from h2model.engine.program import Block
from h2model.engine.sinks import Costs, NonlinearError, Rows, Values


class _VariableMap:
    """Records the variables that Pyomo's visitor meets. Pyomo's own recorder also lists all their siblings."""

    def __init__(self) -> None:
        self.var_map: dict[int, Any] = {}

    def add(self, variable: Any) -> None:
        """Record one variable."""
        self.var_map[id(variable)] = variable


class LinearReader:
    """Splits concrete Pyomo expressions into columns, coefficients and a constant."""

    def __init__(self, expander: Expander) -> None:
        self._expander = expander
        self._visitor = LinearRepnVisitor({}, var_recorder=_VariableMap())
        self._column: dict[int, int] = {}

    def read(self, expression: Any) -> tuple[list[int], list[float], float]:
        """Return columns, coefficients and constant; NonlinearError if the expression is not linear."""
        linear = self._visitor.walk_expression(expression)
        if linear.nonlinear is not None:
            raise NonlinearError("variables are multiplied with each other or are in a nonlinear function")
        columns = [self._column_of(key) for key in linear.linear]
        return columns, list(linear.linear.values()), linear.constant

    def _column_of(self, key: int) -> int:
        if key not in self._column:
            variable = self._visitor.var_map[key]
            owner = variable.parent_component()
            positions = self._expander.positions(owner, index_tuple(variable.index()), Frame((), {}, ()))
            self._column[key] = int(sum(self._expander.columns(owner, positions)))
        return self._column[key]


def constraint_points(expander: Expander, block: Block) -> tuple[Rows, np.ndarray, np.ndarray, np.ndarray]:
    """Return rows, lower and upper bounds, and the positions of the indices without those that the rule skips."""
    reader, positions, entries = LinearReader(expander), [], []
    for number, result in _results(expander, block):
        with _naming(block, number):
            if result is Constraint.Skip:
                continue
            positions.append(number)
            entries.append(_row(reader, result))
    rows = Rows(len(entries))
    for row, (columns, coefficients, constant, _, _) in enumerate(entries):
        rows.entries(row, columns, coefficients)
        rows.total[row] = constant
    bounds = np.array([(lower, upper) for *_, lower, upper in entries], dtype=float).reshape(-1, 2)
    return rows, bounds[:, 0], bounds[:, 1], np.array(positions, dtype=np.intp)


def expression_points(expander: Expander, block: Block, sink: Costs | Values) -> None:
    """Pass the terms of a named expression or objective to the sink, index by index."""
    reader = LinearReader(expander)
    for number, result in _results(expander, block):
        with _naming(block, number):
            columns, coefficients, constant = reader.read(result)
            sink.entries(number, columns, coefficients)
            sink.total[number] += constant


def bound_points(expander: Expander, block: Block, rule: Callable[..., tuple]) -> list[np.ndarray]:
    """Return lower and upper bounds of a variable, index by index."""
    bounds = np.empty((block.size, 2))
    for number in range(block.size):
        with _naming(block, number):
            pair = rule(expander.block, *block.labels(number))
            for side, (bound, absent) in enumerate(zip(pair, (-np.inf, np.inf), strict=True)):
                bounds[number, side] = absent if bound is None else pyo.value(bound)
    return [bounds[:, 0].reshape(block.shape), bounds[:, 1].reshape(block.shape)]


def _results(expander: Expander, block: Block) -> Iterator[tuple[int, Any]]:
    for number in range(block.size):
        with _naming(block, number):
            result = block.component.evaluate(expander.block, *block.labels(number))
        yield number, result


@contextmanager
def _naming(block: Block, number: int) -> Iterator[None]:
    """Add the names of the component and the item to every error."""
    try:
        yield
    except Exception as error:
        raise in_component(error, f"{kind(block.component)} '{block.name(number)}'") from error


def kind(component: Any) -> str:
    """Return the kind of a component in words."""
    return {pyo.Var: "bounds of variable", pyo.Constraint: "constraint", pyo.Objective: "objective"}.get(
        component.ctype, "expression"
    )


def _row(reader: LinearReader, result: Any) -> tuple:
    """Return columns, coefficients, constant, lower and upper bound of one constraint."""
    if result is None:
        raise ModelError("the rule returns None; add a return, or return Constraint.Skip")
    if isinstance(result, tuple):
        result = tuple_to_relational_expr(result)
    if isinstance(result, bool | np.bool_):
        # A comparison of two numbers: a row that always holds, or a row that never holds.
        return ([], [], 0.0, -np.inf, np.inf) if result else ([], [], 0.0, 1.0, 1.0)
    data = ConstraintData(result)
    lower, body, upper = data.to_bounded_expression()
    columns, coefficients, constant = reader.read(body)
    lower = -np.inf if lower is None else pyo.value(lower)
    upper = np.inf if upper is None else pyo.value(upper)
    return columns, coefficients, constant, lower, upper
