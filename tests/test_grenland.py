"""The shipped case: scenarios are valid, the present matches the reports of the sites, and the plan meets the cap.
Carbon is conserved to the tonne, and all demands are served.

Two years are solved, each on its own and in steps of a day: 2025 of `reference` and 2050 of `climate_positive`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import xarray as xr

import h2model
from h2model.progress import NullObserver
from h2model.studies.definition import read_study
from h2model.studies.prepare import base_scenario, check_ends, runs_of

SCENARIOS = Path(__file__).parents[1] / "inputs" / "grenland" / "scenarios"
CLUSTER = ["heroya", "rafnes", "brevik"]
PROMISED = {
    "reference",
    "co2_price",
    "near_zero_2040",
    "climate_positive",
    "hourly_2040",
    "dry_year",
    "no_grid_expansion",
    "high_biomass_price",
}

STUDIES = {"cap_electrolyser_power": 80, "uncertain_2050": 75, "front_2050": 21, "near_optimal_2050": 31}

# t CO2 a year: what is reported, where, and the plants of the case that it is about.
REPORTED_EMISSIONS = {
    "cement works in Brevik, fossil and process": (
        778_029,
        "ETS 2014 by way of the Hotmaps industrial database",
        ["cement_kiln_brevik", "kiln_on_coal_brevik", "kiln_on_waste_brevik", "kiln_on_biomass_brevik"],
    ),
    "Yara's ammonia": (
        800_000,
        "the company, in livemint 11718042680454 and linkmagazine.nl",
        ["gas_reformer_heroya", "ammonia_loop_heroya"],
    ),
    "Noretyl's cracker with the boilers of Rafnes": (
        472_000,
        "E-PRTR by way of the Hotmaps industrial database",
        [
            "ethane_cracker_rafnes",
            "cracker_on_fuel_gas_rafnes",
            "cracker_on_natural_gas_rafnes",
            "cracker_on_hydrogen_rafnes",
            "natural_gas_boiler_rafnes",
            "fuel_gas_boiler_rafnes",
        ],
    ),
    "Eramet's furnaces with the boiler on their gas": (
        118_032,
        "ETS 2014 by way of the Hotmaps industrial database",
        ["alloy_furnace_heroya", "alloy_on_coke_heroya", "alloy_on_biocarbon_heroya", "furnace_gas_boiler_heroya"],
    ),
}

# t a year: plant of the case, what it makes, what is reported, where.
REPORTED_PRODUCTION = [
    ("ammonia_loop_heroya", "ammonia", 400_000, "e24.no QyrXqA"),
    ("cement_kiln_brevik", "clinker", 1_000_000, "assumption: 1.23 Mt of cement, as modelled by Hotmaps"),
    ("alloy_furnace_heroya", "manganese_alloy", 160_000, "assumption: nothing of Porsgrunn alone was found"),
    ("pvc_plant_heroya", "pvc", 200_000, "heroya-industripark.no, pvc-utvidelse"),
    ("ethane_cracker_rafnes", "ethylene", 600_000, "eng.heroya-industripark.no 6474, planned after a new furnace"),
    ("chlor_alkali_rafnes", "chlorine", 260_000, "tu.no 266907"),
    ("chlor_alkali_rafnes", "caustic", 280_000, "finansavisen 2005"),
]


@cache
def shipped(name):
    """A scenario as it is shipped."""
    return h2model.load_case(SCENARIOS / f"{name}.yaml")


@pytest.mark.parametrize("name", sorted(path.stem for path in SCENARIOS.glob("*.yaml")))
def test_scenario_is_valid(name):
    data = shipped(name)
    assert float((data["hours"] * data["weight"]).sum()) == 8760


def test_the_documented_scenarios_exist():
    assert {path.stem for path in SCENARIOS.glob("*.yaml")} >= PROMISED


@pytest.mark.parametrize(("name", "runs"), STUDIES.items())
def test_study_is_valid(name, runs, monkeypatch):
    """Axes and runs fit the case, also at both ends of every axis; the runs themselves take minutes."""
    monkeypatch.chdir(SCENARIOS.parents[2])
    study, path = read_study(name)
    base = base_scenario(study)
    axes, manifest, content = runs_of(study, base)
    check_ends(path.name, base, axes, manifest, content, NullObserver())
    assert len(manifest.rows) == runs


def test_the_documented_studies_exist():
    assert {path.stem for path in SCENARIOS.parent.glob("studies/*.yaml")} == set(STUDIES)
    study, _ = read_study(SCENARIOS.parent / "studies" / "uncertain_2050.yaml")
    assert len(study.axes) >= 12


@pytest.mark.parametrize("name", ["dry_year", "no_grid_expansion", "high_biomass_price"])
def test_variants_have_the_caps_of_the_plan(name):
    """What they cost is worth comparing only if they reach the same."""
    xr.testing.assert_equal(shipped(name)["cap_limit"], shipped("climate_positive")["cap_limit"])


def test_no_plant_makes_energy_from_nothing():
    """Energy out ≤ energy in, by lower heating value, in every period; a recipe counts together with its plant.

    Two kinds of plants are apart, by what their data say: one without any input has weather or waste heat behind it;
    a heat pump takes 1/COP of work and 1 − 1/COP of its source, which is all that it gives.
    """
    data = shipped("reference")
    taken, given = energy_in(data), energy_out(data)
    mode_of = data["plant_mode_of"].values.tolist()
    alone = ~data["plant"].isin(mode_of) & (data["plant_mode_of"] == "")
    has_input = taken.max("period") > 0
    is_pump = data["carnot_share"].notnull()
    assert (given <= taken + 1e-6).where(alone & has_input & ~is_pump, True).all()

    pairs = [(host, mode) for mode, host in zip(data["plant"].values.tolist(), mode_of, strict=True) if host]
    assert pairs
    for host, mode in pairs:
        together = [host, mode]
        assert (given.sel(plant=together).sum("plant") <= taken.sel(plant=together).sum("plant") + 1e-6).all(), mode

    pumps = data.sel(plant=is_pump)
    assert (energy_out(pumps) <= 1 + 1e-6).all()
    for share in ("work_share", "source_share"):
        assert (pumps[share].sum("carrier") == 1).all()


def energy_in(data):
    """MWh that go into a plant per amount of its activity (plant, period)."""
    return (data["input"] * heating_value(data)).sum("carrier")


def energy_out(data):
    """MWh that come out of a plant per amount of its activity, at the best point of a part-load curve."""
    curve = data["part_load_slope"].max("segment").fillna(0.0)
    return ((data["output"] + curve) * heating_value(data)).sum("carrier")


def heating_value(data):
    """MWh per unit of a carrier; what has no heating value, such as stone and CO2, counts as nothing."""
    return data["lower_heating_value"].where(data["carrier_unit"] == "t", 1.0).fillna(0.0)


@pytest.fixture(scope="module")
def present():
    """2025 as it is, in days."""
    data = h2model.load_case(SCENARIOS / "reference.yaml", {"periods": "[2025]", "time.resolution": "24h"})
    return data, h2model.solve(data)


@pytest.mark.parametrize("site", REPORTED_EMISSIONS)
def test_present_emissions_are_those_reported(present, site):
    """Within 10 %."""
    reported, source, plants = REPORTED_EMISSIONS[site]
    data, results = present
    assert stack_emissions(data, results, plants) == pytest.approx(reported, rel=0.10), source


@pytest.mark.parametrize(("plant", "carrier", "reported", "source"), REPORTED_PRODUCTION)
def test_present_production_is_that_reported(present, plant, carrier, reported, source):
    """Within 5 %."""
    data, results = present
    ratio = float(data["output"].sel(plant=plant, carrier=carrier).squeeze())
    assert ratio * annual_activity(data, results, [plant]).item() == pytest.approx(reported, rel=0.05), source


def test_stack_emissions_agree_with_the_ledger(present):
    """Nothing is captured in 2025. At Brevik only the kiln emits, so that the two ways of counting must agree."""
    data, results = present
    assert float(results["carbon_stored"].sum()) < 1
    _, _, kiln = REPORTED_EMISSIONS["cement works in Brevik, fossil and process"]
    by_ledger = float(results["emissions"].sel(region="brevik").sum())
    assert stack_emissions(data, results, kiln) == pytest.approx(by_ledger, rel=1e-6)


def test_nothing_is_unserved_at_present(present):
    _, results = present
    assert float(results["unserved_demand"].max()) < 1e-6


def stack_emissions(data, results, plants):
    """Fossil and process CO2 of some plants, t: carbon that goes in less biogenic carbon less carbon in what they make.

    CO2 itself is no product: where nothing is captured it leaves by the stack. What one of the plants makes and another
    burns, such as fuel gas, cancels out. Gases that mix fossil and biogenic carbon count in full, since their biogenic
    part has been taken off where it came in.
    """
    content = data["carbon_content"]
    is_co2 = (data["carrier_unit"] == "t") & (abs(content.sum("origin") - 1) < 1e-9)
    taken = (data["input"] * content.drop_sel(origin=["biogenic", "atmospheric"]).sum("origin")).sum("carrier")
    biogenic_made = content.sel(origin=["biogenic", "atmospheric"]).sum("origin")
    given = (data["output"] * (content.sum("origin") - biogenic_made).where(~is_co2, 0.0)).sum("carrier")
    per_activity = (taken - given).squeeze("period").sel(plant=plants)
    return float((per_activity * annual_activity(data, results, plants)).sum())


def annual_activity(data, results, plants):
    """Activity of some plants over the year, in their unit (plant)."""
    duration = data["hours"] * data["weight"]
    return (results["activity"].sel(plant=plants) * duration).sum("time").squeeze("period")


@pytest.fixture(scope="module")
def last_period():
    """The climate-positive year on its own, in days."""
    changes = {
        "periods": "[2050]",
        "time.resolution": "24h",
        "policies.emission_cap.cluster.limit": "{2050: -200 kt/year}",
    }
    data = h2model.load_case(SCENARIOS / "climate_positive.yaml", changes)
    return data, h2model.solve(data)


def test_net_emissions_are_at_the_cap_below_zero(last_period):
    _, results = last_period
    assert float(results["emissions"].sel(region=CLUSTER).sum()) == pytest.approx(-200_000, abs=1)
    assert float(results["dual_emission_cap"].sum()) < 0


def test_nothing_is_unserved(last_period):
    _, results = last_period
    assert float(results["unserved_demand"].max()) < 1e-6


def test_cost_parts_add_up(last_period):
    data, results = last_period
    weight = data["years_represented"] * data["discount_factor"]
    parts = sum(
        results[name].sum([d for d in results[name].dims if d != "period"]) for name in results.attrs["cost_parts"]
    )
    assert float((parts * weight).sum()) == pytest.approx(results.attrs["objective"], rel=1e-9)


def test_carbon_closes_over_all_regions(last_period):
    _, results = last_period
    total = {n: float(results[f"carbon_{n}"].sum()) for n in ("imported", "released", "stored", "exported")}
    assert total["imported"] == pytest.approx(total["released"] + total["stored"] + total["exported"], rel=1e-6)


def test_carbon_closes_in_every_region(last_period):
    """imported + arriving over links = released + stored + exported + sent over links"""
    data, results = last_period
    imported, released, stored, exported = (
        results[f"carbon_{n}"].sum("origin").squeeze("period") for n in ("imported", "released", "stored", "exported")
    )
    scale = float(imported.sum())
    for region in data["region"].values.tolist():
        sent, arriving = (carbon_on_links(data, results, side, region) for side in ("link_from", "link_to"))
        left = imported + arriving - released - stored - exported - sent
        assert abs(float(left.sel(region=region))) < 1e-6 * scale, region


def test_carbon_left_of_each_origin_is_pooled(last_period):
    """What is left of an origin was gathered: imported − released − stored − exported. All of it is found as pooled."""
    _, results = last_period
    left = results["carbon_imported"] - results["carbon_released"] - results["carbon_stored"]
    left = (left - results["carbon_exported"]).sum(["region", "period"])
    gathered = left.drop_sel(origin="pooled")
    assert (gathered > -1).all()
    assert float(gathered.sum()) == pytest.approx(-float(left.sel(origin="pooled")), rel=1e-6)


def test_net_emissions_follow_from_the_ledger(last_period):
    """net = released − taken up + leaving without removal (biogenic, atmospheric and pooled), over all regions"""
    _, results = last_period
    released, taken_up = (float(results[f"carbon_{n}"].sum()) for n in ("released", "taken_up"))
    leaving = float(results["carbon_exported"].sel(origin=["biogenic", "atmospheric", "pooled"]).sum())
    assert float(results["emissions"].sum()) == pytest.approx(released - taken_up + leaving, rel=1e-6)


def test_every_tonne_below_zero_was_taken_from_the_air_and_stored(last_period):
    """Net = fossil and mineral carbon brought in − what of it leaves in products − CO2 shipped; shipped is stored.

    Computed from trades, deliveries and the ship's cargo alone, without the ledger of the model.
    """
    data, results = last_period
    hard = data["carbon_content"].sel(origin=["fossil", "mineral"]).sum("origin")
    in_cluster = data["trade_region"].isin(CLUSTER)
    signed = results["traded"] * xr.where(data["trade_direction"] == "import", 1.0, -1.0)
    brought = float((signed * hard.sel(carrier=data["trade_carrier"])).where(in_cluster, 0.0).sum())
    per_delivery = (1 - data["released_share"].fillna(0.0)) * hard.sel(carrier=data["demand_carrier"])
    in_products = float((results["delivered"] * per_delivery).where(data["demand_region"].isin(CLUSTER), 0.0).sum())
    won_back = float((results["recovered_volume"] * hard.sel(carrier=results["recovery_carrier"])).sum())
    shipped_away = carbon_on_links(data, results, "link_to", "north_sea")
    assert brought - (in_products - won_back) - shipped_away == pytest.approx(-200_000, abs=5)
    assert shipped_away == pytest.approx(float(results["carbon_stored"].sum()), rel=1e-6)
    assert float(results["carbon_taken_up"].sel(region=CLUSTER).sum()) >= 200_000


def carbon_on_links(data, results, side, region):
    """Carbon that arrives over links that begin (`link_from`) or end (`link_to`) in a region, t."""
    content = data["carbon_content"].sum("origin").sel(carrier=data["link_carrier"])
    chosen = (data[side] == region) & (content > 0)
    links = data["link"].values[chosen.values].tolist()
    flow = results["flow"].sel(way=links) * data["hours"] * data["weight"]
    arriving = (1 - data["loss"]).sel(link=links) * content.sel(link=links)
    return float((flow.sum(["time", "period"]).values * arriving.values).sum())
