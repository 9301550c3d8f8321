"""Shared by the entries of all policies: checks of names, values by period, members by technology."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Annotated, Any, Literal

import numpy as np
import xarray as xr
from pydantic import BaseModel, ConfigDict, Field

from h2model.case import Units
from h2model.errors import Fault, InputError

Coords = Mapping[Hashable, xr.DataArray]
Names = Annotated[tuple[str, ...], Field(min_length=1)]
Share = Annotated[float, Field(ge=0, le=1, strict=True)]
_LONGEST_LIST = 12


class Entry(BaseModel):
    """One named entry of a policy in a scenario: cannot be changed, knows all its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    regions: Literal["all"] | Names = Field(default="all", description="All regions, or a list of some.")


def address(policy: str, name: str, key: str) -> str:
    """Return the address of a setting in the scenario, for faults."""
    return f"scenario: policies.{policy}.{name}.{key}"


def unknown_names(where: str, what: str, names: Iterable[Any], known: Sequence[Any]) -> Iterable[Fault]:
    """Yield a fault for each unknown name, with the nearest known one."""
    words = list(map(str, dict.fromkeys(known)))
    for name in dict.fromkeys(names):
        if str(name) not in words:
            near = get_close_matches(str(name), words, n=1)
            more = f" and {len(words) - _LONGEST_LIST} more" if len(words) > _LONGEST_LIST else ""
            remedy = f"did you mean {near[0]}?" if near else f"use some of {', '.join(words[:_LONGEST_LIST])}{more}"
            yield Fault(where, f"{what} {name} is unknown", remedy if words else "remove it; the case has none")


def regions_of(where: str, regions: str | Sequence[str], coords: Coords, faults: list[Fault]) -> list[str]:
    """Return the regions of an entry, or all."""
    known = coords["region"].values.tolist()
    if regions == "all":
        return known
    faults.extend(unknown_names(where, "region", regions, known))
    return list(regions)


def members(
    where: str, kind: str, technologies: Iterable[str], inside: np.ndarray, coords: Coords, faults: list[Fault]
) -> np.ndarray:
    """Return 1 for each plant, store or asset (the kind) of the technologies inside the regions, else 0.

    A known technology without members in the regions would have no effect, and is a fault.
    """
    technology_of = coords[f"{kind}_technology"].values
    is_member = np.zeros(len(technology_of), dtype=bool)
    faults.extend(
        unknown_names(where, f"{kind} of the technology", technologies, [name for name in technology_of if name])
    )
    for technology in dict.fromkeys(technologies):
        has_technology = technology_of == technology
        if has_technology.any() and not (has_technology & inside).any():
            problem = f"these regions have no {kind} of {technology}, so it has no effect"
            faults.append(Fault(where, problem, f"remove it, or name regions with a {kind} of it"))
        is_member |= has_technology & inside
    return is_member.astype(float)


def assets_inside(coords: Coords, regions: list[str]) -> np.ndarray:
    """Return whether each asset is in one of the regions; a link is in the regions of both its ends."""
    arriving = coords["link"].values[np.isin(coords["link_to"].values, regions)]
    return np.isin(coords["asset_region"].values, regions) | np.isin(coords["asset"].values, arriving)


def unit_together(
    where: str, technologies: xr.DataArray, units: xr.DataArray, counted: np.ndarray, faults: list[Fault]
) -> str:
    """Return the common unit of all that count, in the order of the technologies; several units are a fault."""
    unit_of = dict(zip(technologies.values[counted].tolist(), units.values[counted].tolist(), strict=True))
    if len(set(unit_of.values())) > 1:
        listed = ", ".join(f"{technology} in {unit}" for technology, unit in unit_of.items())
        faults.append(Fault(where, f"they are counted in different units: {listed}", "write an entry for each unit"))
        return ""
    unit = next(iter(unit_of.values()), "")
    return f"({unit})" if "/" in unit else unit


def makes_carrier(data: xr.Dataset, ratio: str, carriers: np.ndarray) -> np.ndarray:
    """Return 1 if a plant makes the carrier of an entry, by `output` or `part_load_slope` (entry, plant)."""
    ratios = data.variables[ratio].transpose("carrier", "plant", ...).values
    made = ((ratios != 0) & ~np.isnan(ratios)).any(axis=tuple(range(2, ratios.ndim)))
    return made[data.get_index("carrier").get_indexer(carriers)].astype(float)


def quantity(where: str, text: str, unit: str, units: Units, faults: list[Fault], carrier: str = "") -> float:
    """Return a text with unit as a number in the unit; NaN and a fault if it cannot be converted."""
    try:
        number = units.convert_text(text, unit, own=carrier)
        if np.isfinite(number):
            return number
        problem = f"{text} is not finite"
    except ValueError as error:
        problem = str(error)
    faults.append(Fault(where, problem, f"write a number and a unit that converts to {units.target(unit, carrier)}"))
    return float("nan")


def check_periods(where: str, entry_periods: Iterable[int], periods: Sequence[int], faults: list[Fault]) -> list[int]:
    """Return the given periods of the scenario; other periods are faults."""
    known = ", ".join(map(str, periods))
    for period in entry_periods:
        if period not in periods:
            problem = f"{period} is not a period of the scenario"
            faults.append(Fault(f"{where}.{period}", problem, f"use one of {known}"))
    return [period for period in entry_periods if period in periods]


def by_period(
    where: str,
    values: Mapping[int, str],
    unit: str,
    units: Units,
    periods: list[int],
    faults: list[Fault],
    carrier: str = "",
) -> np.ndarray:
    """Return texts with unit by period as an array over the scenario's periods; NaN if not given."""
    row = np.full(len(periods), np.nan)
    for period in check_periods(where, values, periods, faults):
        row[periods.index(period)] = quantity(f"{where}.{period}", values[period], unit, units, faults, carrier)
    return row


def numbers_by_period(
    where: str, values: Mapping[int, float], periods: list[int], faults: list[Fault], default: float = np.nan
) -> np.ndarray:
    """Return numbers by period as an array over the scenario's periods; the default if not given."""
    row = np.full(len(periods), default)
    for period in check_periods(where, values, periods, faults):
        row[periods.index(period)] = values[period]
    return row


def raise_if_any(faults: list[Fault]) -> None:
    """Raise all faults together."""
    if faults:
        raise InputError(faults)


def table(rows: Sequence[Any], *shape: int) -> np.ndarray:
    """Return rows as an array, of the right shape also without rows."""
    return np.array(rows, dtype=float).reshape(len(rows), *shape)


def words(rows: Sequence[Any], *shape: int) -> np.ndarray:
    """Return words as an array, of the right shape also without words."""
    return np.array(rows, dtype=object).reshape(len(rows), *shape)


def described(data: xr.Dataset, meanings: Mapping[str, tuple[str, str]], units: Units) -> xr.Dataset:
    """Return the data of a policy with (long name, unit) of its arrays as attributes; words have no unit.

    Raises KeyError for an array without meaning: nothing comes into a Dataset that does not say what it is.
    """
    for name in (*data.data_vars, *(label for label in data.coords if label in meanings)):
        text, unit = meanings[name]
        data[name].attrs = {"long_name": text, **({"units": unit.replace("{money}", units.currency)} if unit else {})}
    return data


def pairs_with_value(values: xr.DataArray, first: str) -> list[tuple]:
    """Return pairs of entry and period with a value."""
    names, periods = values[first].values.tolist(), values["period"].values.tolist()
    has_value = values.transpose(first, "period").notnull().values
    return [(names[i], periods[j]) for i, j in np.argwhere(has_value)]


def members_by_entry(flags: xr.DataArray, first: str) -> dict[str, list[str]]:
    """Return for each entry the labels of the other dimension marked with 1."""
    (other,) = (dimension for dimension in flags.dims if dimension != first)
    names = flags[other].values
    rows = flags.transpose(first, other).values > 0
    return {entry: names[row].tolist() for entry, row in zip(flags[first].values.tolist(), rows, strict=True)}
