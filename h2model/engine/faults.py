"""What can be wrong with the equations themselves, in words that name the component and the label.

ModelError                  a rule, a set or a bound cannot be turned into a linear program
├── LabelError  (KeyError)  a label is used that the index set of a component does not have
└── DataError   (ValueError) a parameter has the wrong labels, or no value where one is read
"""

from __future__ import annotations

from h2model.errors import H2ModelError


class ModelError(H2ModelError):
    """A component of the model cannot be turned into rows or columns of a linear program."""


class LabelError(ModelError, KeyError):
    """A label does not exist in the index set of the component that is looked up."""

    # KeyError shows the repr of its argument; the text here is meant for people.
    __str__ = Exception.__str__


class DataError(ModelError, ValueError):
    """A parameter does not carry the labels of its sets, or has no value where a rule reads it."""


def in_component(error: Exception, where: str) -> ModelError:
    """Return `error` as a ModelError of the fitting kind whose text begins with `where`."""
    text = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
    if isinstance(error, ModelError):
        return type(error)(f"{where}: {text}")
    kind = LabelError if isinstance(error, KeyError) else ModelError
    return kind(f"{where}: {type(error).__name__}: {text}")
