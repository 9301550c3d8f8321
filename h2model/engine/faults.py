"""Errors in the equations themselves; their messages name the component and the label.

ModelError                  a rule, a set or a bound cannot be turned into a linear program
├── LabelError  (KeyError)  the index set of a component lacks a label of a rule
└── DataError   (ValueError) a parameter has the wrong labels, or a rule reads a NaN value
"""

from __future__ import annotations

from h2model.errors import H2ModelError


class ModelError(H2ModelError):
    """A component of the model cannot be turned into rows or columns of a linear program."""


class LabelError(ModelError, KeyError):
    """The index set of a component lacks a label of a rule."""

    # KeyError shows the repr of its argument; the text here is meant for people.
    __str__ = Exception.__str__


class DataError(ModelError, ValueError):
    """A parameter has other labels than its sets, or a rule reads a NaN value."""


def in_component(error: Exception, where: str) -> ModelError:
    """Return `error` as a ModelError, or the fitting subclass, whose message begins with `where`."""
    text = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
    if isinstance(error, ModelError):
        return type(error)(f"{where}: {text}")
    kind = LabelError if isinstance(error, KeyError) else ModelError
    return kind(f"{where}: {type(error).__name__}: {text}")
