"""Compile a model: expand every rule into one sparse linear program."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyomo.environ as pyo
import scipy.sparse as sp

from h2model.engine import components
from h2model.engine.expand import Expander
from h2model.engine.faults import DataError, ModelError, in_component
from h2model.engine.pointwise import bound_points, constraint_points, expression_points, kind
from h2model.engine.program import Block, LinearProgram
from h2model.engine.relation import split
from h2model.engine.sinks import Costs, Rows, Values
from h2model.engine.template import NotATemplate, read_template

log = logging.getLogger("h2model.engine")


@dataclass(eq=False)
class CompiledModel(LinearProgram):
    """A linear program with its model, from which named expressions are evaluated."""

    model: pyo.ConcreteModel
    expander: Expander

    def expression_values(self, expression: Any, solution: np.ndarray) -> np.ndarray:
        """Return a named expression at a solution (one value per column), as an array over its index set."""
        block = _block(self.expander, expression)
        values = _expanded(self.expander, block, lambda: Values(solution, block.size))
        return values.total.reshape(block.shape)


@dataclass(eq=False)
class _Rows:
    """The rows of one constraint."""

    block: Block
    matrix: sp.csr_array
    lower: np.ndarray
    upper: np.ndarray


def compile_model(model: pyo.ConcreteModel) -> CompiledModel:
    """Expand all variables, constraints and the objective of a model into one linear program.

    Rows are in the order of declaration of constraints, and within a constraint in the order of its index set.
    Columns follow the variables in the same way. Zero coefficients are dropped. A row without variables is kept as an
    empty row, so that a constraint without `Constraint.Skip` has one row per index.

    Raises
    ------
    ModelError
        Or its subclasses LabelError and DataError; the message names the component.
    """
    first_column: dict[int, int] = {}
    expander = Expander(model, first_column)
    columns, width = [], 0
    for variable in _components(model, pyo.Var, components.Var):
        columns.append(replace(_block(expander, variable), first=width))
        first_column[id(variable)] = width
        width += columns[-1].size
    bounds = [_bounds(expander, block) for block in columns]
    cost, offset, maximize = _objective(model, expander, width)
    rows, height = [], 0
    for constraint in _components(model, pyo.Constraint, components.Constraint):
        rows.append(_constraint(expander, replace(_block(expander, constraint), first=height), width))
        height += rows[-1].block.size
    return CompiledModel(
        matrix=sp.vstack([part.matrix for part in rows], format="csr") if rows else sp.csr_array((0, width)),
        row_lower=_joined([part.lower for part in rows]),
        row_upper=_joined([part.upper for part in rows]),
        cost=cost,
        offset=offset,
        column_lower=_joined([lower for lower, _ in bounds]),
        column_upper=_joined([upper for _, upper in bounds]),
        maximize=maximize,
        rows=[part.block for part in rows],
        columns=columns,
        model=model,
        expander=expander,
    )


def _components(model: pyo.ConcreteModel, ctype: type, ours: type) -> list[Any]:
    """Return the active components of a kind; ModelError if one is plain Pyomo or in a sub-block."""
    result = list(model.component_objects(ctype, active=True, descend_into=True))
    for component in result:
        if not isinstance(component, ours) or component.parent_block() is not model:
            raise ModelError(f"'{component.name}' must be an h2model.engine.{ours.__name__} of the model itself")
    return result


def _block(expander: Expander, component: Any) -> Block:
    return Block(component, 0, expander.labels.factors(component.index_set()))


def _joined(parts: list[np.ndarray]) -> np.ndarray:
    return np.concatenate(parts) if parts else np.zeros(0)


def _objective(model: pyo.ConcreteModel, expander: Expander, width: int) -> tuple[np.ndarray, float, bool]:
    """Return the cost of each column, the constant, and whether the objective is maximised."""
    objectives = _components(model, pyo.Objective, components.Objective)
    if len(objectives) > 1:
        names = ", ".join(f"'{objective.name}'" for objective in objectives)
        raise ModelError(f"the model has more than one active objective: {names}")
    if not objectives:
        return np.zeros(width), 0.0, False
    costs = _expanded(expander, _block(expander, objectives[0]), lambda: Costs(width))
    cost, offset = costs.finish(), float(costs.total[0])
    if not (np.isfinite(cost).all() and np.isfinite(offset)):
        raise DataError(f"objective '{objectives[0].name}': a coefficient or the constant is infinite or NaN")
    return cost, offset, objectives[0].maximize


def _expanded(expander: Expander, block: Block, new_sink: Callable[[], Costs | Values]) -> Costs | Values:
    """Return a sink that has received the terms of an objective or named expression."""
    component, sink = block.component, new_sink()
    if not block.size:
        return sink
    with _naming(component):
        try:
            template = read_template(component.evaluate, expander.block, component.index_set())
            expander.walk(template.result, expander.start(component.index_set(), template.indices), sink)
            return sink
        except NotATemplate as reason:
            _log_reason(component, reason)
    sink = new_sink()
    expression_points(expander, block, sink)
    return sink


def _constraint(expander: Expander, block: Block, width: int) -> _Rows:
    """Expand one constraint into rows; index by index if its rule cannot be a template."""
    expanded = None
    try:
        with _naming(block.component):
            expanded = _expand_constraint(expander, block)
    except NotATemplate as reason:
        _log_reason(block.component, reason)
    if expanded:
        rows, lower, upper = expanded
    else:
        rows, lower, upper, positions = constraint_points(expander, block)
        if len(positions) < block.size:
            block = replace(block, positions=positions)
    # A constant in the body moves to the other side.
    lower, upper = lower - rows.total, upper - rows.total
    _check_bounds(block, lower, upper)
    matrix = rows.matrix(width)
    if not np.isfinite(matrix.data).all():
        row = int(np.searchsorted(matrix.indptr, np.flatnonzero(~np.isfinite(matrix.data))[0], side="right")) - 1
        raise DataError(f"constraint '{block.name(row)}': a coefficient is infinite or NaN")
    return _Rows(block, matrix, lower, upper)


def _expand_constraint(expander: Expander, block: Block) -> tuple[Rows, np.ndarray, np.ndarray]:
    """Return rows, lower and upper bounds; NotATemplate if the rule needs real labels."""
    rows, component = Rows(block.size), block.component
    if not block.size:
        return rows, np.zeros(0), np.zeros(0)
    template = read_template(component.evaluate, expander.block, component.index_set())
    relation = split(template.result)
    frame = expander.start(component.index_set(), template.indices)
    for sign, expression in relation.body:
        expander.walk(expression, frame.scaled(sign), rows)

    def bound(expression: Any, absent: float) -> np.ndarray:
        value = absent if expression is None else expander.value(expression, frame)
        return np.broadcast_to(np.asarray(value, dtype=float), block.shape).ravel()

    return rows, bound(relation.lower, -np.inf), bound(relation.upper, np.inf)


def _check_bounds(block: Block, lower: np.ndarray, upper: np.ndarray) -> None:
    for name, values, impossible in (("lower", lower, np.inf), ("upper", upper, -np.inf)):
        wrong = np.isnan(values) | (values == impossible)
        if wrong.any():
            point = int(np.flatnonzero(wrong)[0])
            raise DataError(f"{kind(block.component)} '{block.name(point)}': its {name} bound is {values[point]}")


def _bounds(expander: Expander, block: Block) -> tuple[np.ndarray, np.ndarray]:
    """Return the lower and upper bounds of one variable."""
    variable = block.component
    pair = variable.bounds_source
    if not block.size:
        return np.zeros(0), np.zeros(0)
    if callable(pair):
        with _naming(variable):
            try:
                template = read_template(pair, expander.block, variable.index_set())
                frame = expander.start(variable.index_set(), template.indices)
                pair = [None if bound is None else expander.value(bound, frame) for bound in template.result]
            except NotATemplate as reason:
                _log_reason(variable, reason)
                pair = None
        pair = bound_points(expander, block, variable.bounds_source) if pair is None else pair
    limits = []
    for bound, domain_bound, absent, tighter in zip(
        pair, variable.domain_set.bounds(), (-np.inf, np.inf), (np.maximum, np.minimum), strict=True
    ):
        value = np.broadcast_to(absent if bound is None else np.asarray(bound, dtype=float), block.shape).ravel()
        limits.append(value if domain_bound is None else tighter(value, domain_bound))
    _check_bounds(block, *limits)
    return limits[0], limits[1]


@contextmanager
def _naming(component: Any) -> Iterator[None]:
    """Add the name of the component to every error."""
    try:
        yield
    except NotATemplate:
        raise
    except Exception as error:
        raise in_component(error, f"{kind(component)} '{component.name}'") from error


def _log_reason(component: Any, reason: NotATemplate) -> None:
    log.debug("%s '%s' is evaluated index by index: %s", kind(component), component.name, reason)
