"""The data of the benchmark: a made-up power and hydrogen system of some regions over some hours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# Annual cost of one unit of capacity, in EUR/MW or EUR/MWh; in the program it is scaled to the hours modelled.
CAPACITY_COST = {
    "wind": 100e3,
    "solar": 50e3,
    "turbine": 40e3,
    "electrolyser": 60e3,
    "fuel_cell": 80e3,
    "battery_power": 15e3,
    "battery_energy": 15e3,
    "cavern": 1e3,
    "line": 10e3,
    "pipe": 8e3,
}
REGIONAL_CAPACITIES = tuple(name for name in CAPACITY_COST if name not in ("line", "pipe"))
LINK_CAPACITIES = ("line", "pipe")
# Each of these flows or levels is limited by a capacity.
REGIONAL_LIMITS = {
    "turbine_output": "turbine",
    "electrolyser_input": "electrolyser",
    "fuel_cell_output": "fuel_cell",
    "battery_charge": "battery_power",
    "battery_discharge": "battery_power",
    "battery_level": "battery_energy",
    "cavern_level": "cavern",
}
LINK_LIMITS = {"line_forth": "line", "line_back": "line", "pipe_forth": "pipe", "pipe_back": "pipe"}
REGIONAL_FLOWS = ("wind_output", "solar_output", *REGIONAL_LIMITS, "cavern_charge", "cavern_discharge", "unserved")
LINK_FLOWS = tuple(LINK_LIMITS)

LINK_EFFICIENCY = 0.97
BATTERY_RETENTION = 0.999
BATTERY_EFFICIENCY = 0.95
ELECTROLYSER_EFFICIENCY = 0.68
FUEL_CELL_EFFICIENCY = 0.5
TURBINE_COST = 60.0
UNSERVED_COST = 3000.0
TURBINE_EMISSIONS = 0.5
EMISSIONS_PER_DEMAND = 0.05
HOURS_PER_YEAR = 8760


@dataclass(frozen=True, eq=False)
class Case:
    """The data; profiles are arrays (region, hour), and `ends` has the two regions of each link."""

    wind: np.ndarray
    solar: np.ndarray
    power_demand: np.ndarray
    hydrogen_demand: np.ndarray
    ends: tuple[tuple[int, int], ...]

    @property
    def regions(self) -> int:
        """Number of regions."""
        return self.wind.shape[0]

    @property
    def hours(self) -> int:
        """Number of hours."""
        return self.wind.shape[1]

    @property
    def emission_limit(self) -> float:
        """Upper bound on the emissions of the turbines."""
        return EMISSIONS_PER_DEMAND * float(self.power_demand.sum())

    def links_by_end(self, end: int) -> dict[int, list[int]]:
        """Return the links that begin (0) or end (1) in each region."""
        return {r: [link for link, ends in enumerate(self.ends) if ends[end] == r] for r in range(self.regions)}

    def capacity_cost(self, name: str) -> float:
        """Cost of a unit of capacity for the hours modelled."""
        return CAPACITY_COST[name] * self.hours / HOURS_PER_YEAR


def make_case(regions: int, hours: int, seed: int = 0) -> Case:
    """Return the data with random profiles; equal for equal seeds."""
    random = np.random.default_rng(seed)
    hour = np.arange(hours)
    day, year = 2 * np.pi * hour / 24, 2 * np.pi * hour / hours
    sun = np.clip(np.sin(day - np.pi / 2), 0, None) * (0.6 - 0.4 * np.cos(year))
    walk = np.cumsum(random.normal(0, 0.08, (regions, hours)), axis=1)
    demand = 60 + 30 * np.sin(day - 2.0) + 20 * np.cos(year)
    ring = [(region, (region + 1) % regions) for region in range(regions)]
    chords = [(region, (region + 3) % regions) for region in range(0, regions, 2)]
    return Case(
        wind=np.round(np.clip(0.35 + 0.3 * np.sin(walk), 0, 1), 4),
        solar=np.round(sun * random.uniform(0.5, 1, (regions, 1)), 4),
        power_demand=np.round(
            demand * random.uniform(0.5, 2, (regions, 1)) + random.uniform(0, 5, (regions, hours)), 3
        ),
        hydrogen_demand=np.full((regions, hours), 20.0) * random.uniform(0.5, 1.5, (regions, 1)),
        ends=tuple(ring + chords),
    )
