"""Rules: what is asked of the inputs before anything is built, each with a name, a severity and a reason.

A rule is a function of the complete data that yields faults. Its name is that of the function, its meaning the first
line of the docstring.

    @rule(Severity.WARNING, against="a cap that costs nothing because its regions emit nothing")
    def cap_counts_something(data, rows):
        '''Something of what a cap counts can be emitted in its regions.'''

What the loader asks of rows before there are complete data stands in `LOADING`. `docs/checks.md` is written from all.
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
    """One rule: its name, what a breach does to a run, what it says, what it protects against, and who looks.

    `find` is None for what the loader asks while it reads.
    """

    name: str
    severity: Severity
    meaning: str
    against: str
    find: Find | None = None

    def __call__(self, data: xr.Dataset, rows: Provenance) -> Iterable[Fault]:
        """The faults by this rule, with its name and severity."""
        for fault in self.find(data, rows) if self.find is not None else ():
            yield replace(fault, rule=self.name, severity=self.severity)


def rule(severity: Severity, against: str) -> Callable[[Find], Rule]:
    """Make a rule of a function; `against` is what goes wrong without it. The docstring's first line is its meaning."""
    return lambda find: Rule(find.__name__, severity, first_line(find), against, find)


def first_line(find: Find) -> str:
    """Return the first line of the docstring of a rule: what the inputs must hold."""
    return (find.__doc__ or "").strip().partition("\n")[0]


def rule_of(name: str, find: Find) -> Rule:
    """The rule that the `check` of a concern is, as a whole: what its inputs must hold to make sense."""
    return Rule(
        f"sound_{name}", Severity.ERROR, first_line(find), "inputs that contradict each other or have no effect.", find
    )


WARN = Severity.WARNING


def _asked(name: str, meaning: str, against: str, severity: Severity = Severity.ERROR) -> Rule:
    return Rule(name, severity, meaning, against)


LOADING = (
    _asked("valid_settings", "case.yaml and the scenario know all their keys and values.", "a misspelt setting."),
    _asked("currency_has_its_year", "Every currency names the year of its money.", "sums of money of several years."),
    _asked("readable_tables", "Tables have their columns and cells that can be read.", "rows read as something else."),
    _asked("whole_profiles", "Profiles hold a number for every hour of a year.", "hours that are filled in silence."),
    _asked("known_names", "What a definition table names is defined, once.", "a plant left out for a misspelt name."),
    _asked("known_rows", "Rows of long tables name declared parameters and existing subjects.", "rows nobody reads."),
    _asked("effective_changes", "Overrides and --set addresses reach something.", "a scenario that changes nothing."),
    _asked("convertible_units", "Units measure what is declared; a value is given once.", "kW read as kWh."),
    _asked("given_periods", "What is given for a period is given for all of them.", "values that are interpolated."),
    _asked("values_within_bounds", "Values lie within their declared bounds.", "an efficiency of 95, a negative cost."),
    _asked("nothing_missing", "What has no default is given.", "an efficiency of 0 or 1 that nobody chose."),
    _asked("concave_part_load", "Part-load curves are concave and given once.", "efficiency from mixing loads."),
    _asked("valid_policies", "Policies name what exists, in units that convert.", "a cap on a misspelt region."),
    _asked(
        "plausible_values",
        "Values are not orders of magnitude away from what is usual.",
        "EUR/kW read as EUR/MW.",
        WARN,
    ),
    _asked(
        "plausible_profiles",
        "Profiles have the mean that their parameter asks for.",
        "a demand of twice its size.",
        WARN,
    ),
    _asked("plausible_exchange", "Money of earlier years is worth more, within reason.", "a rate upside down.", WARN),
    _asked("one_to_one_reference", "A plant uses or makes 1 of what it refers to.", "a capacity in an unknown unit."),
)
"""What is asked while a case is read; the loader names it in the fault."""


def to_text(warnings: Iterable[Fault]) -> str:
    """Warnings as JSON text: netCDF attributes hold no tables."""
    shown = [{**asdict(fault), "severity": fault.severity.value} for fault in dict.fromkeys(warnings)]
    return json.dumps(shown, ensure_ascii=False)


def warnings_of(data: xr.Dataset) -> tuple[Fault, ...]:
    """The warnings about the inputs that a case, its inputs.nc or its results carry; none in data of older versions."""
    told = json.loads(str(data.attrs.get(ATTRIBUTE, "[]")))
    return tuple(Fault(**{**fault, "severity": Severity(fault["severity"])}) for fault in told)


def counted(faults: Iterable[Fault]) -> dict[str, int]:
    """How many faults by which rule, the most frequent first."""
    names = [fault.rule or "unnamed" for fault in faults]
    return {name: names.count(name) for name in sorted(set(names), key=lambda n: (-names.count(n), n))}
