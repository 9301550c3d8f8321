"""Content of the reference as plain values for the terminal, the page and JSON: parameters, settings and checks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isinf
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from h2model.case import REQUIRED, Parameter, Rule, did_you_mean
from h2model.errors import Fault, InputError
from h2model.frame import concern as frame
from h2model.reference.equations import Shown

#: Equations and named expressions by the name of their concern.
Equations = Mapping[str, Sequence[Shown]]
#: Settings by address, such as `policies.emission_cap.<name>`.
Settings = Mapping[str, type[BaseModel]]
SCALAR = "(one value)"
#: Values of an hourly series in segments of unequal length (see `Parameter.relaxation`).
IN_SEGMENTS = {
    "mean": "mean of the hours",
    "min": "lowest of the hours",
    "buyer": "best price of the hours for the buyer or seller",
    "range": "highest of the hours, and its distance to the lowest",
    "mean and peak": "mean and highest of the hours",
    "mean and least": "mean and lowest of the hours",
}


@dataclass(frozen=True)
class Symbol:
    """A variable, set or equation as the model declares it; `over` are its dimensions."""

    name: str
    kind: str
    over: tuple[str, ...]
    unit: str
    meaning: str


@dataclass(frozen=True)
class Reference:
    """Parameters, settings, equations and checks that `h2model describe` can describe."""

    parameters: Sequence[Parameter] = ()
    settings: Settings = field(default_factory=dict)
    equations: Equations = field(default_factory=dict)
    checks: Sequence[Rule] = ()

    def entries(self, name: str) -> Reference:
        """Return all entries with a name: parameters, equations, settings, checks, or all equations of a concern.

        Raises
        ------
        InputError
            If no entry has this name; it suggests the most similar one.
        """
        equations = {
            concern: matches
            for concern, group in self.equations.items()
            if (matches := [rule for rule in group if rule.name == name])
        }
        if not equations and name in self.equations:
            equations = {name: self.equations[name]}
        entries = Reference(
            tuple(parameter for parameter in self.parameters if parameter.name == name),
            {address: model for address, model in self.settings.items() if name in address.split(".")},
            equations,
            tuple(rule for rule in self.checks if rule.name == name),
        )
        if not (entries.parameters or entries.settings or entries.equations or entries.checks):
            known = [each.name for each in (*self.parameters, *self.checks)]
            known += [rule.name for group in self.equations.values() for rule in group]
            known += [*self.equations, *(part for address in self.settings for part in address.split("."))]
            raise InputError([Fault(f"describe {name}", "nothing has this name", did_you_mean(name, known))])
        return entries


def facts_of(parameter: Parameter) -> dict[str, str]:
    """Return the declaration of a parameter in words."""
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
    """Return the parameters by the table that contains them, in the order of declaration."""
    tables: dict[str, list[Parameter]] = {}
    for parameter in parameters:
        tables.setdefault(parameter.table, []).append(parameter)
    return tables


def settings_rows(settings: Settings) -> list[dict[str, Any]]:
    """Return each group of settings with its address, its description, and a row for each setting."""
    groups = []
    for address, model in settings.items():
        rows = [
            {"name": field.alias or name, "default": default_of_setting(field), "meaning": field.description or ""}
            for name, field in model.model_fields.items()
            if not field.exclude
        ]
        groups.append({"address": address, "paragraphs": frame.paragraphs(model.__doc__), "rows": rows})
    return groups


def default_of(parameter: Parameter) -> str:
    """Return the default in words: a number, a choice, "required", or "none" if the value is optional."""
    if parameter.default is REQUIRED:
        return "required"
    if parameter.default is None:
        return "none"
    if isinstance(parameter.default, str):
        return parameter.default
    return "unlimited" if isinf(parameter.default) else f"{parameter.default:g}"


def bounds_of(parameter: Parameter) -> str:
    """Return the accepted values, such as "0 to 1", "at least 0", or the words to choose from."""
    if parameter.choices:
        return " | ".join(parameter.choices)
    below, above = isinf(parameter.lower), isinf(parameter.upper)
    if below and above:
        return "any"
    if above:
        return f"at least {parameter.lower:g}"
    return f"at most {parameter.upper:g}" if below else f"{parameter.lower:g} to {parameter.upper:g}"


def usual_of(parameter: Parameter) -> dict[str, str]:
    """Return the usual ranges of a parameter by unit, each with its basis."""
    usual = {}
    for range_ in parameter.plausible:
        in_unit = f" in {range_.unit}" if range_.unit else ""
        usual[f"usual{in_unit}"] = f"{range_.lowest:,.10g} to {range_.highest:,.10g} ({range_.basis})"
    return usual


def default_of_setting(field: FieldInfo) -> str:
    """Return the default of a setting in words."""
    if field.is_required():
        return "required"
    default = field.get_default(call_default_factory=True)
    if isinstance(default, BaseModel):
        return "see below"
    if isinstance(default, bool):
        return "yes" if default else "no"
    return "none" if default in (None, "", (), {}) else str(default)


def unit_of(parameter: Parameter) -> str:
    """Return the declared unit, or "word" for a parameter with choices."""
    return "word" if parameter.choices else parameter.unit
