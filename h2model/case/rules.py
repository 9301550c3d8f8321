"""Rules that the inputs must obey before a model is built, each with a name, a severity and a reason.

A rule is a function of the complete data that yields faults. Its name is that of the function, its meaning the first
line of the docstring.

    @rule(Severity.WARNING, against="a cap that costs nothing because its regions emit nothing")
    def cap_counts_something(data, rows):
        '''The regions of a cap can emit something that it counts.'''

`LOADING` lists the rules that the loader checks while it reads. `docs/checks.md` is generated from all rules.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from h2model.errors import Fault, Severity

if TYPE_CHECKING:
    import xarray as xr

    from h2model.case.provenance import Provenance

#: Attribute of a Dataset (case, inputs.nc, results) that holds its warnings as JSON text.
ATTRIBUTE = "warnings"

Find = Callable[["xr.Dataset", "Provenance"], Iterable[Fault]]


@dataclass(frozen=True)
class Rule:
    """One rule: its name, the severity of a breach, its meaning, the mistake it prevents, and its check.

    `find` is None for a rule that the loader checks while it reads.
    """

    name: str
    severity: Severity
    meaning: str
    against: str
    find: Find | None = None

    def __call__(self, data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
        """Return the faults by this rule, with its name and severity."""
        for fault in self.find(data, provenance) if self.find is not None else ():
            yield replace(fault, rule=self.name, severity=self.severity)


def rule(severity: Severity, against: str) -> Callable[[Find], Rule]:
    """Return a decorator that makes a function a rule. The first line of its docstring is the meaning of the rule.

    `against` is the mistake that the rule prevents.
    """
    return lambda find: Rule(find.__name__, severity, first_line(find), against, find)


def first_line(find: Find) -> str:
    """Return the first line of the docstring of a rule, which is its meaning."""
    return (find.__doc__ or "").strip().partition("\n")[0]


def rule_of(name: str, find: Find) -> Rule:
    """Return the check of a concern as a rule: its inputs must be consistent."""
    return Rule(f"sound_{name}", Severity.ERROR, first_line(find), "inputs that conflict or have no effect.", find)


WARN = Severity.WARNING


def _checked(name: str, meaning: str, against: str, severity: Severity = Severity.ERROR) -> Rule:
    return Rule(name, severity, meaning, against)


LOADING = (
    _checked("valid_settings", "All keys and values of case.yaml and the scenario are known.", "a misspelt setting."),
    _checked("currency_has_its_year", "Every currency has a price year.", "sums of money of different price years."),
    _checked("readable_tables", "Tables have all columns, and cells that can be read.", "rows that are misread."),
    _checked("whole_profiles", "Profiles have a number for every hour of a year.", "hours that are filled silently."),
    _checked(
        "known_names",
        "Names in definition tables are defined exactly once.",
        "a plant that a misspelt name leaves out.",
    ),
    _checked(
        "known_rows", "Rows of long tables name declared parameters and existing subjects.", "rows that are ignored."
    ),
    _checked("effective_changes", "Overrides and --set addresses change a value.", "a scenario that changes nothing."),
    _checked("convertible_units", "Units fit the declared unit; each value is given once.", "kW read as kWh."),
    _checked(
        "given_periods", "A value given for one period is given for all periods.", "values that are interpolated."
    ),
    _checked(
        "values_within_bounds", "Values are within their declared bounds.", "an efficiency of 95, a negative cost."
    ),
    _checked("nothing_missing", "Values without a default are given.", "an efficiency of 0 or 1 by accident."),
    _checked("concave_part_load", "Part-load curves are concave and given once.", "efficiency gained by mixing loads."),
    _checked(
        "valid_policies", "Policies use known names, and units that can be converted.", "a cap on a misspelt region."
    ),
    _checked(
        "plausible_values",
        "Values are within orders of magnitude of usual values.",
        "EUR/kW read as EUR/MW.",
        WARN,
    ),
    _checked(
        "plausible_profiles",
        "Profiles have the mean that their parameter expects.",
        "a demand of twice the intended size.",
        WARN,
    ),
    _checked(
        "plausible_exchange",
        "Money of earlier years is worth more, by a realistic rate.",
        "an inverted exchange rate.",
        WARN,
    ),
    _checked(
        "one_to_one_reference", "A plant uses or makes 1 of its reference carrier.", "a capacity in an unknown unit."
    ),
)
"""Rules that are checked while a case is read; their faults carry these names."""


def to_text(warnings: Iterable[Fault]) -> str:
    """Return warnings as JSON text, because netCDF attributes cannot contain tables."""
    shown = [{**asdict(fault), "severity": fault.severity.value} for fault in dict.fromkeys(warnings)]
    return json.dumps(shown, ensure_ascii=False)


def warnings_of(data: xr.Dataset) -> tuple[Fault, ...]:
    """Return the warnings about the inputs in a case, its inputs.nc or its results; none in data of older versions."""
    records = json.loads(str(data.attrs.get(ATTRIBUTE, "[]")))
    return tuple(Fault(**{**fault, "severity": Severity(fault["severity"])}) for fault in records)
