"""What the reference says of parameters, equations, settings and checks, as plain values for the page and for JSON."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from h2model.case import Parameter
from h2model.reference.terminal import (
    SCALAR,
    Settings,
    bounds_of,
    default_of,
    default_of_setting,
    formula_of,
    unit_of,
    usual_of,
)

#: What an hourly series becomes in segments of unequal length (see `Parameter.relaxation`).
IN_SEGMENTS = {
    "mean": "mean of the hours",
    "min": "least of the hours",
    "buyer": "price of the best hour for who buys or sells",
    "range": "highest of the hours, and how far the lowest is below it",
    "mean and peak": "mean of the hours, and the highest beside it",
    "mean and least": "mean of the hours, and the lowest beside it",
}


@dataclass(frozen=True)
class Symbol:
    """A variable, set or equation as the model declares it: its name, over what it runs, its unit."""

    name: str
    kind: str
    over: tuple[str, ...]
    unit: str
    meaning: str


@dataclass(frozen=True)
class Equation:
    """One rule of the model as the page shows it."""

    name: str
    kind: str
    formula: str
    paragraphs: tuple[str, ...]
    segments: str
    dual: str
    code: str


@dataclass(frozen=True)
class Term:
    """What a file adds to a sum that another one closes, such as the balance, or what its own rules share."""

    name: str
    paragraphs: tuple[str, ...]
    code: str


@dataclass(frozen=True)
class Concern:
    """One file of the model: what it is about, which parameters it reads, which equations it adds, from which terms."""

    name: str
    title: str
    file: str
    paragraphs: tuple[str, ...]
    parameters: tuple[str, ...]
    equations: tuple[Equation, ...]
    terms: tuple[Term, ...]


def concern_of(module: ModuleType) -> Concern:
    """What a file of the model says of itself: its docstring, its parameters, its rules."""
    title, *paragraphs = _paragraphs(module.__doc__)
    rules = (*getattr(module, "EQUATIONS", ()), *getattr(module, "EXPRESSIONS", ()))
    return Concern(
        name=module.__name__.rpartition(".")[2],
        title=title,
        file=module.__name__.replace(".", "/") + ".py",
        paragraphs=tuple(paragraphs),
        parameters=tuple(parameter.name for parameter in getattr(module, "PARAMETERS", ())),
        equations=tuple(equation_of(rule) for rule in rules),
        terms=tuple(_terms_of(module, rules)),
    )


def code_of(rule: Callable) -> str:
    """The source of a rule without its docstring, which the page shows beside it."""
    lines = textwrap.dedent(inspect.getsource(rule)).splitlines()
    function = ast.parse("\n".join(lines)).body[0]
    first = function.body[0]
    if ast.get_docstring(function) is not None:
        del lines[first.lineno - 1 : first.end_lineno]
    return "\n".join(lines)


def _terms_of(module: ModuleType, rules: Sequence[Callable]) -> Iterator[Term]:
    """The functions of a file that are written as rules are, over the model and bare labels, and are no rules."""
    own = {name: value for name, value in vars(module).items() if inspect.isfunction(value)}
    for name, function in own.items():
        over_model = next(iter(inspect.signature(function).parameters), "") == "m" and not function.__annotations__
        if over_model and function.__module__ == module.__name__ and function not in rules:
            yield Term(name, tuple(_paragraphs(function.__doc__)), code_of(function))


def equation_of(rule: Callable) -> Equation:
    """A rule with its formula, what its docstring says, and its code."""
    labelled = {"Segments": "", "Dual": ""}
    prose = []
    for paragraph in _paragraphs(rule.__doc__)[1:]:
        label, _, text = paragraph.partition(": ")
        if label in labelled:
            labelled[label] = text
        else:
            prose.append(paragraph)
    return Equation(
        name=rule.__name__,
        kind="named expression" if rule in getattr(inspect.getmodule(rule), "EXPRESSIONS", ()) else "equation",
        formula=formula_of(rule),
        paragraphs=tuple(prose),
        segments=labelled["Segments"],
        dual=labelled["Dual"],
        code=code_of(rule),
    )


def facts_of(parameter: Parameter) -> dict[str, str]:
    """What is declared of a parameter, in words."""
    facts = {
        "unit": unit_of(parameter),
        "over": ", ".join(parameter.dims) or SCALAR,
        "default": default_of(parameter),
        "bounds": bounds_of(parameter),
        **usual_of(parameter),
    }
    if parameter.profile_mean is not None:
        lowest, highest = parameter.profile_mean
        facts["mean of its profile"] = f"{lowest:g}" if lowest == highest else f"{lowest:g} to {highest:g}"
    if parameter.varies_in_time:
        facts["in longer steps"] = f"{parameter.aggregation} of the hours"
        facts["in segments"] = IN_SEGMENTS[parameter.relaxation]
    return facts


def by_table(parameters: Iterable[Parameter]) -> dict[str, list[Parameter]]:
    """The parameters by the table that holds them, in the order of declaration."""
    tables: dict[str, list[Parameter]] = {}
    for parameter in parameters:
        tables.setdefault(parameter.table, []).append(parameter)
    return tables


def settings_rows(settings: Settings) -> list[dict[str, Any]]:
    """Each group of settings with its address, what it is for, and a row per setting."""
    groups = []
    for address, model in settings.items():
        rows = [
            {"name": field.alias or name, "default": default_of_setting(field), "meaning": field.description or ""}
            for name, field in model.model_fields.items()
            if not field.exclude
        ]
        groups.append({"address": address, "paragraphs": _paragraphs(model.__doc__), "rows": rows})
    return groups


def _paragraphs(text: str | None) -> list[str]:
    """The paragraphs of a docstring, each on one line."""
    return [" ".join(part.split()) for part in re.split(r"\n\s*\n", inspect.cleandoc(text or "")) if part.strip()]
