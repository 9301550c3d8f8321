"""Ten variants of Grenland that have no plan, each with a cause that is known because it was planted.

Amounts, places and periods are drawn with a seed, so that an explanation cannot have been made to fit them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

import xarray as xr
import yaml

import h2model
from h2model.case import Scenario

SCENARIO = "climate_positive"
PERIODS = (2030, 2040, 2050)


@dataclass(frozen=True)
class Variant:
    """Changes of the scenario, policies that are added to it, and the equation and labels of what was planted."""

    changes: dict[str, str]
    equation: str
    labels: tuple
    policies: dict[str, dict] = field(default_factory=dict)

    def load(self, resolution: str) -> xr.Dataset:
        """The checked data of the variant."""
        found = yaml.safe_load(h2model.read_scenario(SCENARIO).to_text())
        found["policies"] |= self.policies
        scenario = Scenario.from_text(yaml.safe_dump(found))
        return h2model.load_case(h2model.read_scenario(scenario, {"time.resolution": resolution, **self.changes}))


def cap_below_all_reach(rng: Random) -> Variant:
    period = rng.choice((2040, 2050))
    limit = -rng.randint(2500, 6000)
    return Variant(
        {f"policies.emission_cap.cluster.limit.{period}": f"{limit} kt/year"}, "emission_cap", ("cluster", period)
    )


def hydrogen_without_electrolysers(rng: Random) -> Variant:
    rule = {
        "carrier": "hydrogen",
        "technologies": ["electrolyser_alkaline", "electrolyser_soec"],
        "share": {2040: round(rng.uniform(0.5, 0.95), 2)},
    }
    return Variant(
        {
            "technologies.electrolyser_alkaline.maximum_new_capacity": f"{rng.randint(0, 3)} MW",
            "technologies.electrolyser_soec.maximum_new_capacity": "0 MW",
        },
        "production_share",
        ("green_hydrogen", 2040),
        {"minimum_share": {"green_hydrogen": rule}},
    )


def no_ships_for_co2(rng: Random) -> Variant:
    period = 2050
    return Variant(
        {
            "assets.co2_ship_brevik_north_sea.maximum_new_capacity": f"{rng.uniform(0, 8):.2f} t/h",
            "policies.emission_cap.cluster.limit.2050": f"{-rng.randint(1100, 1300)} kt/year",
        },
        "new_capacity",
        ("co2_ship_brevik_north_sea", period),
    )


def too_little_biomass(rng: Random) -> Variant:
    trade = "biomass_import_heroya"
    return Variant(
        {
            f"assets.{trade}.maximum_volume": f"{rng.uniform(0, 20):.1f} GWh/year",
            "policies.emission_cap.cluster.limit.2050": f"{-rng.randint(1250, 1400)} kt/year",
        },
        "trade_volume_limit",
        (trade, 2050),
    )


def more_wind_than_can_be_built(rng: Random) -> Variant:
    asset = rng.choice(("wind_floating_north_sea", "wind_fixed_north_sea"))
    return Variant(
        {f"assets.{asset}.minimum_capacity": f"{{set: {rng.randint(1700, 2900)} MW, period: 2040}}"},
        "new_capacity",
        (asset, 2040),
    )


def industry_builds_too_slowly(rng: Random) -> Variant:
    limit = {"technologies": ["wind_fixed"], "limit": {2040: f"{rng.randint(5, 40)} MW/year"}}
    least = f"{{set: {rng.randint(800, 1400)} MW, period: 2040}}"
    return Variant(
        {"assets.wind_fixed_north_sea.minimum_capacity": least},
        "build_rate",
        ("yards", 2040),
        {"build_rate": {"yards": limit}},
    )


def no_outlet_for_caustic(rng: Random) -> Variant:
    period = rng.choice(PERIODS)
    volume = f"{{set: {rng.randint(1, 60)} kt/year, period: {period}}}"
    return Variant({"assets.caustic_export_rafnes.maximum_volume": volume}, "trade_volume_limit",
                   ("caustic_export_rafnes", period))  # fmt: skip


def site_cut_off_from_the_grid(rng: Random) -> Variant:
    grid = "assets.grid_no2_rafnes"
    return Variant(
        {f"{grid}.existing_capacity": f"{rng.randint(5, 25)} MW", f"{grid}.maximum_new_capacity": "0 MW"},
        "capacity_stock",
        ("grid_no2_rafnes", rng.choice(PERIODS)),
    )


def cracker_must_run_more_than_it_may(rng: Random) -> Variant:
    period = rng.choice(PERIODS)
    volume = f"{{set: {rng.randint(50, 300)} kt/year, period: {period}}}"
    return Variant({"assets.ethane_cracker_rafnes.maximum_annual_activity": volume}, "annual_activity_limit",
                   ("ethane_cracker_rafnes", period))  # fmt: skip


def budget_of_emissions(rng: Random) -> Variant:
    budget = {"regions": ["heroya", "rafnes", "brevik"], "total": f"{-rng.randint(25, 60)} Mt"}
    return Variant({}, "emission_budget", ("century",), {"emission_budget": {"century": budget}})


VARIANTS: dict[str, Callable[[Random], Variant]] = {
    variant.__name__: variant
    for variant in (
        cap_below_all_reach,
        hydrogen_without_electrolysers,
        no_ships_for_co2,
        too_little_biomass,
        more_wind_than_can_be_built,
        industry_builds_too_slowly,
        no_outlet_for_caustic,
        site_cut_off_from_the_grid,
        cracker_must_run_more_than_it_may,
        budget_of_emissions,
    )
}


def planted(name: str, seed: int) -> Variant:
    """One variant, with its amounts and places drawn."""
    return VARIANTS[name](Random(f"{name} {seed}"))
