"""Settings of the policy renewable_hydrogen: one entry is one rule; `to_data` turns the rules into arrays."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Literal

import numpy as np
import xarray as xr
from pydantic import Field, model_validator

from h2model.case import Units
from h2model.errors import Fault
from h2model.policies.parts.entries import (
    Coords,
    Entry,
    Names,
    Share,
    address,
    check_periods,
    described,
    members,
    numbers_by_period,
    raise_if_any,
    regions_of,
    table,
    unknown_names,
    words,
)

NAME = "renewable_hydrogen"
DIMENSION = "renewable_rule"
ROLES = {"consumer": "plant", "generator": "plant", "store": "store"}
MEANINGS = {
    DIMENSION: ("rules for renewable hydrogen", ""),
    "renewable_consumer": ("Whether the plant must use renewable electricity", "1"),
    "renewable_generator": ("Whether the plant's electricity counts as renewable", "1"),
    "renewable_store": ("Whether charging and discharging of the store count in the matching", "1"),
    "renewable_carrier": ("Carrier that must be renewable", ""),
    "renewable_window": ("Time within which use and generation must match", ""),
    "commissioned_from": ("Earliest year of building of generators that count, by period", "year"),
    "existing_counts": ("Whether existing generators count", "1"),
}


class Settings(Entry):
    """One rule: its consumers, generators, regions and matching windows, and the age of counted generators."""

    regions: Literal["all"] | Names = Field(
        default="all", description="Regions of the consumers: all, or a list of some."
    )
    consumers: Names = Field(
        description="Technologies whose use must be covered by renewable generation, such as electrolysers."
    )
    generators: Names = Field(
        description="Technologies that make the carrier from renewable sources other than biomass: wind, sun, water."
    )
    carrier: str = Field(default="electricity", description="Carrier to match, which the consumers use.")
    bidding_zone: Literal["all"] | Names = Field(
        default="all", description="Regions in which generators and stores count: all, or a list of some."
    )
    matching: Mapping[int, Literal["hour", "day", "month", "year"]] = Field(
        min_length=1,
        description="Time within which use and generation must match, by period, such as {2025: month, 2030: hour}. "
        "hour means every step of the model, however long. Periods left out are not limited.",
    )
    commissioned_from: Mapping[int, int] = Field(
        default_factory=dict,
        description="Additionality: for each period, the earliest year of building that counts. Existing capacity "
        "does not count unless existing_counts is set. In periods left out, all capacity counts.",
    )
    existing_counts: bool = Field(
        default=False, description="Whether existing capacity counts if commissioned_from is given."
    )
    stores: tuple[str, ...] = Field(
        default=(),
        description="Store technologies that hold the carrier between generation and use. Their charging is subtracted "
        "from the counted generation, and their discharging is added. So counted generation covers all their charging. "
        "The discharge of a reservoir counts in full, with its natural inflow.",
    )
    renewable_share: Mapping[int, Share] = Field(
        default_factory=dict, description="Share of renewables in the electricity of the zone, from 0 to 1, by period."
    )
    exemption_above: Share = Field(default=0.9, description="Above this renewable_share, a period needs no matching.")

    @model_validator(mode="after")
    def _has_an_effect(self) -> Settings:
        if "exemption_above" in self.model_fields_set and not self.renewable_share:
            raise ValueError("exemption_above has no effect without renewable_share")
        if self.existing_counts and not self.commissioned_from:
            raise ValueError("existing_counts has no effect without commissioned_from: all capacity counts")
        return self


def to_data(settings: Mapping[str, Settings], units: Units, coords: Mapping) -> xr.Dataset:
    """Return the rules of a scenario as arrays; InputError lists every fault."""
    faults: list[Fault] = []
    periods = coords["period"].values.tolist()
    marked = {role: [] for role in ROLES}
    windows, years = [], []
    for name, entry in settings.items():
        for role, row in _members(name, entry, coords, faults).items():
            marked[role].append(row)
        windows.append(_windows(name, entry, periods, faults))
        where = address(NAME, name, "commissioned_from")
        for period, year in entry.commissioned_from.items():
            if year > period:
                problem = f"capacity built from {year} cannot generate in {period}"
                faults.append(Fault(f"{where}.{period}", problem, f"write a year up to {period}"))
        years.append(numbers_by_period(where, entry.commissioned_from, periods, faults))
    raise_if_any(faults)
    entries = list(settings.values())
    data = xr.Dataset(
        {
            f"renewable_{role}": ((DIMENSION, kind), table(marked[role], coords[kind].size))
            for role, kind in ROLES.items()
        }
        | {
            "renewable_carrier": ((DIMENSION,), words([entry.carrier for entry in entries])),
            "renewable_window": ((DIMENSION, "period"), words(windows, len(periods))),
            "commissioned_from": ((DIMENSION, "period"), table(years, len(periods))),
            "existing_counts": ((DIMENSION,), table([entry.existing_counts for entry in entries])),
        },
        coords={DIMENSION: words(list(settings)), "period": periods}
        | {kind: coords[kind].values for kind in ("plant", "store")},
    )
    raise_if_any(_counted_twice(data))
    return described(data, MEANINGS, units)


def _members(name: str, entry: Settings, coords: Coords, faults: list[Fault]) -> dict[str, np.ndarray]:
    """For each role, 1 for members of the rule: consumers in `regions`, generators and stores in `bidding_zone`."""
    where = address(NAME, name, "carrier")
    faults.extend(unknown_names(where, "carrier", [entry.carrier], coords["carrier"].values.tolist()))
    regions = regions_of(address(NAME, name, "regions"), entry.regions, coords, faults)
    zone = regions_of(address(NAME, name, "bidding_zone"), entry.bidding_zone, coords, faults)
    marked = {}
    for role, kind in ROLES.items():
        where, technologies = address(NAME, name, f"{role}s"), getattr(entry, f"{role}s")
        area = regions if role == "consumer" else zone
        inside = np.isin(coords[f"{kind}_region"].values, area)
        marked[role] = members(where, kind, technologies, inside, coords, faults)
    holds = coords["store_carrier"].values
    for technology in dict.fromkeys(
        coords["store_technology"].values[(marked["store"] > 0) & (holds != entry.carrier)]
    ):
        problem = f"{technology} does not store {entry.carrier}"
        faults.append(Fault(address(NAME, name, "stores"), problem, f"name stores of {entry.carrier}"))
    for plant in coords["plant"].values[marked["generator"] > 0]:
        if plant not in coords["asset"].values:
            problem = f"{plant} is a mode of another plant and has no capacity of its own"
            faults.append(Fault(address(NAME, name, "generators"), problem, "name a technology that has a capacity"))
    return marked


def _windows(name: str, entry: Settings, periods: list[int], faults: list[Fault]) -> list[str]:
    """The window of each period; empty if the period has no matching or the zone is exempt."""
    bound = check_periods(address(NAME, name, "matching"), entry.matching, periods, faults)
    where = address(NAME, name, "renewable_share")
    share = numbers_by_period(where, entry.renewable_share, periods, faults, default=0.0)
    exempt = dict(zip(periods, share > entry.exemption_above, strict=True))
    for key in ("commissioned_from", "renewable_share"):
        for period in getattr(entry, key):
            if period in periods and period not in entry.matching:
                problem = f"{key} has no effect in {period}, which has no matching"
                faults.append(Fault(address(NAME, name, f"{key}.{period}"), problem, "remove it, or add the matching"))
    return [entry.matching[p] if p in bound and not exempt[p] else "" for p in periods]


def _counted_twice(data: xr.Dataset) -> list[Fault]:
    """Faults if a consumer, generator or store belongs to two rules in the same period."""
    bound = (data["renewable_window"].astype(str) != "").transpose(DIMENSION, "period").values
    names, carriers = data[DIMENSION].values, data["renewable_carrier"].values
    faults = []
    for one, two in combinations(range(len(names)), 2):
        if carriers[one] != carriers[two] or not (bound[one] & bound[two]).any():
            continue
        for role, kind in ROLES.items():
            marked = data[f"renewable_{role}"].transpose(DIMENSION, kind).values > 0
            for member in data[kind].values[marked[one] & marked[two]]:
                problem = f"{member} also belongs to the rule {names[one]}, for the same carrier and period"
                remedy = "put the consumers into one rule, or divide generators and stores between the rules"
                faults.append(Fault(address(NAME, names[two], f"{role}s"), problem, remedy))
    return faults
