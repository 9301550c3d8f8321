"""What `h2model describe` prints: declared parameters, settings and equations, straight from the code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isinf

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from rich.console import Console
from rich.table import Table
from rich.text import Text

from h2model.case import REQUIRED, Parameter, Rule, did_you_mean
from h2model.errors import Fault, InputError
from h2model.reference.equations import Shown

#: Name of a concern → its equations and named expressions.
Equations = Mapping[str, Sequence[Shown]]
Settings = Mapping[str, type[BaseModel]]
SCALAR = "(one value)"


def show_parameters(console: Console, parameters: Iterable[Parameter]) -> None:
    """Print every parameter with unit, default, bounds and description, by the table that holds it."""
    by_table: dict[str, list[Parameter]] = {}
    for parameter in parameters:
        by_table.setdefault(parameter.table, []).append(parameter)
    for table, declared in by_table.items():
        console.print(Text(table, style="bold"))
        rows = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
        for column in ("parameter", "over", "unit", "default", "bounds"):
            rows.add_column(column, no_wrap=column == "parameter", overflow="fold")
        rows.add_column("meaning", ratio=1)
        for parameter in declared:
            over = " ".join(parameter.dims) or SCALAR
            facts = (parameter.name, over, unit_of(parameter), default_of(parameter), bounds_of(parameter))
            rows.add_row(*facts, parameter.description)
        console.print(rows)
        console.print()


def show_parameter(console: Console, parameter: Parameter) -> None:
    """Print all that is declared about one parameter."""
    console.print(Text(parameter.name, style="bold"))
    console.print(Text(parameter.description), soft_wrap=True)
    facts = {
        "table": parameter.table,
        "over": ", ".join(parameter.dims) or SCALAR,
        "unit": unit_of(parameter),
        "default": default_of(parameter),
        "bounds": bounds_of(parameter),
    }
    facts |= usual_of(parameter)
    if parameter.varies_in_time:
        facts["longer steps"] = f"{parameter.aggregation} of the hours"
    _show_facts(console, facts)


def show_settings(console: Console, settings: Settings) -> None:
    """Print the settings of scenarios, policies and studies with their defaults and meaning."""
    for address, model in settings.items():
        summary = (model.__doc__ or "").strip().partition("\n")[0]
        console.print(Text.assemble((address, "bold"), ("  " + summary, "dim")), soft_wrap=True)
        rows = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
        rows.add_column("setting", no_wrap=True)
        rows.add_column("default", overflow="fold")
        rows.add_column("meaning", ratio=1)
        for name, field in model.model_fields.items():
            if field.exclude:
                continue
            rows.add_row(field.alias or name, default_of_setting(field), Text(field.description or ""))
        console.print(rows)
        console.print()


@dataclass(frozen=True)
class Named:
    """Everything that bears one name; `concern` says whether the equations are all those of a concern of this name."""

    parameters: tuple[Parameter, ...]
    settings: Settings
    equations: Equations
    checks: tuple[Rule, ...]
    concern: bool


def named(
    name: str, parameters: Iterable[Parameter], settings: Settings, equations: Equations, checks: Iterable[Rule] = ()
) -> Named:
    """Everything that bears a name: a parameter, an equation, all of a concern, a policy, a rule of the checks.

    Raises
    ------
    InputError
        If nothing has this name; with the nearest one that exists.
    """
    by_name = {parameter.name: parameter for parameter in parameters}
    checked = {rule.name: rule for rule in checks}
    rules = {
        concern: [rule for rule in group if rule.name == name]
        for concern, group in equations.items()
        if any(rule.name == name for rule in group)
    }
    whole = not rules and name in equations
    found = Named(
        tuple(parameter for parameter in by_name.values() if parameter.name == name),
        {address: model for address, model in settings.items() if name in address.split(".")},
        {name: equations[name]} if whole else rules,
        tuple(rule for rule in checked.values() if rule.name == name),
        whole,
    )
    if not (found.parameters or found.settings or found.equations or found.checks):
        rule_names = (rule.name for group in equations.values() for rule in group)
        addresses = (part for address in settings for part in address.split("."))
        known = [*by_name, *rule_names, *equations, *checked, *addresses]
        raise InputError([Fault(f"describe {name}", "nothing has this name", did_you_mean(name, known))])
    return found


def show_named(
    console: Console,
    name: str,
    parameters: Iterable[Parameter],
    settings: Settings,
    equations: Equations,
    checks: Iterable[Rule] = (),
) -> None:
    """Print everything that bears a name; InputError as `named`."""
    found = named(name, parameters, settings, equations, checks)
    for parameter in found.parameters:
        show_parameter(console, parameter)
    if found.concern:
        show_equations(console, found.equations)
    else:
        for concern, group in found.equations.items():
            for rule in group:
                show_equation(console, concern, rule)
    if found.settings:
        show_settings(console, found.settings)
    for rule in found.checks:
        show_rule(console, rule)


def show_rule(console: Console, rule: Rule) -> None:
    """Print what a rule of the checks asks and protects against."""
    console.print(Text(rule.name, style="bold"))
    console.print(Text(rule.meaning), soft_wrap=True)
    _show_facts(console, {"severity": rule.severity.value, "against": rule.against})


def show_equations(console: Console, equations: Equations) -> None:
    """Print every equation with its formula, the first line of its rule's docstring, by concern."""
    for concern, rules in equations.items():
        console.print(Text(concern, style="bold"))
        rows = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
        rows.add_column(no_wrap=True)
        rows.add_column()
        for rule in rules:
            rows.add_row(f"  {rule.name}", Text(rule.formula))
        console.print(rows)
        console.print()


def show_equation(console: Console, concern: str, rule: Shown) -> None:
    """Print one equation: its formula, the meaning of its dual, and what becomes of it in segments."""
    console.print(Text(rule.name, style="bold"))
    console.print(Text(" ".join((rule.formula, *rule.paragraphs))), soft_wrap=True)
    facts = {"concern": concern, "dual": rule.dual, "in segments": rule.segments}
    _show_facts(console, {name: fact for name, fact in facts.items() if fact})


def default_of(parameter: Parameter) -> str:
    """The default in words: a number, a choice, "required", or "none" where a value may be missing."""
    if parameter.default is REQUIRED:
        return "required"
    if parameter.default is None:
        return "none"
    if isinstance(parameter.default, str):
        return parameter.default
    return "unlimited" if isinf(parameter.default) else f"{parameter.default:g}"


def bounds_of(parameter: Parameter) -> str:
    """The values that are accepted, such as "0 to 1", "at least 0", or the words to choose from."""
    if parameter.choices:
        return " | ".join(parameter.choices)
    below, above = isinf(parameter.lower), isinf(parameter.upper)
    if below and above:
        return "any"
    if above:
        return f"at least {parameter.lower:g}"
    return f"at most {parameter.upper:g}" if below else f"{parameter.lower:g} to {parameter.upper:g}"


def usual_of(parameter: Parameter) -> dict[str, str]:
    """The ranges in which values are usual, each with what it is based on, by the unit that it is counted in."""
    usual = {}
    for given in parameter.plausible:
        counted = f", where counted in {given.unit}" if given.unit else ""
        usual[f"usual{counted}"] = f"{given.lowest:,.10g} to {given.highest:,.10g} ({given.basis})"
    return usual


def default_of_setting(field: FieldInfo) -> str:
    """The default of a setting in words."""
    if field.is_required():
        return "required"
    default = field.get_default(call_default_factory=True)
    if isinstance(default, BaseModel):
        return "see below"
    if isinstance(default, bool):
        return "yes" if default else "no"
    return "none" if default in (None, "", (), {}) else str(default)


def unit_of(parameter: Parameter) -> str:
    """The declared unit, or that the value is a word."""
    return "word" if parameter.choices else parameter.unit


def _show_facts(console: Console, facts: Mapping[str, str]) -> None:
    rows = Table(box=None, show_header=False, pad_edge=False)
    rows.add_column(style="dim", no_wrap=True)
    rows.add_column()
    for name, value in facts.items():
        rows.add_row(name, Text(value))
    console.print(rows)
