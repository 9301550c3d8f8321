"""Pyomo itself as the oracle: the compiled program must be the one that Pyomo's own standard form gives."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyomo.environ as pyo
from pyomo.common.errors import InfeasibleConstraintException
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

from h2model.engine import CompiledModel, compile_model, scalar_model

RELATIVE, ABSOLUTE = 1e-10, 1e-11


@dataclass
class Row:
    """One constraint by name: coefficients by column name, and bounds."""

    entries: dict[str, float] = field(default_factory=dict)
    lower: float = -np.inf
    upper: float = np.inf

    def negated(self) -> Row:
        """The same constraint multiplied by -1."""
        entries = {name: -value for name, value in self.entries.items()}
        return Row(entries, -self.upper, -self.lower)

    def close_to(self, other: Row) -> bool:
        """Whether two rows have the same columns, and the same numbers but for rounding."""
        if self.entries.keys() != other.entries.keys():
            return False
        mine = [*self.entries.values(), self.lower, self.upper]
        theirs = [*(other.entries[name] for name in self.entries), other.lower, other.upper]
        return np.allclose(mine, theirs, rtol=RELATIVE, atol=ABSOLUTE)

    @property
    def idle(self) -> bool:
        """Whether it restricts nothing: no variables and satisfied, or no bounds. Pyomo leaves such rows out."""
        satisfied = self.lower <= ABSOLUTE and self.upper >= -ABSOLUTE
        return (not self.entries and satisfied) or (self.lower == -np.inf and self.upper == np.inf)


def compiled_rows(program: CompiledModel) -> dict[str, Row]:
    """The rows of a compiled model by name; checks on the way that no entry is zero or occurs twice."""
    names = [program.column_name(number) for number in range(program.matrix.shape[1])]
    rows = {}
    for number in range(program.matrix.shape[0]):
        part = slice(program.matrix.indptr[number], program.matrix.indptr[number + 1])
        columns, data = program.matrix.indices[part], program.matrix.data[part]
        assert len(set(columns)) == len(columns), f"{program.row_name(number)}: a column occurs twice"
        assert (data != 0).all(), f"{program.row_name(number)}: a zero is stored"
        entries = {names[column]: float(value) for column, value in zip(columns, data, strict=True)}
        name = program.row_name(number)
        assert name not in rows, f"two rows are called {name}"
        rows[name] = Row(entries, float(program.row_lower[number]), float(program.row_upper[number]))
    return rows


def pyomo_rows(form: Any) -> dict[str, Row]:
    """The rows of Pyomo's standard form (mixed form) by name; ranged rows come in two, which are put together."""
    matrix = form.A.tocsr()
    names = [variable.name for variable in form.columns]
    rows: dict[str, Row] = {}
    for number, (constraint, kind) in enumerate(form.rows):
        part = slice(matrix.indptr[number], matrix.indptr[number + 1])
        pairs = zip(matrix.indices[part], matrix.data[part], strict=True)
        row = rows.setdefault(constraint.name, Row())
        row.entries = {names[column]: float(value) for column, value in pairs if value != 0}
        if kind <= 0:
            row.lower = float(form.rhs[number])
        if kind >= 0:
            row.upper = float(form.rhs[number])
    return rows


def assert_same_as_pyomo(model: pyo.ConcreteModel) -> CompiledModel:
    """Assert that a model compiles to the rows, bounds and costs of Pyomo's standard form; returns what it compiled.

    Rows are compared by name. A row that can never hold must be one here too (Pyomo raises for it). Two differences
    are allowed, because they change nothing: rows that restrict nothing (Pyomo leaves them out), and the sign of a
    whole row (Pyomo turns `0 <= x` round if the left side is a sum over an empty set, which a template cannot know).
    """
    program = compile_model(model)
    scalar = scalar_model(model)
    ours = compiled_rows(program)
    form = _standard_form(scalar, ours)
    theirs = pyomo_rows(form)
    for name, row in ours.items():
        if name not in theirs:
            assert row.idle, f"Pyomo has no row {name}: {row}"
        else:
            other = theirs[name]
            assert row.close_to(other) or row.negated().close_to(other), f"{name}: {row} is not {other}"
    assert theirs.keys() <= ours.keys(), f"rows are missing: {theirs.keys() - ours.keys()}"
    _assert_same_columns(program, scalar, form)
    return program


def _standard_form(scalar: pyo.ConcreteModel, ours: dict[str, Row]) -> Any:
    """Pyomo's standard form; rows without variables that can never hold are taken out of both programs."""
    while True:
        try:
            return LinearStandardFormCompiler().write(scalar, mixed_form=True, set_sense=None)
        except InfeasibleConstraintException as error:
            name = re.search(r"'(.+)'", str(error))[1]
            row = ours.pop(name)
            assert not row.entries, f"Pyomo has no variables in {name}: {row}"
            assert not row.idle, f"Pyomo says that {name} can never hold: {row}"
            scalar.find_component(name).deactivate()


def _assert_same_columns(program: CompiledModel, scalar: pyo.ConcreteModel, form: Any) -> None:
    """Every variable, in the order of declaration, with its bounds and its cost."""
    variables = list(scalar.component_data_objects(pyo.Var))
    names = [program.column_name(number) for number in range(program.matrix.shape[1])]
    assert names == [variable.name for variable in variables]
    infinite = (-np.inf, np.inf)
    bounds = [
        [absent if bound is None else bound for bound, absent in zip(variable.bounds, infinite, strict=True)]
        for variable in variables
    ]
    np.testing.assert_allclose(
        np.column_stack([program.column_lower, program.column_upper]), np.reshape(bounds, (-1, 2)), rtol=RELATIVE
    )
    objectives = list(scalar.component_data_objects(pyo.Objective))
    if objectives:
        costs = dict(zip((column.name for column in form.columns), form.c.toarray().ravel(), strict=True))
        np.testing.assert_allclose(program.cost, [costs.get(name, 0.0) for name in names], rtol=RELATIVE, atol=ABSOLUTE)
        np.testing.assert_allclose(program.offset, form.c_offset[0], rtol=RELATIVE, atol=ABSOLUTE)
        assert program.maximize == (objectives[0].sense == pyo.maximize)
