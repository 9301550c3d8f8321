"""Pyomo components with unit and description, without a Python object per index.

They are subclasses of Pyomo's components (`m.x` is a `pyomo.environ.Var`), take the same rules, and differ in three
ways:

- `Var`, `Expression`, `Constraint` and `Objective` only keep their rule; `compile_model` expands it with numpy.
- `Param` (see `parameters`) keeps its values in one array and returns them by label.
- `Set` has a name for its dimension in results.

Indexing outside a rule (`m.x["wind", 3]`) creates one ordinary Pyomo object, as in Pyomo with `dense=False`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
import pyomo.environ as pyo
import xarray as xr
from pyomo.core.base.constraint import ScalarConstraint as PyomoScalarConstraint
from pyomo.core.base.expression import ScalarExpression as PyomoScalarExpression
from pyomo.core.base.indexed_component import normalize_index
from pyomo.core.base.objective import ScalarObjective as PyomoScalarObjective
from pyomo.core.base.set import InsertionOrderSetData, OrderedScalarSet, UnknownSetDimen
from pyomo.core.base.var import ScalarVar as PyomoScalarVar
from pyomo.core.expr.template_expr import GetItemExpression

from h2model.engine.faults import ModelError

Bounds = tuple[float | None, float | None] | Callable[..., tuple]

_symbolic = False


@contextmanager
def symbolic_indexing() -> Iterator[None]:
    """While a rule is read as a template, return an expression for `m.x[...]` even if every index is a literal."""
    global _symbolic
    before, _symbolic = _symbolic, True
    try:
        yield
    finally:
        _symbolic = before


class Described:
    """Adds `unit` and `description` to a Pyomo component."""

    unit: str
    description: str

    def _describe(self, options: dict[str, Any]) -> None:
        """Remove unit and description from the keyword arguments before Pyomo receives them."""
        self.unit = options.pop("unit", "")
        self.description = options.pop("description", "")
        if self.description:
            options.setdefault("doc", self.description)


class Ruled(Described):
    """A component that keeps a rule, or a ready-made expression, until the model is compiled."""

    function: Callable[..., Any] | None
    expression: Any

    def _keep_rule(self, options: dict[str, Any]) -> None:
        sources = [options.pop(name) for name in ("rule", "expr", "initialize") if options.get(name) is not None]
        if len(sources) != 1:
            raise TypeError(f"{type(self).__name__} takes one rule or one expr")
        is_rule = callable(sources[0]) and not hasattr(sources[0], "is_expression_type")
        self.function = sources[0] if is_rule else None
        self.expression = None if is_rule else sources[0]
        if is_rule and not options.get("description"):
            # The docstring of a functools.partial is that of the class partial, not of the rule.
            documented = getattr(sources[0], "func", sources[0])
            options["description"] = (documented.__doc__ or "").strip().split("\n")[0].strip()
        self._describe(options)

    def evaluate(self, block: pyo.Block, *index: Any) -> Any:
        """Call the rule for one index, or return the expression given in place of a rule."""
        return self.expression if self.function is None else self.function(block, *index)

    def construct(self, data: None = None) -> None:
        """Build only the anonymous index sets; `compile_model` calls the rule later."""
        self._constructed = True
        for index_set in self._anonymous_sets or ():
            index_set.construct()


class SymbolicItems:
    """Mixin: while a rule is read as a template, an item is an expression without a data object."""

    def __getitem__(self, index: Any) -> Any:
        if _symbolic:
            index = normalize_index(index)
            index = index if isinstance(index, tuple) else (index,)
            if not any(isinstance(part, slice) or part is Ellipsis for part in index):
                return GetItemExpression((self, *index))
        return super().__getitem__(index)


class Set(Described, pyo.Set):
    """An ordered set of labels.

    `dim` names its dimension in results (default: the name of the component). A subset can thus share the dimension
    of its superset. `levels` names the parts of a set of pairs. Labels from an array, index or DataArray become plain
    Python values.
    """

    def __new__(cls, *index_sets: Any, **options: Any) -> Set:
        if cls is not Set:
            return super().__new__(cls)
        new = super().__new__(IndexedSet if index_sets else ScalarSet)
        if index_sets:
            new._ComponentDataClass = InsertionOrderSetData
        return new

    def __init__(
        self,
        *index_sets: Any,
        initialize: Any = None,
        dimen: int | None = None,
        within: Any = None,
        dim: str | None = None,
        levels: tuple[str, ...] = (),
        **options: Any,
    ) -> None:
        self._describe(options)
        self._dim = dim
        self._levels = tuple(levels)
        if isinstance(initialize, np.ndarray | pd.Index | xr.DataArray):
            initialize = np.asarray(initialize).tolist()
        if dimen is None:
            dimen = 1 if within is None else UnknownSetDimen
        base = pyo.Set if index_sets else OrderedScalarSet
        base.__init__(self, *index_sets, initialize=initialize, dimen=dimen, within=within, **options)

    @property
    def dimension(self) -> str:
        """Name of the dimension of this set in results."""
        return self._dim or self.local_name

    @property
    def levels(self) -> tuple[str, ...]:
        """Names of the coordinates of the parts of each label, for a set of pairs."""
        return self._levels or tuple(f"{self.dimension}_{part + 1}" for part in range(self.dimen))


class ScalarSet(OrderedScalarSet, Set):
    """A set without index."""

    def __init__(self, *index_sets: Any, **options: Any) -> None:
        Set.__init__(self, *index_sets, **options)


class IndexedSet(Set):
    """A family of sets, such as the plants of each region: `m.plants_at[region]`."""


class Var(Described, pyo.Var):
    """A decision variable; `bounds` is a pair or a rule that returns a pair; infinite or None means no bound."""

    bounds_source: Bounds

    def __new__(cls, *index_sets: Any, **options: Any) -> Var:
        if cls is not Var:
            return super().__new__(cls)
        return super().__new__(IndexedVar if index_sets else ScalarVar)

    def _keep(self, options: dict[str, Any]) -> None:
        self._describe(options)
        self.bounds_source = options.pop("bounds", None) or (None, None)
        domain = options.pop("domain", options.pop("within", pyo.Reals))
        if domain.isdiscrete():
            raise ModelError(f"a Var within {domain.name}: only continuous variables can be used")
        self.domain_set = domain


class ScalarVar(PyomoScalarVar, Var):
    """A variable without index."""

    def __init__(self, **options: Any) -> None:
        self._keep(options)
        PyomoScalarVar.__init__(self, **options)


class IndexedVar(SymbolicItems, Var):
    """A variable over index sets, without objects for its indices."""

    def __init__(self, *index_sets: Any, **options: Any) -> None:
        self._keep(options)
        pyo.Var.__init__(self, *index_sets, dense=False, **options)


class Expression(Ruled, pyo.Expression):
    """A named expression: other rules may use it, and results include it."""

    def __new__(cls, *index_sets: Any, **options: Any) -> Expression:
        if cls is not Expression:
            return super().__new__(cls)
        return super().__new__(IndexedExpression if index_sets else ScalarExpression)


class ScalarExpression(PyomoScalarExpression, Expression):
    """An expression without index."""

    def __init__(self, **options: Any) -> None:
        self._keep_rule(options)
        PyomoScalarExpression.__init__(self, **options)

    @property
    def args(self) -> tuple:
        """The expression itself, evaluated only when Pyomo's visitors need it."""
        if self._args_[0] is None and not _symbolic:
            self.set_value(self.evaluate(self.parent_block()))
        return self._args_

    construct = Ruled.construct


class IndexedExpression(SymbolicItems, Expression):
    """An expression over index sets, without objects for its indices."""

    def __init__(self, *index_sets: Any, **options: Any) -> None:
        self._keep_rule(options)
        pyo.Expression.__init__(self, *index_sets, **options)

    def _getitem_when_not_present(self, index: Any) -> Any:
        key = index if isinstance(index, tuple) else (index,)
        return self._setitem_when_not_present(index, self.evaluate(self.parent_block(), *key))


class Constraint(Ruled, pyo.Constraint):
    """An equation or inequality; its description defaults to the first line of the rule's docstring."""

    def __new__(cls, *index_sets: Any, **options: Any) -> Constraint:
        if cls is not Constraint:
            return super().__new__(cls)
        return super().__new__(IndexedConstraint if index_sets else ScalarConstraint)


class ScalarConstraint(PyomoScalarConstraint, Constraint):
    """A constraint without index."""

    def __init__(self, **options: Any) -> None:
        self._keep_rule(options)
        PyomoScalarConstraint.__init__(self, **options)

    construct = Ruled.construct


class IndexedConstraint(Constraint):
    """A constraint over index sets, without objects for its indices."""

    def __init__(self, *index_sets: Any, **options: Any) -> None:
        self._keep_rule(options)
        pyo.Constraint.__init__(self, *index_sets, **options)


class Objective(Ruled, pyo.Objective):
    """The function to minimise or maximise; it cannot have an index."""

    def __new__(cls, *index_sets: Any, **options: Any) -> Objective:
        if index_sets:
            raise TypeError("an Objective has no index sets")
        return super().__new__(ScalarObjective)


class ScalarObjective(PyomoScalarObjective, Objective):
    """The objective of a model."""

    def __init__(self, **options: Any) -> None:
        self.maximize = options.pop("sense", pyo.minimize) == pyo.maximize
        self._keep_rule(options)
        PyomoScalarObjective.__init__(self, **options)

    construct = Ruled.construct


class Model(pyo.ConcreteModel):
    """A concrete Pyomo model with components of this package."""

    def __init__(self, name: str = "model", description: str = "") -> None:
        super().__init__(name=name, doc=description or None)
        self.description = description
