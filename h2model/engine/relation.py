"""Split the result of a constraint's rule into lower bound ≤ body ≤ upper bound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pyomo.common.numeric_types import native_types
from pyomo.core.expr.relational_expr import (
    EqualityExpression,
    InequalityExpression,
    RangedExpression,
    tuple_to_relational_expr,
)

from h2model.engine.faults import ModelError
from h2model.engine.template import NotATemplate


@dataclass(frozen=True)
class Relation:
    """lower ≤ sum of sign × expression over `body` ≤ upper; None means no bound."""

    lower: Any
    body: tuple[tuple[float, Any], ...]
    upper: Any


def split(result: Any) -> Relation:
    """Return the relation as Pyomo splits it: a side without variables is the bound, else the body is left − right.

    Pyomo converts `a >= b` to `b <= a`. If both sides hold variables, the body is then b − a.
    """
    if isinstance(result, tuple):
        result = tuple_to_relational_expr(result)
    if isinstance(result, RangedExpression):
        lower, body, upper = result.args
        return Relation(lower, ((1.0, body),), upper)
    if not isinstance(result, EqualityExpression | InequalityExpression):
        raise NotATemplate(f"the rule returned {type(result).__name__}")
    if isinstance(result, InequalityExpression) and result.strict:
        raise ModelError("a strict inequality (< or >) cannot be a constraint; use <= or >=")
    left, right = result.args
    equal = isinstance(result, EqualityExpression)
    if _is_constant(right):
        return Relation(right if equal else None, ((1.0, left),), right)
    if _is_constant(left):
        return Relation(left, ((1.0, right),), left if equal else None)
    return Relation(0.0 if equal else None, ((1.0, left), (-1.0, right)), 0.0)


def _is_constant(expression: Any) -> bool:
    return expression.__class__ in native_types or not expression.is_potentially_variable()
