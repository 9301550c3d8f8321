"""Hourly profiles of a case, from CSV or netCDF: one year of 8,760 hours without gaps."""

from __future__ import annotations

import glob
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from h2model.case.faults import Faults, did_you_mean, listed
from h2model.case.reading import read_once
from h2model.case.tables import parse_numbers, read_records
from h2model.case.time import aggregate
from h2model.constants import HOURS_PER_YEAR

PLACEHOLDER = "{weather_year}"
_HOUR = np.timedelta64(1, "h")
_YEAR_WITHOUT_PROFILES = 2025


@dataclass
class Profiles:
    """Hourly series by name, on common timestamps (hour beginning).

    A series with a fault is NaN, so that its name is known. `complete` is False if a file could not be read at all.
    Series that are not hourly have one value per step of the scenario; `share` is the part of the year of each step.
    """

    timestamps: np.ndarray
    complete: bool = True
    series: dict[str, np.ndarray] = field(default_factory=dict)
    file_of: dict[str, str] = field(default_factory=dict)
    share: np.ndarray | None = None

    @property
    def hourly(self) -> bool:
        """Whether the series have a value for each hour of a year."""
        return self.share is None

    def mean(self, name: str) -> float:
        """Return the mean of a series over the year."""
        return float(np.average(self.series[name], weights=self.share))

    def in_steps(self, name: str, hours: np.ndarray, rule: str) -> np.ndarray:
        """Return a series over steps of these lengths, each with the mean, min, max or sum of its hours."""
        if self.hourly:
            return aggregate(self.series[name], hours, rule)
        return self.series[name] * (hours if rule == "sum" else 1.0)

    @cached_property
    def extremes(self) -> tuple[np.ndarray, np.ndarray]:
        """The lowest and the highest value of each series; to be read after all files."""
        return tuple(np.array([end(values) for values in self.series.values()]) for end in (np.min, np.max))


@dataclass(frozen=True)
class WeatherYear:
    """The weather year of a scenario or case, and the setting it comes from."""

    name: str
    where: str


def choose_files(folder: Path, files: Sequence[str], weather: WeatherYear | None, faults: Faults) -> list[str]:
    """Return the entries of `profiles` with {weather_year} replaced.

    An entry without a weather year, or without a file for it, gives a fault and is left out.
    """
    templates = [entry for entry in files if PLACEHOLDER in entry]
    if weather is not None and not templates:
        faults.add(
            weather.where,
            f"the weather year '{weather.name}' has no effect: no profiles entry of case.yaml contains {PLACEHOLDER}",
            f"leave it out, or write an entry such as profiles/{PLACEHOLDER}.csv",
        )
    chosen = []
    for entry in files:
        years = weather_years(folder, entry) if entry in templates else []
        if entry not in templates:
            chosen.append(entry)
        elif weather is None:
            faults.add(
                "case.yaml: profiles",
                f"'{entry}' needs a weather year; the weather years are {listed(years)}",
                "set one as weather_year in case.yaml or as time.weather_year in the scenario",
            )
        elif weather.name not in years:
            faults.add(
                weather.where,
                f"cannot find '{entry.replace(PLACEHOLDER, weather.name)}'; the weather years are {listed(years)}",
                did_you_mean(weather.name, years),
            )
        else:
            chosen.append(entry.replace(PLACEHOLDER, weather.name))
    return chosen


def weather_years(folder: Path, entry: str) -> list[str]:
    """Return the weather years for which an entry of `profiles` has files: words without a slash."""
    parts = [part.split("*") for part in entry.split(PLACEHOLDER)]
    first, *others = [".*".join(map(re.escape, part)) for part in parts]
    # A second {weather_year}, as in profiles/{weather_year}/wind_{weather_year}.csv, means the same word again.
    pattern = re.compile(first + "(?P<year>[^/]+)" + "(?P=year)".join(others))
    try:
        paths = list(folder.glob("*".join("*".join(map(glob.escape, part)) for part in parts)))
    except (NotImplementedError, ValueError):
        return []
    matches = (pattern.fullmatch(path.relative_to(folder).as_posix()) for path in paths if path.is_file())
    return sorted({match["year"] for match in matches if match})


def read_profiles(folder: Path, files: Iterable[str], year: int | None, faults: Faults) -> Profiles:
    """Return the checked profiles of a case, from paths or patterns below its folder.

    `year` selects one calendar year from files with several.
    """
    profiles = Profiles(timestamps=np.array([], dtype="datetime64[ns]"))
    first_file = ""
    before = len(faults)
    paths = _expand(folder, files, faults)
    profiles.complete = len(faults) == before
    for path in paths:
        name = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name
        read = _read_netcdf if path.suffix == ".nc" else _read_csv
        stamps, columns = read_once(read, path, name, faults=faults)
        for array in (stamps, *columns.values()):
            array.flags.writeable = False
        if year is not None and len(stamps):
            inside = stamps.astype("datetime64[Y]").astype(int) + 1970 == year
            stamps, columns = stamps[inside], {key: values[inside] for key, values in columns.items()}
        if not columns:
            profiles.complete = False
        elif _check_hours(stamps, name, year, profiles, first_file, faults):
            profiles.timestamps, first_file = stamps, first_file or name
            _add_columns(profiles, columns, name, faults)
        else:
            _add_columns(profiles, dict.fromkeys(columns, np.full(HOURS_PER_YEAR, np.nan)), name, faults)
    if not first_file:
        start = np.datetime64(f"{year or _YEAR_WITHOUT_PROFILES}-01-01T00", "ns")
        profiles.timestamps = start + np.arange(HOURS_PER_YEAR) * _HOUR
    return profiles


def _expand(folder: Path, files: Iterable[str], faults: Faults) -> list[Path]:
    """The files that match the entries of `profiles` in case.yaml."""
    paths: list[Path] = []
    for entry in files:
        if Path(entry).suffix not in (".csv", ".nc"):
            faults.add("case.yaml: profiles", f"'{entry}' is neither .csv nor .nc", "give CSV or netCDF files")
            continue
        try:
            matches = sorted(folder.glob(entry)) if "*" in entry else [folder / entry]
        except (NotImplementedError, ValueError) as error:
            faults.add(
                "case.yaml: profiles", f"'{entry}' is not a pattern: {error}", "write a path such as profiles/*.csv"
            )
            continue
        matches = [path for path in matches if path.is_file()]
        if not matches:
            faults.add(
                "case.yaml: profiles",
                f"cannot find '{entry}'",
                "correct the path; it starts at the case folder",
            )
        paths.extend(path for path in matches if path not in paths)
    return paths


def _read_csv(path: Path, name: str, faults: Faults) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    nothing = np.array([], dtype="datetime64[ns]"), {}
    records = read_records(path, name, faults)
    if not records:
        return nothing
    header = records[0][1]
    if header[0] != "time" or len(header) < 2 or not all(header) or len(set(header)) < len(header):
        faults.add(
            f"{name}, row 1",
            f"the columns are {', '.join(header)}",
            "the first column must be 'time', the others hold one profile each, with different names",
        )
        return nothing
    uneven = [(line, len(cells)) for line, cells in records[1:] if len(cells) != len(header)]
    for line, count in uneven[:1]:
        faults.add(f"{name}, row {line}", f"has {count} cells where the header has {len(header)}", "complete the row")
    if uneven or len(records) < 2:
        if not uneven:
            faults.add(name, "has no hours", f"give {HOURS_PER_YEAR:,} hourly rows")
        return nothing
    lines = [line for line, _ in records[1:]]
    columns = list(zip(*(cells for _, cells in records[1:]), strict=True))
    stamps = pd.to_datetime(pd.Series(columns[0]), format="ISO8601", errors="coerce", utc=True)
    unreadable = np.flatnonzero(stamps.isna())
    for position in unreadable[:1]:
        problem = f"'{columns[0][position]}' is not a time"
        faults.add(f"{name}, row {lines[position]}", problem, "write times such as 2019-01-01 00:00")
    values = {
        column: _parse_column(cells, lines, f"{name}, row {{line}}: column '{column}'", faults)
        for column, cells in zip(header[1:], columns[1:], strict=True)
    }
    if len(unreadable):
        return nothing
    return stamps.dt.tz_localize(None).to_numpy().astype("datetime64[ns]"), values


def _parse_column(cells: Sequence[str], lines: list[int], where: str, faults: Faults) -> np.ndarray:
    """A column as floats, with a fault for the first cell that is not a finite number."""
    try:
        values = np.array(cells, dtype=float)
    except ValueError:
        values = parse_numbers(cells)
    bad = np.flatnonzero(~np.isfinite(values))
    if len(bad):
        cell = cells[bad[0]]
        more = f", and {len(bad) - 1} more cells like it" if len(bad) > 1 else ""
        faults.add(
            where.format(line=lines[bad[0]]),
            (f"'{cell}' is not a finite number" if cell else "the cell is empty") + more,
            "give every hour a number",
        )
    return values


def _read_netcdf(path: Path, name: str, faults: Faults) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    nothing = np.array([], dtype="datetime64[ns]"), {}
    try:
        with xr.open_dataset(path, engine="netcdf4") as opened:
            dataset = opened.load()
    except (OSError, ValueError) as error:
        faults.add(name, f"cannot be read as netCDF: {error}", "check the file")
        return nothing
    if "time" not in dataset.coords or not np.issubdtype(dataset["time"].dtype, np.datetime64):
        faults.add(name, "has no coordinate 'time' with calendar times", "give it hourly calendar times")
        return nothing
    columns = {}
    for key, array in dataset.data_vars.items():
        if array.dims != ("time",) or not np.issubdtype(array.dtype, np.number):
            faults.add(
                name,
                f"the variable '{key}' has other dimensions than time, or no numbers",
                "give one series per variable",
            )
            continue
        columns[str(key)] = array.to_numpy().astype(float)
        bad = np.flatnonzero(~np.isfinite(columns[str(key)]))
        if len(bad):
            faults.add(
                name,
                f"the variable '{key}' has no finite number at {_show(dataset['time'].to_numpy()[bad[0]])}"
                + (f", and at {len(bad) - 1} more hours" if len(bad) > 1 else ""),
                "give every hour a number",
            )
    return dataset["time"].to_numpy().astype("datetime64[ns]"), columns


def _check_hours(
    stamps: np.ndarray, name: str, year: int | None, profiles: Profiles, first_file: str, faults: Faults
) -> bool:
    """Whether the stamps are the hours of one year without 29 February, as in the first file; a fault otherwise."""
    before = len(faults)
    months = stamps.astype("datetime64[M]").astype(int) % 12
    days = (stamps.astype("datetime64[D]") - stamps.astype("datetime64[M]")).astype(int)
    jumps = np.flatnonzero(np.diff(stamps) != _HOUR)
    if np.any((months == 1) & (days == 28)):
        faults.add(name, "contains 29 February", f"give a year of {HOURS_PER_YEAR:,} hours without 29 February")
    elif len(stamps) != HOURS_PER_YEAR:
        gap = f"; after {_show(stamps[jumps[0]])} comes {_show(stamps[jumps[0] + 1])}" if len(jumps) else ""
        whole = f" of {year}" if year else ""
        faults.add(
            name,
            f"has {len(stamps):,} hours{whole}, a year has {HOURS_PER_YEAR:,}{gap}",
            "give every hour of one year"
            + (", or name the wanted one as time.year in the scenario" if len(stamps) > HOURS_PER_YEAR else ""),
        )
    elif len(jumps):
        faults.add(
            name,
            f"the hours are not one after the other: after {_show(stamps[jumps[0]])} comes "
            f"{_show(stamps[jumps[0] + 1])}",
            "give every hour of the year once and in order",
        )
    elif first_file and stamps[0] != profiles.timestamps[0]:
        faults.add(
            name,
            f"begins at {_show(stamps[0])}, but {first_file} at {_show(profiles.timestamps[0])}",
            "give all profiles the same hours, so that weather, load and prices belong together",
        )
    return len(faults) == before


def _add_columns(profiles: Profiles, columns: dict[str, np.ndarray], name: str, faults: Faults) -> None:
    for key, values in columns.items():
        if key in profiles.series:
            faults.add(
                name, f"the profile '{key}' is also in {profiles.file_of[key]}", "give every profile its own name"
            )
        else:
            profiles.series[key], profiles.file_of[key] = values, name


def _show(stamp: np.datetime64) -> str:
    return str(np.datetime64(stamp, "m")).replace("T", " ")
