"""What the reference says of parameters, equations, settings and checks, as plain values for the page and for JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from h2model.case import Parameter
from h2model.frame import concern as frame
from h2model.reference.terminal import (
    SCALAR,
    Settings,
    bounds_of,
    default_of,
    default_of_setting,
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
        groups.append({"address": address, "paragraphs": frame.paragraphs(model.__doc__), "rows": rows})
    return groups
