"""Read a rule as a template: call it once with symbolic indices in place of labels.

Pyomo's `templatize_rule` does this. Iteration over a set inside `sum(...)` yields symbolic indices, and the result is
one expression for all instances of the rule. Some rules need real labels: an `if` on an index, or a Python look-up by
label. `read_template` then raises `NotATemplate`, and the caller evaluates the rule index by index. An error of the
rule itself occurs again there, at a definite index.

In Pyomo, a symbolic index differs from every string: `if p == "gas"` would take the same branch for all plants. It
also converts to a string such as "_1". While a rule is read, both raise an error, hence NotATemplate. A rule that
checks the type of its index is not detected.
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
    """The expression of a rule for symbolic indices, and these indices."""

    result: Any
    indices: Sequence[IndexTemplate]


def read_template(function: Callable[..., Any], block: Any, index_set: Any) -> Template:
    """Return the template of a rule; raises NotATemplate if the rule needs real labels."""
    index_set = index_set if index_set.dimen else None
    try:
        with symbolic_indexing(), _quiet(template_expr.logger), _labels_hidden():
            result, indices = templatize_rule(block, lambda m, index: function(m, *index), index_set)
    except Exception as error:
        # Pyomo replaces a ModelError, such as a missing value, with its own error.
        cause: BaseException | None = error
        while cause is not None and not isinstance(cause, ModelError):
            cause = cause.__context__
        if cause is not None:
            raise cause from None
        raise NotATemplate(f"{type(error).__name__}: {error}") from error
    return Template(result, indices)


@contextmanager
def _quiet(logger: logging.Logger) -> Iterator[None]:
    """Suppress Pyomo's error message for a rule that is not a template: for the user it is not an error."""
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


@contextmanager
def _labels_hidden() -> Iterator[None]:
    """Raise an error if a symbolic index is compared with anything but a number, or converted to text.

    This patches Pyomo's classes during one call, as Pyomo itself patches `sum` and the iteration of sets.
    """

    def equal(self: Any, other: Any) -> Any:
        if isinstance(other, int | float | NumericValue):
            return NumericValue.__eq__(self, other)
        raise TemplateExpressionError(None, "an index is compared with a label")

    def text(self: Any) -> str:
        raise TemplateExpressionError(None, "an index is converted to text")

    original = IndexTemplate.__str__
    IndexTemplate.__eq__, GetItemExpression.__eq__, IndexTemplate.__str__ = equal, equal, text
    try:
        yield
    finally:
        IndexTemplate.__str__ = original
        del IndexTemplate.__eq__, GetItemExpression.__eq__
