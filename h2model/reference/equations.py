"""The equations of the model as the reference shows them: formula, meaning of the dual, segments, and code."""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from h2model.frame.concern import Concern, paragraphs


@dataclass(frozen=True)
class Shown:
    """One equation or named expression of the model, as the reference shows it."""

    name: str
    kind: str
    formula: str
    paragraphs: tuple[str, ...]
    segments: str
    dual: str
    code: str


@dataclass(frozen=True)
class Term:
    """A function that is no rule: it adds a term to a sum of another file, or several rules of its file use it."""

    name: str
    paragraphs: tuple[str, ...]
    code: str


@dataclass(frozen=True)
class ConcernPage:
    """One file of the model: its subject, the parameters that it reads, the equations that it adds, and their terms."""

    name: str
    title: str
    file: str
    paragraphs: tuple[str, ...]
    parameters: tuple[str, ...]
    equations: tuple[Shown, ...]
    terms: tuple[Term, ...]


def concern_of(concern: Concern) -> ConcernPage:
    """Return what the page shows of a file of the model: its docstring, its parameters, its rules."""
    title, *more = paragraphs(concern.about)
    return ConcernPage(
        name=concern.name,
        title=title,
        file=concern.module.replace(".", "/") + ".py",
        paragraphs=tuple(more),
        parameters=tuple(parameter.name for parameter in concern.parameters),
        equations=equations_of(concern),
        terms=tuple(_terms_of(concern)),
    )


def equations_of(concern: Concern) -> tuple[Shown, ...]:
    """Return the equations and the named expressions of a concern, as the reference shows them."""
    return (
        *(_shown(each.rule, "equation", each.segments, each.dual.meaning) for each in concern.equations),
        *(_shown(rule, "named expression") for rule in concern.expressions),
    )


def code_of(rule: Callable) -> str:
    """Return the source of a rule without decorator and docstring; the page shows the docstring separately."""
    lines = textwrap.dedent(inspect.getsource(rule)).splitlines()
    function = ast.parse("\n".join(lines)).body[0]
    first = function.body[0]
    if ast.get_docstring(function) is not None:
        del lines[first.lineno - 1 : first.end_lineno]
    return "\n".join(lines[function.lineno - 1 :])


def _terms_of(concern: Concern) -> Iterator[Term]:
    """Yield the functions of a file that take the arguments of a rule (model, then labels) but are not rules."""
    module = sys.modules[concern.module]
    for name, function in vars(module).items():
        if not inspect.isfunction(function) or function.__module__ != concern.module:
            continue
        over_model = next(iter(inspect.signature(function).parameters), "") == "m" and not function.__annotations__
        if over_model and function not in concern.expressions:
            yield Term(name, tuple(paragraphs(function.__doc__)), code_of(function))


def _shown(rule: Callable, kind: str, segments: str = "", dual: str = "") -> Shown:
    """Return a rule with its formula, the rest of its docstring, and its code."""
    formula, *more = paragraphs(rule.__doc__)
    return Shown(rule.__name__, kind, formula, tuple(more), segments, dual, code_of(rule))
