"""The shipped case: its scenarios are valid, its plan meets the cap, its carbon closes, and nobody goes short."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import h2model

CASE = Path(__file__).parents[1] / "inputs" / "grenland"
SCENARIOS = sorted((CASE / "scenarios").glob("*.yaml"))


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_scenario_is_valid(path):
    data = h2model.load_case(path)
    assert float((data["hours"] * data["weight"]).sum()) == 8760


def test_the_promised_scenarios_are_there():
    assert {"reference", "climate_positive", "hourly_2040"} <= {path.stem for path in SCENARIOS}


@pytest.fixture(scope="module")
def last_period():
    """The climate-positive year on its own, in days."""
    changes = {
        "periods": "[2050]",
        "time.resolution": "24h",
        "policies.emission_cap.cluster.limit": "{2050: -200 kt/year}",
    }
    data = h2model.load_case(CASE / "scenarios" / "climate_positive.yaml", changes)
    return data, h2model.solve(data)


def test_net_emissions_are_at_the_cap_below_zero(last_period):
    _, results = last_period
    assert float(results["emissions"].sum()) == pytest.approx(-200_000, abs=1)
    assert float(results["dual_emission_cap"].sum()) < 0


def test_nothing_is_unserved(last_period):
    _, results = last_period
    assert float(results["unserved_demand"].max()) < 1e-6


def test_carbon_closes_over_the_region(last_period):
    _, results = last_period
    total = {n: float(results[f"carbon_{n}"].sum()) for n in ("imported", "released", "stored", "exported")}
    assert total["imported"] == pytest.approx(total["released"] + total["stored"] + total["exported"], rel=1e-6)


def test_cost_parts_add_up(last_period):
    data, results = last_period
    weight = data["years_represented"] * data["discount_factor"]
    parts = sum(
        results[name].sum([d for d in results[name].dims if d != "period"]) for name in results.attrs["cost_parts"]
    )
    assert float((parts * weight).sum()) == pytest.approx(results.attrs["objective"], rel=1e-9)


def test_no_plant_makes_energy_from_nothing():
    """Energy out ≤ energy in, both by lower heating value; ambient heat counts as energy in."""
    data = h2model.load_case(CASE / "scenarios" / "climate_positive.yaml")
    per_unit = data["lower_heating_value"].where(data["carrier_unit"] == "t", 1.0).fillna(0.0)
    curve = data["part_load_slope"].max("segment").fillna(0.0)
    energy_in = (data["input"] * per_unit).sum("carrier")
    energy_out = ((data["output"] + curve) * per_unit).sum("carrier")
    weather = data["plant_technology"].isin(["wind_onshore", "solar"])
    assert (energy_out <= energy_in + 1e-6).where(~weather, True).all()


def test_table_of_unabated_emissions_is_true():
    """Without capture the kiln emits what Brevik reports: 778 kt of fossil and process CO2 a year (SOURCES.md)."""
    data = h2model.load_case(CASE / "scenarios" / "reference.yaml")
    kiln = data.sel(plant="cement_kiln_brevik", period=2030)
    content = data["carbon_content"].sel(origin=["fossil", "mineral"]).sum("origin")
    per_tonne = float((kiln["input"] * content).sum())
    clinker = float(data["annual_volume"].sel(demand="clinker", period=2030))
    np.testing.assert_allclose(per_tonne * clinker, 778_029, rtol=0.01)
