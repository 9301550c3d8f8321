"""Expand templates with numpy: the expression tree of a rule is walked once for all points of a frame.

`Expander.walk` passes the linear terms of an expression to a `Sink` (rows of a matrix, costs, or values at a
solution). `Expander.value` evaluates expressions without variables.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from math import prod
from typing import Any, Protocol

import numpy as np
import pyomo.core.expr.numeric_expr as ne
import pyomo.environ as pyo
from pyomo.common.numeric_types import native_types
from pyomo.core.expr.template_expr import GetItemExpression, IndexTemplate, TemplateSumExpression

from h2model.engine.faults import DataError, LabelError, ModelError
from h2model.engine.frame import Frame, Number
from h2model.engine.labels import (
    Index,
    LabelCache,
    Labels,
    Positions,
    factor_sets,
    index_tuple,
    labels_at,
    literal,
    locate,
)
from h2model.engine.parameters import no_value
from h2model.engine.sinks import Constants, NonlinearError
from h2model.engine.template import NotATemplate, Template, read_template


class Sink(Protocol):
    """Receives the terms of an expression."""

    def term(self, frame: Frame, columns: Sequence[np.ndarray], coefficient: Number) -> None:
        """Take coefficient × variable at every point; `columns` add up to the column numbers."""

    def constant(self, frame: Frame, value: Number) -> None:
        """Take a constant at every point."""


UNARY = {"log": np.log, "log10": np.log10, "exp": np.exp, "sqrt": np.sqrt, "ceil": np.ceil, "floor": np.floor}
BINARY: tuple[tuple[type, Callable], ...] = (
    (ne.ProductExpression, operator.mul),
    (ne.DivisionExpression, operator.truediv),
    (ne.PowExpression, operator.pow),
)


class Expander:
    """Expands expressions over frames, given the first column of each variable of a model."""

    def __init__(self, block: pyo.Block, first_column: dict[int, int]) -> None:
        self.block = block
        self.first_column = first_column
        self.labels = LabelCache()
        self._templates: dict[int, Template] = {}

    # -- indices ---------------------------------------------------------------------------------------------

    def start(self, index_set: Any, templates: Sequence[IndexTemplate]) -> Frame:
        """Return the frame of a rule over its whole index set."""
        return Frame((), {}, ()).over(self.labels.factors(index_set), templates).numbered()

    def index(self, expression: Any, frame: Frame) -> Index:
        """Return an index expression as an array of labels."""
        if isinstance(expression, IndexTemplate):
            if id(expression) not in frame.bindings:
                raise NotATemplate("an index is used outside of its sum")
            return frame.bindings[id(expression)]
        if expression.__class__ in native_types:
            return literal(expression)
        if isinstance(expression, GetItemExpression) and expression.args[0].ctype is pyo.Param:
            param = expression.args[0]
            labels, codes = param.as_labels()
            return Index(Positions(labels, codes[self.positions(param, expression.args[1:], frame)]))
        if not expression.is_expression_type():
            return literal(pyo.value(expression))
        distinct, codes = np.unique(self.value(expression, frame), return_inverse=True)
        return Index(Positions(Labels(distinct.tolist()), codes))

    def positions(self, component: Any, arguments: Sequence[Any], frame: Frame) -> tuple[np.ndarray, ...]:
        """Return the position of each index in the factor sets of a component."""
        indices = [self.index(argument, frame) for argument in arguments]
        factors = self.labels.factors(component.index_set())
        if sum(labels.dimen for labels in factors) != len(indices):
            wanted = ", ".join(factor.name for factor in factor_sets(component.index_set()))
            raise LabelError(f"'{component.name}' is indexed by ({wanted}), but gets {len(indices)} indices")
        result, begin = [], 0
        for labels in factors:
            result.append(locate(labels, indices[begin : begin + labels.dimen], component.name))
            begin += labels.dimen
        return tuple(result)

    def columns(self, variable: Any, positions: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Return arrays that add up to the column numbers of a variable at these positions."""
        lengths = [len(labels) for labels in self.labels.factors(variable.index_set())]
        strides = [prod(lengths[number + 1 :]) for number in range(len(lengths))]
        steps = [position * stride for position, stride in zip(positions, strides, strict=True)]
        return [np.asarray(self.first_column[id(variable)]), *steps]

    # -- constants -------------------------------------------------------------------------------------------

    def value(self, expression: Any, frame: Frame) -> Number:
        """Return the value of an expression without variables at every point of the frame."""
        if expression.__class__ in native_types:
            return expression
        if isinstance(expression, IndexTemplate):
            labels, codes = self.index(expression, frame).codes()
            if labels.numbers() is None:
                raise NotATemplate("an index is used as a number")
            return labels.numbers()[codes]
        if isinstance(expression, TemplateSumExpression) or expression.is_potentially_variable():
            # A sum, or a named expression that may turn out to hold no variables.
            constants = Constants(frame.size)
            self.walk(expression, frame.numbered(), constants)
            return constants.total.reshape(frame.shape)
        if not expression.is_expression_type():
            return pyo.value(expression)
        if isinstance(expression, GetItemExpression):
            return self._look_up(expression, frame)
        return self._calculate(expression, frame)

    def _calculate(self, expression: Any, frame: Frame) -> Number:
        if isinstance(expression, ne.SumExpression):
            return sum(self.value(argument, frame) for argument in expression.args)
        arguments = [np.asarray(self.value(argument, frame)) for argument in expression.args]
        with np.errstate(all="ignore"):  # infinite and NaN values are reported later, with their labels
            if isinstance(expression, ne.NegationExpression):
                return -arguments[0]
            if isinstance(expression, ne.AbsExpression):
                return np.abs(arguments[0])
            for kind, operation in BINARY:
                if isinstance(expression, kind):
                    return operation(arguments[0].astype(float), arguments[1])
            if isinstance(expression, ne.UnaryFunctionExpression) and expression.getname() in UNARY:
                return UNARY[expression.getname()](arguments[0])
        raise NotATemplate(f"{type(expression).__name__} is not expanded")

    def _look_up(self, expression: GetItemExpression, frame: Frame) -> np.ndarray:
        param = expression.args[0]
        if param.ctype is not pyo.Param:
            raise NotATemplate(f"{param.name} is not a parameter")
        values = param.values_array[self.positions(param, expression.args[1:], frame)]
        if values.dtype.kind not in "if":
            raise ModelError(f"parameter '{param.name}' holds labels; a rule cannot calculate with them")
        if param.has_gaps and np.isnan(values).any():
            indices = [self.index(argument, frame) for argument in expression.args[1:]]
            point = int(np.flatnonzero(np.isnan(values).ravel())[0])
            raise DataError(no_value(param.name, labels_at(indices, values.shape, point)))
        return values

    # -- linear terms ----------------------------------------------------------------------------------------

    def walk(self, expression: Any, frame: Frame, sink: Sink) -> None:
        """Pass the linear terms and constants of an expression to the sink."""
        if not frame.size:
            return
        if expression.__class__ in native_types or not expression.is_potentially_variable():
            if isinstance(expression, TemplateSumExpression):
                self._walk_sum(expression, frame, sink)
            else:
                sink.constant(frame, self.value(expression, frame) * frame.factor)
        elif not expression.is_expression_type() or expression.is_named_expression_type():
            # A variable or named expression that is in the tree as an object, not as an item.
            self._walk_item(expression.parent_component(), index_tuple(expression.index()), frame, sink)
        elif isinstance(expression, GetItemExpression):
            self._walk_item(expression.args[0], expression.args[1:], frame, sink)
        elif isinstance(expression, TemplateSumExpression):
            self._walk_sum(expression, frame, sink)
        else:
            self._walk_arithmetic(expression, frame, sink)

    def _walk_arithmetic(self, expression: Any, frame: Frame, sink: Sink) -> None:
        if isinstance(expression, ne.SumExpression):
            for argument in expression.args:
                self.walk(argument, frame, sink)
        elif isinstance(expression, ne.NegationExpression):
            self.walk(expression.args[0], frame.scaled(-1.0), sink)
        elif isinstance(expression, ne.ProductExpression):
            self._walk_product(*expression.args, frame, sink)
        elif isinstance(expression, ne.DivisionExpression):
            numerator, denominator = expression.args
            with np.errstate(divide="ignore"):
                inverse = 1.0 / np.asarray(self.value(denominator, frame), dtype=float)
            self.walk(numerator, frame.scaled(inverse), sink)
        elif isinstance(expression, ne.PowExpression | ne.UnaryFunctionExpression):
            raise NonlinearError(f"{expression} is not linear in the variables")
        else:
            raise NotATemplate(f"{type(expression).__name__} is not expanded")

    def _walk_product(self, left: Any, right: Any, frame: Frame, sink: Sink) -> None:
        if left.__class__ not in native_types and left.is_potentially_variable():
            try:
                factor = self.value(right, frame)
            except NonlinearError:
                # The left factor may still be a named expression without variables.
                pass
            else:
                self.walk(left, frame.scaled(factor), sink)
                return
        self.walk(right, frame.scaled(self.value(left, frame)), sink)

    def _walk_item(self, component: Any, arguments: Sequence[Any], frame: Frame, sink: Sink) -> None:
        if component.ctype not in (pyo.Var, pyo.Expression):
            raise NotATemplate(f"'{component.name}' is not a variable or named expression")
        positions = self.positions(component, arguments, frame)
        if component.ctype is pyo.Var:
            sink.term(frame, self.columns(component, positions), frame.factor)
            return
        template = self.template(component)
        pairs = zip(self.labels.factors(component.index_set()), positions, strict=True)
        located = [Positions(labels, position) for labels, position in pairs]
        self.walk(template.result, frame.bound(template.indices, located), sink)

    def _walk_sum(self, expression: TemplateSumExpression, frame: Frame, sink: Sink) -> None:
        for templates in expression.template_iters():
            frame = self._over(templates, frame)
            if not frame.size:
                return
        self.walk(expression.template_args()[0], frame, sink)

    def _over(self, templates: Sequence[IndexTemplate], frame: Frame) -> Frame:
        domain = templates[0]._set
        if not domain.is_expression_type():
            return frame.over(self.labels.factors(domain), templates)
        if not isinstance(domain, GetItemExpression) or domain.args[0].ctype is not pyo.Set:
            raise NotATemplate(f"a sum over {domain}")
        family = domain.args[0]
        positions = self.positions(family, domain.args[1:], frame)
        lengths = [len(labels) for labels in self.labels.factors(family.index_set())]
        key = np.asarray(sum(p * prod(lengths[n + 1 :]) for n, p in enumerate(positions)))
        members = self.labels.members(family)
        if (members.count[key] < 0).any():
            indices = [self.index(argument, frame) for argument in domain.args[1:]]
            point = int(np.flatnonzero((members.count[key] < 0).ravel())[0])
            label = ",".join(str(value) for value in labels_at(indices, key.shape, point))
            raise LabelError(f"'{family.name}' has no index '{label}'")
        return frame.over_members(key, members, templates)

    def template(self, component: Any) -> Template:
        """Return the template of a named expression, read once."""
        if id(component) not in self._templates:
            template = read_template(component.evaluate, self.block, component.index_set())
            self._templates[id(component)] = template
        return self._templates[id(component)]
