"""Scenarios: the periods, time steps, policies and changes to compute on a case. Frozen; unknown keys are refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import xarray as xr
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PrivateAttr,
    ValidationError,
    field_validator,
    model_validator,
)

from h2model.case.faults import Faults, did_you_mean, validation_faults
from h2model.case.lines import ScenarioFile
from h2model.case.operations import OVERRIDE_GROUPS, Override, Section, as_lists
from h2model.case.time import parse_resolution
from h2model.case.yaml_text import parse_yaml, read_yaml, to_yaml
from h2model.errors import Fault, InputError

#: Attribute of a Dataset (case, inputs.nc, results) that holds its scenario as YAML text.
SCENARIO_TEXT = "scenario_yaml"


class Certified(Section):
    """A plan for all hours, found by way of segments, with a proven bound of its distance to the optimum."""

    gap: float = Field(
        gt=0,
        le=1,
        description="most that the plan may cost above the proven lower bound, as a share of its cost: 1% or 0.01; "
        "solver.time_limit goes before it",
    )

    @field_validator("gap", mode="before")
    @classmethod
    def _percent(cls, gap: Any) -> Any:
        if isinstance(gap, str) and gap.strip().endswith("%"):
            return float(gap.strip().removesuffix("%")) / 100
        return gap


class Time(Section):
    """How a year is cut into steps."""

    resolution: str = Field("1h", description="length of a step: 1h, 3h or any whole divisor of 8,760 hours")
    steps: str | None = Field(
        None,
        min_length=1,
        description="table of steps in the case folder, such as typical_days.csv, in place of hours of a year: their "
        "hours, weight, sequence and profiles",
    )
    segments: int | None = Field(
        None,
        ge=365,
        le=8760,
        description="number of segments, within days and of unequal length, into which the hours are joined where the "
        "profiles change least; the least cost is then a lower bound of that of all hours",
    )
    certified: Certified | None = Field(
        None, description="plan for all hours that is proven to be near the optimum, found by way of segments"
    )
    year: int | None = Field(None, description="calendar year to take from profile files that hold several")
    weather_year: str | None = Field(
        None,
        min_length=1,
        coerce_numbers_to_str=True,
        description="replacement for {weather_year} in the profile files of the case; by default that of the case",
    )

    @field_validator("resolution")
    @classmethod
    def _divides_the_year(cls, text: str) -> str:
        parse_resolution(text)
        return text

    @model_validator(mode="after")
    def _cuts_the_year_in_one_way(self) -> Time:
        others = sorted(self.model_fields_set - {"steps"}) if self.steps is not None else []
        if others:
            raise ValueError(f"the table {self.steps} defines all steps; remove {' and '.join(others)}")
        single_hours = parse_resolution(self.resolution) == 1
        if self.segments is not None and not single_hours:
            raise ValueError(f"segments join single hours, but the resolution is {self.resolution}; write 1h or none")
        if self.certified is not None and (self.segments is not None or not single_hours):
            other = f"segments: {self.segments}" if self.segments is not None else f"resolution: {self.resolution}"
            raise ValueError(f"a certified plan covers all hours and chooses its own segments; remove {other}")
        return self


class SolverSettings(Section):
    """How the solver works."""

    method: str = Field("auto", description="solution method; auto lets the program choose")
    crossover: bool = Field(
        False, description="push interior-point solutions to a vertex: fewer assets in use, at a multiple of the time"
    )
    time_limit: float | None = Field(None, gt=0, description="seconds after which the solver stops")
    threads: int | None = Field(None, ge=1, le=1024, description="processor cores that the solver may use")
    options: dict[str, Any] = Field(default_factory=dict, description="further options of the solver, by name")


def as_folder_name(name: str) -> str:
    """Return the name of a scenario or study, which becomes that of a folder; ValueError if it cannot."""
    if name in (".", "..") or set(name) & set("/\\\0\n"):
        raise ValueError("the name becomes that of a folder: it cannot be . or .. and cannot contain / or \\")
    return name


Overrides = Annotated[dict[str, tuple[Override, ...]], BeforeValidator(as_lists)]


class Scenario(Section):
    """The case, periods, time steps, policies, solver settings and changes of a computation."""

    case: str = Field(description="name of the case: the folder below inputs/")
    name: Annotated[str, AfterValidator(as_folder_name)] = Field(
        "", description="name of the scenario; by default the file name"
    )
    title: str = Field("", description="title for reports")
    description: str = Field("", description="purpose of the scenario")
    periods: tuple[int, ...] = Field(min_length=1, description="investment years, rising, such as [2030, 2040, 2050]")
    last_period_years: int | None = Field(
        None, ge=1, description="years that the last period represents; by default as many as the one before it"
    )
    time: Time = Field(default_factory=Time, description="how a year is cut into steps")
    policies: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="settings by policy and by a name of your choice"
    )
    solver: SolverSettings = Field(default_factory=SolverSettings, description="how the solver works")
    overrides: Overrides = Field(
        default_factory=dict,
        description="changes to the data, by address such as technologies.<name>.<parameter>: a value, values by "
        "period, or set, scale or add with a region or period",
    )
    last_overrides: Overrides = Field(
        default_factory=dict,
        description="changes to the data after all overrides, by address; used by studies",
    )
    case_folder: Path | None = Field(
        None, exclude=True, description="folder of the case if it is not inputs/<case>; not part of the run's record"
    )
    _file: ScenarioFile = PrivateAttr(default_factory=ScenarioFile)

    @property
    def file_name(self) -> str:
        """Return the name of the scenario's file in faults."""
        return self._file.path.name if self._file.path else f"{self.name or 'scenario'}.yaml"

    def locate(self, faults: Iterable[Fault]) -> Faults:
        """Return faults with the line of the scenario's file that they are in, or the `--set` that they come from."""
        return self._file.locate(faults, self.file_name)

    @field_validator("periods")
    @classmethod
    def _rising(cls, periods: tuple[int, ...]) -> tuple[int, ...]:
        if any(later <= earlier for earlier, later in pairwise(periods)):
            raise ValueError("the periods must rise from one to the next")
        if not all(1900 <= period <= 2200 for period in periods):
            raise ValueError("the periods must be calendar years")
        return periods

    def to_text(self) -> str:
        """Return the scenario as YAML text, without default values; `from_text` reads it back."""
        return to_yaml(_plain(self.model_dump(exclude_defaults=True)))

    @classmethod
    def from_text(cls, text: str) -> Scenario:
        """Return the scenario of a YAML text."""
        return _validated(parse_yaml(text, "scenario"), "scenario")

    @classmethod
    def of(cls, data: xr.Dataset) -> Scenario:
        """Return the scenario that a case, its inputs.nc or its results carry as text."""
        return cls.from_text(data.attrs[SCENARIO_TEXT])


def read_scenario(
    name_or_path: str | Path | Scenario,
    changes: Mapping[str, Any] | None = None,
    policies: Mapping[str, Any] | None = None,
    checks: Sequence[Callable[[Scenario], Iterable[Fault]]] = (),
) -> Scenario:
    """Read a scenario by name (inputs/*/scenarios/<name>.yaml below the working directory) or by path.

    Parameters
    ----------
    name_or_path
        Name, path, or a `Scenario`, of which a copy is changed.
    changes
        New values by address, or their YAML text as in `--set`. Addresses of data become overrides; all others are
        paths into the scenario.
    policies
        The known policies by name, each with its `settings`; the entries of the scenario are checked against them.
    checks
        Functions that yield faults of the settings, such as an unknown solver.

    Raises
    ------
    InputError
        With all faults.
    """
    content, source, file = _content(name_or_path)
    faults = Faults()
    for address, text in (changes or {}).items():
        value = parse_yaml(text, f"--set {address}") if isinstance(text, str) else text
        _change(content, address, value, faults)
    faults.tag("effective_changes")
    faults.raise_if_any()
    changed = (f"overrides.{each}" if each.split(".")[0] in OVERRIDE_GROUPS else each for each in changes or ())
    source = replace(source, changed=(*source.changed, *changed))
    scenario = None
    try:
        scenario = _validated(content, file)
    except InputError as error:
        faults.extend(error.faults)
    if policies is not None and isinstance(content.get("policies"), Mapping):
        _, policy_faults = _policy_settings(content["policies"], policies, file)
        faults.extend(policy_faults)
    faults.tag("valid_policies")
    if scenario is not None:
        for check in checks:
            faults.extend(check(scenario))
        faults.tag("valid_settings")
    if scenario is None or faults:
        raise InputError(source.locate(faults, file))
    scenario._file = source
    return scenario


def _content(source: str | Path | Scenario) -> tuple[dict[str, Any], ScenarioFile, str]:
    """Return the content of a scenario, its file, and the name of the file in faults."""
    if isinstance(source, Scenario):
        kept = {} if source.case_folder is None else {"case_folder": source.case_folder}
        return _plain(source.model_dump(exclude_defaults=True)) | kept, source._file, source.file_name
    path, text = Path(source), str(source)
    if isinstance(source, Path) or text.endswith((".yaml", ".yml")) or "/" in text:
        if not path.is_file():
            raise InputError([Fault(text, "the file does not exist", "correct the path of the scenario")])
    else:
        scenarios = sorted(Path("inputs").glob("*/scenarios/*.yaml"))
        matches = [path for path in scenarios if path.stem == text]
        if not matches:
            remedy = did_you_mean(text, [path.stem for path in scenarios])
            raise InputError([Fault(f"scenario {text}", f"cannot find inputs/*/scenarios/{text}.yaml", remedy)])
        if len(matches) > 1:
            paths = ", ".join(path.as_posix() for path in matches)
            raise InputError([Fault(f"scenario {text}", f"several cases have it: {paths}", "give the path instead")])
        path = matches[0]
    content = read_yaml(path)
    content.setdefault("name", path.stem)
    if path.parent.name == "scenarios" and path.parent.parent.name == content.get("case"):
        content.setdefault("case_folder", path.parent.parent)
    return content, ScenarioFile(path), path.name


def policy_settings(scenario: Scenario, policies: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the checked settings of a scenario by policy and name; every known policy has an entry, perhaps empty."""
    settings, faults = _policy_settings(scenario.policies, policies, scenario.file_name)
    faults.tag("valid_policies")
    faults.raise_if_any()
    return settings


def _policy_settings(
    given: Mapping[str, Any], policies: Mapping[str, Any], file: str
) -> tuple[dict[str, dict[str, Any]], Faults]:
    faults = Faults()
    settings: dict[str, dict[str, Any]] = {name: {} for name in policies}
    for policy, entries in given.items():
        where = f"{file}: policies.{policy}"
        if policy not in policies:
            faults.add(where, f"the policy '{policy}' is unknown", did_you_mean(str(policy), policies))
            continue
        for name, content in entries.items() if isinstance(entries, Mapping) else ():
            model = policies[policy].settings
            try:
                settings[policy][name] = model.model_validate(content)
            except ValidationError as error:
                faults.extend(validation_faults(error, model, file, prefix=f"policies.{policy}.{name}"))
    return settings, faults


def _validated(content: Any, file: str) -> Scenario:
    if isinstance(content, Mapping):
        # A key without a value, such as "overrides:" with all its lines commented out, means the default.
        content = {key: value for key, value in content.items() if value is not None}
    try:
        return Scenario.model_validate(content)
    except ValidationError as error:
        raise InputError(validation_faults(error, Scenario, file)) from None


def _change(content: dict[str, Any], address: str, value: Any, faults: Faults) -> None:
    """Write one `--set` value into the content of a scenario: as an override of data or at a path."""
    parts = address.split(".")
    where = f"--set {address}"
    if parts[0] in OVERRIDE_GROUPS and len(parts) > 1:
        overrides = content.setdefault("overrides", {})
        if isinstance(overrides, dict):
            overrides[address] = value
        return
    if parts[0] not in Scenario.model_fields or parts[0] in ("case", "case_folder"):
        known = [name for name in Scenario.model_fields if name not in ("case", "case_folder")]
        faults.add(
            where, f"'{parts[0]}' is not a key that can be set", did_you_mean(parts[0], [*known, *OVERRIDE_GROUPS])
        )
        return
    kind = Scenario.model_fields[parts[0]].annotation
    subsections = kind.model_fields if isinstance(kind, type) and issubclass(kind, Section) else ()
    section = content
    for depth, part in enumerate(parts[:-1]):
        key = _key(section, part)
        if key not in section and depth > 0 and not (depth == 1 and part in subsections):
            faults.add(
                where, f"the scenario has no '{'.'.join(parts[: depth + 1])}'", did_you_mean(part, map(str, section))
            )
            return
        section = section.setdefault(key, {})
        if not isinstance(section, dict):
            faults.add(where, f"'{'.'.join(parts[: depth + 1])}' has no parts", "set it as a whole")
            return
    section[_key(section, parts[-1])] = value


def _key(section: Mapping[Any, Any], part: str) -> Any:
    """Return the key of a mapping for a part of an address; periods are numbers in the file."""
    for key in section:
        if str(key) == part:
            return key
    return int(part) if part.isdecimal() else part


def _plain(value: Any) -> Any:
    """Return lists and dicts of plain values, as YAML has them."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items() if inner is not None}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value
