"""The scope of caps and prices: sites, origins, the share of pooled carbon, and removals.

Two sites make 10 MW of heat each, most cheaply from gas (30 EUR/MWh, 0.2 t/MWh). At the kiln waste can be burnt, half
of whose carbon is biogenic; all of its CO2 goes into one flue. Money is EUR, a year has 8,760 hours, nothing is
discounted.
"""

from __future__ import annotations

import pytest
from equation_rows import assert_row
from oracle import assert_same_as_pyomo
from small_case import solve_small_case, write_small_case

import h2model

HEAT = 10 * 8760
"""Heat that each site makes in a year, MWh."""


def heat_plant(name: str, *rows: str) -> str:
    """10 MW that make heat, and cannot be extended."""
    common = ("reference,heat,,,,", "output,heat,,1,,MWh/MWh", "existing_capacity,,,10,,MW")
    return "".join(f"{name},{row}\n" for row in (*common, "maximum_new_capacity,,,0,,MW", *rows))


TABLES = {
    "regions": "kiln,59,9,one site\nmill,60,9,the other site",
    "carriers": """
        heat,unit,,MWh,
        gas,unit,,MWh,
        gas,carbon_content,fossil,0.2,t/MWh
        waste,unit,,MWh,
        waste,carbon_content,fossil,0.1,t/MWh
        waste,carbon_content,biogenic,0.1,t/MWh
        wood,unit,,MWh,
        wood,carbon_content,biogenic,0.36,t/MWh
        co2,unit,,t,
        co2,carbon_content,pooled,1,t/t
        co2,disposal_cost,,0,EUR2025/t
    """,
    "technologies": heat_plant("boiler", "input,gas,,1,,MWh/MWh")
    + heat_plant("clean_kiln", "variable_om_cost,,,50,,EUR2025/MWh")
    + heat_plant("clean_mill", "variable_om_cost,,,70,,EUR2025/MWh")
    + heat_plant("waste_boiler", "input,waste,,1,,MWh/MWh", "output,co2,,0.2,,t/MWh")
    + heat_plant("capture", "input,wood,,1,,MWh/MWh", "output,co2,,0.3,,t/MWh"),
    "plants": """
        boiler_kiln,boiler,kiln
        boiler_mill,boiler,mill
        clean_kiln,clean_kiln,kiln
        clean_mill,clean_mill,mill
        waste_boiler,waste_boiler,kiln
        capture,capture,kiln
    """,
    "trades": """
        gas_kiln,kiln,gas,import
        gas_mill,mill,gas,import
        waste,kiln,waste,import
        wood,kiln,wood,import
        ship,kiln,co2,export
    """,
    "demands": "heat_kiln,kiln,heat\nheat_mill,mill,heat",
    "assets": """
        gas_kiln,price,,,30,,EUR2025/MWh
        gas_mill,price,,,30,,EUR2025/MWh
        waste,price,,,80,,EUR2025/MWh
        wood,price,,,100,,EUR2025/MWh
        ship,price,,,-50,,EUR2025/t
        ship,export_stored_share,,,1,,1
        heat_kiln,rate,,,10,,MW
        heat_mill,rate,,,10,,MW
    """,
}

POLICIES = {
    "emission_cap": {
        "kiln": {
            "limit": {2030: "20 kt/year", 2040: "-1 kt/year"},
            "regions": ["kiln"],
            "scope": "fossil",
            "pooled_share": {2040: 0.4},
        },
        "all": {"limit": {2040: "30 kt/year"}, "scope": "fossil", "pooled_share": 0.25},
    }
}
# Name of the row → (coefficients, lower, upper).
ROWS = {
    # Nothing is said of the share in 2030: all of the flue's carbon counts.
    "emission_cap[kiln,2030]": (
        {"emissions[kiln,fossil,2030]": 1, "emissions[kiln,mineral,2030]": 1, "emissions[kiln,pooled,2030]": 1},
        None,
        20_000,
    ),
    "emission_cap[kiln,2040]": (
        {"emissions[kiln,fossil,2040]": 1, "emissions[kiln,mineral,2040]": 1, "emissions[kiln,pooled,2040]": 0.4},
        None,
        -1_000,
    ),
    "emission_cap[all,2040]": (
        {
            "emissions[kiln,fossil,2040]": 1,
            "emissions[kiln,mineral,2040]": 1,
            "emissions[kiln,pooled,2040]": 0.25,
            "emissions[mill,fossil,2040]": 1,
            "emissions[mill,mineral,2040]": 1,
            "emissions[mill,pooled,2040]": 0.25,
        },
        None,
        30_000,
    ),
}


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sites")
    data = h2model.load_case(write_small_case(folder, TABLES, periods=[2030, 2040], policies=POLICIES))
    return assert_same_as_pyomo(h2model.build(data))


@pytest.mark.parametrize("name", ROWS)
def test_row(name, program):
    assert_row(program, name, ROWS[name])


def test_each_site_keeps_to_its_cap(tmp_path):
    """Each site has a cap of its own, so that a tonne has a price of its own at each site."""
    caps = {
        "kiln": {"limit": {2030: "5 kt/year"}, "regions": ["kiln"]},
        "mill": {"limit": {2030: "8 kt/year"}, "regions": ["mill"]},
    }
    _, results = solve_small_case(tmp_path, TABLES, policies={"emission_cap": caps})
    emitted = results["emissions"].sum("origin").squeeze()
    assert emitted.sel(region="kiln").item() == pytest.approx(5_000)
    assert emitted.sel(region="mill").item() == pytest.approx(8_000)
    # Clean heat at the kiln costs 20 EUR/MWh more than gas, at the mill 40; gas emits 0.2 t/MWh.
    assert results["dual_emission_cap"].values.ravel() == pytest.approx([-20 / 0.2, -40 / 0.2])
    assert results.attrs["objective"] == pytest.approx(2 * 30 * HEAT + 20 * (HEAT - 25_000) + 40 * (HEAT - 40_000))


@pytest.mark.parametrize(("scope", "removed"), [("fossil", 0.0), ("net", 0.3 * HEAT)])
def test_removals_are_credited_with_scope_net_only(tmp_path, scope, removed):
    """At 300 EUR/t heat from wood costs 100 + 15 EUR/MWh, and earns 90 if its 0.3 t/MWh in the store are credited."""
    policies = {"carbon_price": {"price": {"price": {2030: "300 EUR2025/t"}, "regions": ["kiln"], "scope": scope}}}
    _, results = solve_small_case(tmp_path, TABLES, policies=policies)
    assert float(results["carbon_stored"].sum()) == pytest.approx(removed, abs=1e-6)
    assert float(results["carbon_price_cost"].sum()) == pytest.approx(-300 * removed, abs=1e-6)
    cost_at_kiln = 115 - 90 if removed else 50
    assert results.attrs["objective"] == pytest.approx((cost_at_kiln + 30) * HEAT)


@pytest.mark.parametrize(("share", "counted"), [(1.0, 1.0), (0.5, 0.5), ({2030: 0.25}, 0.25)])
def test_the_counted_share_of_pooled_carbon_is_paid(tmp_path, share, counted):
    """Only waste can heat the kiln: 0.2 t/MWh leave the flue, of which the monitoring report calls a part fossil."""
    waste_boiler = heat_plant("waste_boiler", "input,waste,,1,,MWh/MWh", "output,co2,,0.2,,t/MWh")
    tables = TABLES | {
        "technologies": heat_plant("boiler", "input,gas,,1,,MWh/MWh") + waste_boiler,
        "plants": "waste_boiler,waste_boiler,kiln\nboiler_mill,boiler,mill",
    }
    tax = {"price": {2030: "40 EUR2025/t"}, "regions": ["kiln"], "scope": "fossil", "pooled_share": share}
    _, results = solve_small_case(tmp_path, tables, policies={"carbon_price": {"tax": tax}})
    assert float(results["carbon_price_emissions"].sum()) == pytest.approx(counted * 0.2 * HEAT)
    assert float(results["carbon_price_cost"].sum()) == pytest.approx(40 * counted * 0.2 * HEAT)
    assert results["emissions"].sel(region="kiln", origin="pooled").item() == pytest.approx(0.2 * HEAT)


FAULTS = {
    "pooled share of a net cap": (
        {"pooled_share": 0.5},
        ["policies.emission_cap.kiln", "pooled_share has no effect with scope net", "write scope: fossil"],
    ),
    "pooled share above one": (
        {"scope": "fossil", "pooled_share": 1.5},
        [
            "policies.emission_cap.kiln.pooled_share",
            "this must be a number from 0 to 1",
            "by the plant's monitoring report",
        ],
    ),
    "pooled share in words": (
        {"scope": "fossil", "pooled_share": {2030: "half"}},
        ["policies.emission_cap.kiln.pooled_share", "this must be a number from 0 to 1"],
    ),
    "pooled share of another year": (
        {"scope": "fossil", "pooled_share": {2031: 0.5}},
        ["policies.emission_cap.kiln.pooled_share.2031", "2031 is not a period of the scenario", "use one of 2030"],
    ),
    "a site that is none": (
        {"regions": ["klin"], "limit": {2030: "5 kt"}},
        [
            "policies.emission_cap.kiln.regions: region klin is unknown → did you mean kiln?",
            "policies.emission_cap.kiln.limit.2030",
            "write a number and a unit that converts to t/year",
        ],
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_reported(name, report):
    changes, words = FAULTS[name]
    text = report(TABLES, {"emission_cap": {"kiln": {"limit": {2030: "5 kt/year"}} | changes}})
    for word in words:
        assert word in text
