"""Load a case: tables and a scenario become one checked Dataset, or one list of all faults."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from h2model.case.assets import Assets, Entity, read_assets, read_reference
from h2model.case.case_file import FILE, CaseFile, read_case_file
from h2model.case.cells import Cells, check_bounds, check_idle, check_periods, fill, labels_of, to_steps
from h2model.case.checks import check_missing, check_reference_ratio
from h2model.case.coordinates import with_meaning
from h2model.case.declare import CASE_PARAMETERS, ORIGINS, Parameter
from h2model.case.entries import Entry, EntryReader
from h2model.case.faults import Faults, did_you_mean
from h2model.case.finance import discount_factor, years_represented
from h2model.case.lines import add_lines
from h2model.case.overrides import Change, apply_changes, read_changes
from h2model.case.part_load import part_load_variables
from h2model.case.plausible import check_exchange, check_plausible, check_profile_means
from h2model.case.profiles import Profiles, WeatherYear, choose_files, read_profiles
from h2model.case.provenance import Provenance
from h2model.case.rules import ATTRIBUTE, to_text
from h2model.case.scenario import SCENARIO_TEXT, Scenario, policy_settings
from h2model.case.segments import coarsened, segment_lengths
from h2model.case.sources import FILES, SOURCES, files_text, sources_text
from h2model.case.step_table import Steps, read_step_table
from h2model.case.tables import read_tables
from h2model.case.time import equal_steps, parse_resolution
from h2model.case.units import Units
from h2model.errors import Fault, InputError

Check = Callable[[xr.Dataset, Provenance], Iterable[Fault]]

_FIRST = ("unit", "lower_heating_value")
"""Parameters of carriers that must be known before any unit can be converted."""


def load_case(
    scenario: Scenario,
    parameters: Sequence[Parameter] = (),
    policies: Mapping[str, Any] | None = None,
    checks: Sequence[Check] = (),
    folder: Path | str | None = None,
) -> xr.Dataset:
    """Return the checked Dataset of a scenario: every declared parameter, in the units of the case.

    Parameters
    ----------
    scenario
        The scenario to compute. Its case is read from `folder`, else from its `case_folder`, else from inputs/<case>.
    parameters
        Parameters that the model declares, in addition to those of the case (`CASE_PARAMETERS`).
    policies
        Known policies by name. Each has `settings` and `to_data(entries, units, coords) -> Dataset`, where `entries`
        are its settings in the scenario.
    checks
        Functions that take the complete data and its provenance, and yield faults. They run only if loading found no
        error. All warnings, of loading and of checks, are in the attribute `warnings` (see `warnings_of`).

    Raises
    ------
    InputError
        With every fault, each with its file and line.
    """
    folder = find_case(scenario, folder)
    try:
        data, warnings = _checked(scenario, (*CASE_PARAMETERS, *parameters), policies or {}, checks, folder)
    except InputError as error:
        raise InputError(_located([*error.faults, *error.warnings], scenario, folder)) from None
    data.attrs[ATTRIBUTE] = to_text(_located(warnings, scenario, folder))
    return data


def _located(faults: Iterable[Fault], scenario: Scenario, folder: Path) -> Faults:
    return scenario.locate(add_lines(faults, {FILE: folder / FILE}))


def _checked(
    scenario: Scenario,
    parameters: Iterable[Parameter],
    policies: Mapping[str, Any],
    checks: Sequence[Check],
    folder: Path,
) -> tuple[xr.Dataset, list[Fault]]:
    """The data of a case and its warnings; InputError with every fault."""
    declared: dict[str, Parameter] = {}
    for parameter in parameters:
        if declared.setdefault(parameter.name, parameter) != parameter:
            raise ValueError(f"the parameter {parameter.name} is declared twice, and differently")
    loading = _Loading(scenario, declared, folder)
    data = loading.data()
    faults = loading.faults
    try:
        settings = policy_settings(scenario, policies)
    except InputError as error:
        faults.extend(error.faults)
        settings = {}
    added = []
    for name, entries in settings.items():
        try:
            added.append(policies[name].to_data(entries, loading.units, data.coords))
        except InputError as error:
            faults.extend(error.faults)
    faults.tag("valid_policies")
    faults.raise_if_any()
    if added:
        data = xr.merge([data, *added], join="exact", compat="equals", combine_attrs="override")
        # Text becomes strings of fixed width: netCDF cannot infer the type of an empty array of Python objects.
        data = data.assign({name: v.astype(str) for name, v in data.variables.items() if v.dtype == object})
    faults.extend(check_reference_ratio(data, loading.provenance))
    faults.tag("one_to_one_reference")
    for check in checks:
        faults.extend(check(data, loading.provenance))
    faults.raise_if_any()
    count = scenario.time.segments
    if count is not None:
        data = coarsened(data, declared, segment_lengths(data, declared, count))
    return data, faults.warnings


def find_case(scenario: Scenario, folder: Path | str | None = None) -> Path:
    """Return the folder of a scenario's case; InputError if it does not exist."""
    path = Path(folder or scenario.case_folder or Path("inputs") / scenario.case)
    if not path.is_dir():
        known = [file.parent.name for file in Path("inputs").glob("*/case.yaml")]
        where = f"{scenario.file_name}: case"
        fault = Fault(where, f"the case '{scenario.case}' is unknown", did_you_mean(scenario.case, known))
        raise InputError(scenario.locate([fault]))
    return path


@dataclass
class _Loading:
    """The state of loading one case: the content read so far, and its faults."""

    scenario: Scenario
    declared: dict[str, Parameter]
    folder: Path
    faults: Faults = field(default_factory=Faults)
    provenance: Provenance = field(init=False)
    cells: dict[str, Cells] = field(default_factory=dict)
    reported: dict[str, set] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read tables, definitions and profiles.

        Raises InputError at once if a file cannot be read. Otherwise all its names would count as unknown.
        """
        self.provenance = Provenance(scenario=self.scenario)
        scalars = [parameter for parameter in self.declared.values() if not parameter.dims]
        self.case: CaseFile = read_case_file(self.folder, scalars, self.faults)
        self.faults.tag("valid_settings")
        check_exchange(self.case, self.faults)
        self.tables, complete = read_tables(self.folder, self.faults)
        self.faults.tag("readable_tables")
        time = self.scenario.time
        if time.steps is not None:
            self.steps = read_step_table(self.folder, time.steps, self.faults)
            all_read = self.steps is not None
        else:
            files = choose_files(self.folder, self.case.profiles, self._weather_year(), self.faults)
            profiles = read_profiles(self.folder, files, time.year, self.faults)
            self.steps = Steps.equal(equal_steps(parse_resolution(time.resolution)), profiles)
            all_read = profiles.complete and len(files) == len(self.case.profiles)
        self.faults.tag("whole_profiles")
        if not (complete and all_read):
            self.faults.raise_if_any()
        self.profiles: Profiles = self.steps.profiles
        names = dict.fromkeys(row["carrier"] for row in self.tables["carriers.csv"])
        carriers = [Entity(name, "carrier", carrier=name) for name in names]
        self.reference = read_reference(self.tables["technologies.csv"], carriers, self.faults)
        self.assets: Assets = read_assets(self.tables, carriers, self.reference, self.faults)
        self.faults.tag("known_names")
        for entity in self.assets.named():
            self.provenance.define(entity.name, entity.where)
        self.units = Units(self.case.currency, self.case.rates)

    def _weather_year(self) -> WeatherYear | None:
        """The weather year of the scenario, else that of the case."""
        own = self.scenario.time.weather_year
        if own is not None:
            return WeatherYear(own, f"{self.scenario.file_name}: time.weather_year")
        if self.case.weather_year is not None:
            return WeatherYear(self.case.weather_year, "case.yaml: weather_year")
        return None

    def data(self) -> xr.Dataset:
        """Return all values as a Dataset; faults are collected, and wrong values are NaN."""
        reader = EntryReader(self.declared, self.assets, self.profiles.series, self.faults)
        entries = [
            *reader.technologies(self.tables["technologies.csv"]),
            *reader.named_assets(self.tables["assets.csv"]),
            *reader.carrier_rows(self.tables["carriers.csv"]),
            *reader.scalars(self.case.scalar_rows()),
        ]
        self.faults.tag("known_rows")
        changes = read_changes(self.scenario, self.declared, self.assets, self.faults)
        self.faults.tag("effective_changes")
        for name in _FIRST:
            self._resolve(self.declared[name], entries, changes)
        carriers = [carrier.name for carrier in self.assets.carriers]
        choices, heat = self.declared["unit"].choices, self.cells["lower_heating_value"]
        units = zip(carriers, self.cells["unit"].value, strict=True)
        heating_values = zip(carriers, heat.value + heat.offset, strict=True)
        self.units = self.units.with_carriers(
            {name: choices[int(unit)] for name, unit in units if not np.isnan(unit)},
            {name: float(value) for name, value in heating_values if not np.isnan(value)},
        )
        for name, parameter in self.declared.items():
            if name not in _FIRST:
                self._resolve(parameter, entries, changes)
        check_idle(entries, self.reference, self.units, self.faults)
        self.faults.tag("convertible_units")
        check_missing(self.cells.values(), self.reported, self.assets, self.tables, self.units, self.faults)
        self.faults.tag("nothing_missing")
        return self._dataset()

    def _resolve(self, parameter: Parameter, entries: Sequence[Entry], changes: Sequence[Change]) -> None:
        """Fill in one parameter from its default, the tables and the overrides; then check its bounds."""
        labels = labels_of(self.assets.carriers, self.scenario.periods)
        cells = Cells.empty(parameter, self.assets.with_parameter(parameter), labels)
        own = [entry for entry in entries if entry.parameter is parameter]
        names = list(self.profiles.series)
        fill(cells, own, self.units, names, self.provenance, self.faults)
        self.faults.tag("convertible_units")
        apply_changes(cells, [c for c in changes if c.parameter is parameter], self.units, self.provenance, self.faults)
        self.faults.tag("effective_changes")
        self.reported[parameter.name] = check_periods(cells, own, self.faults)
        self.faults.tag("given_periods")
        check_bounds(cells, self.profiles, names, self.provenance, self.faults)
        self.faults.tag("values_within_bounds")
        check_plausible(cells, self.units, self.profiles, self.provenance, self.faults)
        check_profile_means(cells, self.profiles, self.provenance, self.faults)
        self.cells[parameter.name] = cells
        first = {parameter.dims[0]: [e.name for e in cells.entities]} if parameter.dims else {"": ["case"]}
        self.provenance.keep(parameter, {**first, **cells.labels}, cells.row)

    def _dataset(self) -> xr.Dataset:
        scenario, steps = self.scenario, self.steps
        coords = self.assets.coords(self.units) | {
            "period": ("period", np.array(scenario.periods, dtype=int)),
            "time": ("time", np.arange(len(steps.hours))),
            "timestamp": ("time", steps.timestamps),
            "origin": ("origin", np.array(ORIGINS)),
        }
        variables = {name: self._variable(p) for name, p in self.declared.items() if name != "unit"}
        variables["hours"] = _variable("time", steps.hours, "hour", "Length of each step")
        variables["weight"] = _variable("time", steps.weight, "1", "How often each step occurs in the year")
        variables["sequence"] = _variable("time", steps.sequence, "1", "Index of the sequence of this step")
        variables |= self._years(variables)
        rows = self.tables["part_load.csv"]
        curves = part_load_variables(rows, self.assets, self.units, self.provenance, self.faults)
        self.faults.tag("concave_part_load")
        weather_year = self._weather_year()
        tables = (row.where.rpartition(", row")[0] for rows in self.tables.values() for row in rows)
        step_table = [scenario.time.steps] if scenario.time.steps else []
        files = [FILE, *tables, *self.profiles.file_of.values(), *step_table]
        attrs = {
            "case": self.case.name or scenario.case,
            "title": self.case.title,
            "currency": self.case.currency,
            "scenario": scenario.name,
            SCENARIO_TEXT: scenario.to_text(),
            "weather_year": weather_year.name if weather_year else "",
            "step_table": scenario.time.steps or "",
            SOURCES: sources_text(self.tables, self.case.scalar_rows()),
            FILES: files_text(self.folder, files),
        }
        return xr.Dataset({**variables, **curves}, with_meaning(coords), attrs)

    def _variable(self, parameter: Parameter) -> xr.Variable:
        """One parameter with its declared dims, unit and description."""
        cells = self.cells[parameter.name]
        if parameter.choices:
            words = np.array(["", *parameter.choices])
            values = words[np.nan_to_num(cells.value + 1.0, nan=0.0).astype(int)]
        elif parameter.varies_in_time:
            values = to_steps(cells, self.profiles, list(self.profiles.series), self.steps.hours)
        else:
            values = cells.value + cells.offset
        shaped = values if parameter.dims else values[0]
        # If all entities have the same unit, write it out. Otherwise keep the placeholders {capacity} and {amount}.
        unit = parameter.unit.replace("{money}", self.case.currency).replace("{carrier-amount}", "{carrier}")
        if "{" in unit and "{carrier}" not in unit:
            targets = {self.units.target(parameter.unit, e.carrier, storage=e.holds_amount) for e in cells.entities}
            unit = targets.pop() if len(targets) == 1 else unit
        return _variable(parameter.dims, shaped, unit, parameter.description)

    def _years(self, variables: Mapping[str, xr.Variable]) -> dict[str, xr.Variable]:
        """Years that each period represents, and the value of its money in the base year."""
        periods = self.scenario.periods
        years = years_represented(periods, self.scenario.last_period_years)
        rate, base_year = (float(variables[name].values) for name in ("discount_rate", "base_year"))
        base_year = float(periods[0]) if np.isnan(base_year) else base_year
        # A missing or impossible rate already has a fault; the factor must not raise another error.
        moment = str(variables["cost_moment"].values)
        factor = discount_factor(periods, years, rate if rate > -1 else 0.0, base_year, moment)
        return {
            "base_year": _variable((), base_year, "1", self.declared["base_year"].description),
            "years_represented": _variable("period", years, "year", "Years that each period represents"),
            "discount_factor": _variable("period", factor, "1", "Value in the base year of money of the period"),
        }


def _variable(dims: str | tuple[str, ...], values: Any, unit: str, description: str) -> xr.Variable:
    return xr.Variable(dims, values, {"units": unit, "long_name": description})
