"""Templates: a rule called once, with symbolic indices in place of labels.

Pyomo can do this (`templatize_rule`): iterating over a set inside `sum(...)` yields symbolic indices, and what comes
back is one expression for all instances of the rule. Not every rule can be a template: an `if` on an index, or
Python look-ups by label, need a real label. Then `NotATemplate` is raised, and the caller evaluates the rule index
by index, where a genuine error of the rule turns up again, at a definite index.

One trap is closed here. To Pyomo a symbolic index simply differs from every text, so that `if p == "gas"` would
quietly take the same branch for all plants; and it turns into text such as "_1". While a rule is read, both are
errors, hence NotATemplate. (What cannot be noticed is a rule that asks for the type of its index.)
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pyomo.common.errors import TemplateExpressionError
from pyomo.core.expr import template_expr
from pyomo.core.expr.numvalue import NumericValue
from pyomo.core.expr.template_expr import GetItemExpression, IndexTemplate, templatize_rule

from h2model.engine.components import symbolic_indexing
from h2model.engine.faults import ModelError


class NotATemplate(Exception):  # noqa: N818 - a signal between functions, not an error
    """The rule needs real labels and has to be evaluated index by index."""


@dataclass(frozen=True)
class Template:
    """What a rule returned for symbolic indices."""

    result: Any
    indices: Sequence[IndexTemplate]


def read_template(function: Callable[..., Any], block: Any, index_set: Any) -> Template:
    """Call the rule once with symbolic indices; raises NotATemplate if it needs real labels."""
    index_set = index_set if index_set.dimen else None
    try:
        with symbolic_indexing(), _quiet(template_expr.logger), _labels_are_secret():
            result, indices = templatize_rule(block, lambda m, index: function(m, *index), index_set)
    except Exception as error:
        fault = _fault_behind(error)
        if fault is not None:
            raise fault from None
        raise NotATemplate(f"{type(error).__name__}: {error}") from error
    return Template(result, indices)


def _fault_behind(error: BaseException | None) -> ModelError | None:
    """Find a ModelError (a missing value, say) which Pyomo has replaced by an error of its own."""
    while error is not None and not isinstance(error, ModelError):
        error = error.__context__
    return error


@contextmanager
def _quiet(logger: logging.Logger) -> Iterator[None]:
    """Keep Pyomo's report that a rule is no template from the user, for whom it is no error."""
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


@contextmanager
def _labels_are_secret() -> Iterator[None]:
    """Make it an error to compare a symbolic index with anything but numbers, or to turn it into text.

    It is done to Pyomo's classes for the time of one call, as Pyomo itself does with `sum` and the iteration of sets.
    """

    def equal(self: Any, other: Any) -> Any:
        if isinstance(other, int | float | NumericValue):
            return NumericValue.__eq__(self, other)
        raise TemplateExpressionError(None, "an index is compared with a label")

    def text(self: Any) -> str:
        raise TemplateExpressionError(None, "an index is turned into text")

    own_text = IndexTemplate.__str__
    IndexTemplate.__eq__, GetItemExpression.__eq__, IndexTemplate.__str__ = equal, equal, text
    try:
        yield
    finally:
        IndexTemplate.__str__ = own_text
        del IndexTemplate.__eq__, GetItemExpression.__eq__
