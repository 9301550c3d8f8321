"""Build an ordinary Pyomo model, object by object, from the same sets, data and rules.

It serves other Pyomo solvers, LP and MPS files and `pprint`. It is also the reference of the compiler: both must
produce the same matrix.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyomo.environ as pyo
from pyomo.core.base.expression import ExpressionData
from pyomo.core.base.var import VarData
from pyomo.core.expr.visitor import identify_components, identify_variables, replace_expressions

from h2model.engine.faults import ModelError
from h2model.engine.labels import factor_sets


def scalar_model(model: pyo.ConcreteModel) -> pyo.ConcreteModel:
    """Return a plain `pyomo.environ.ConcreteModel` with components of the same names and the same rules.

    A comparison of two numbers in a rule becomes `Constraint.Feasible` or `Constraint.Infeasible`, as Pyomo requires.
    NaN values of a Param are left out, so that Pyomo also refuses to read them.
    """
    copy = _Copy(pyo.ConcreteModel(name=model.name))
    makers = {
        pyo.Set: copy.set,
        pyo.RangeSet: copy.set,
        pyo.Param: copy.param,
        pyo.Var: copy.variable,
        pyo.Expression: copy.expression,
        pyo.Constraint: copy.constraint,
        pyo.Objective: copy.objective,
    }
    for component in model.component_objects(active=True, descend_into=False):
        if component.ctype not in makers:
            raise ModelError(f"'{component.name}': the engine has no {component.ctype.__name__}")
        copy.model.add_component(component.local_name, makers[component.ctype](component))
    return copy.model


class _Copy:
    """Copies components; copied sets are kept, because other components use them as index sets."""

    def __init__(self, model: pyo.ConcreteModel) -> None:
        self.model = model
        self._sets: dict[int, Any] = {}

    def set(self, component: Any) -> Any:
        sets = self._index_sets(component)
        if sets:
            members = {key: list(component[key]) for key in component}
            dimens = {component[key].dimen for key in component if len(component[key])} or {1}
            return pyo.Set(*sets, initialize=members, dimen=dimens.pop(), doc=component.doc)
        copied = pyo.Set(initialize=list(component), dimen=component.dimen, doc=component.doc)
        self._sets[id(component)] = copied
        return copied

    def param(self, component: Any) -> pyo.Param:
        sets = self._index_sets(component)
        return pyo.Param(*sets, initialize=component.values_by_index(), within=pyo.Any, doc=component.doc)

    def variable(self, component: Any) -> pyo.Var:
        sets, source = self._index_sets(component), component.bounds_source
        bounds = _without_infinities(source) if not callable(source) else None
        if bounds is None:

            def bounds(block: pyo.Block, *index: Any) -> tuple:
                return _without_infinities(source(block, *(index if component.is_indexed() else ())))

        return pyo.Var(*sets, bounds=bounds, domain=component.domain_set, doc=component.doc)

    def expression(self, component: Any) -> pyo.Expression:
        return pyo.Expression(*self._index_sets(component), rule=self._rule_of(component), doc=component.doc)

    def constraint(self, component: Any) -> pyo.Constraint:
        evaluate = self._rule_of(component)

        def rule(block: pyo.Block, *index: Any) -> Any:
            # Pyomo passes the index None to such a rule of a component without index.
            result = evaluate(block, *(index if component.is_indexed() else ()))
            if isinstance(result, bool) or result.__class__.__name__ == "bool_":
                return pyo.Constraint.Feasible if result else pyo.Constraint.Infeasible
            return result

        return pyo.Constraint(*self._index_sets(component), rule=rule, doc=component.doc)

    def objective(self, component: Any) -> pyo.Objective:
        sense = pyo.maximize if component.maximize else pyo.minimize
        return pyo.Objective(rule=self._rule_of(component), sense=sense, doc=component.doc)

    def _index_sets(self, component: Any) -> list[Any]:
        if not component.is_indexed():
            return []
        factors = factor_sets(component.index_set())
        return [
            self._sets.get(id(factor)) or pyo.Set(initialize=list(factor), dimen=factor.dimen) for factor in factors
        ]

    def _rule_of(self, component: Any) -> Callable[..., Any]:
        """Return the rule, or a rule that returns the ready-made expression in terms of the new model."""
        if component.function is not None:
            return component.function
        expression = component.expression

        def translated(block: pyo.Block) -> Any:
            if not hasattr(expression, "is_expression_type"):
                return expression
            parts = [*identify_variables(expression), *identify_components(expression, {ExpressionData, VarData})]
            parts += list(identify_components(expression, {pyo.ScalarVar}))
            copies = {id(part): self.model.find_component(part.name) for part in parts}
            return replace_expressions(expression, copies)

        return translated


def _without_infinities(pair: tuple) -> tuple:
    """Return bounds with None instead of infinity."""
    return tuple(None if bound is None or abs(pyo.value(bound)) == float("inf") else bound for bound in pair)
