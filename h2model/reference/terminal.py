"""The output of `h2model describe`: declared parameters, settings, equations and checks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich.console import Console
from rich.table import Table
from rich.text import Text

from h2model.case import Parameter
from h2model.reference.data import (
    SCALAR,
    Equations,
    Reference,
    Settings,
    bounds_of,
    by_table,
    default_of,
    default_of_setting,
    unit_of,
    usual_of,
)
from h2model.reference.equations import Shown


def show_parameters(console: Console, parameters: Iterable[Parameter]) -> None:
    """Print every parameter with unit, default, bounds and description, by the table that holds it."""
    for table, declared in by_table(parameters).items():
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
    """Print the whole declaration of a parameter."""
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


def show_entries(console: Console, reference: Reference, name: str) -> None:
    """Print all entries with a name; InputError as `Reference.entries`."""
    entries = reference.entries(name)
    for parameter in entries.parameters:
        show_parameter(console, parameter)
    if any(rule.name == name for group in entries.equations.values() for rule in group):
        for concern, group in entries.equations.items():
            for rule in group:
                show_equation(console, concern, rule)
    elif entries.equations:
        show_equations(console, entries.equations)
    if entries.settings:
        show_settings(console, entries.settings)
    for rule in entries.checks:
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
    """Print one equation: its formula, the meaning of its dual, and its validity in segments."""
    console.print(Text(rule.name, style="bold"))
    console.print(Text(" ".join((rule.formula, *rule.paragraphs))), soft_wrap=True)
    facts = {"concern": concern, "dual": rule.dual, "in segments": rule.segments}
    _show_facts(console, {name: fact for name, fact in facts.items() if fact})


def _show_facts(console: Console, facts: Mapping[str, str]) -> None:
    rows = Table(box=None, show_header=False, pad_edge=False)
    rows.add_column(style="dim", no_wrap=True)
    rows.add_column()
    for name, value in facts.items():
        rows.add_row(name, Text(value))
    console.print(rows)
