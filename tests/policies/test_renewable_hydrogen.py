"""Renewable hydrogen: matched within hours, months or years, by generation that is new and in the zone.

The answers worked out by hand: 20 MW of power make 10 MW of hydrogen all year. 100 MW of old wind blow in the first
half of each day from January to June (181 days), and never in the rest of the year (184 days). Power is bought at 40
and sold at 10 EUR/MWh. Geothermal power is always there at 100 EUR/MWh and can be built for 1,000 EUR a year and MW.
"""

from __future__ import annotations

import numpy as np
import pytest
from equation_rows import assert_row
from oracle import assert_same_as_pyomo
from small_case import solve_small_case, write_small_case

import h2model
from h2model.report.binding import binding_limits

WINDY, CALM = 181, 184
"""Days with wind in their first half, and days without."""

TABLES = {
    "regions": "here,59,9,the zone\nthere,60,9,another zone",
    "carriers": "electricity,unit,,MWh,\nhydrogen,unit,,MWh,",
    "technologies": """
        ,interest_rate,,,0,,1/year
        wind,reference,electricity,,,,
        wind,output,electricity,,1,,MWh/MWh
        wind,availability,,,1,gusts,1
        wind,maximum_new_capacity,,,0,,MW
        geothermal,reference,electricity,,,,
        geothermal,output,electricity,,1,,MWh/MWh
        geothermal,variable_om_cost,,,100,,EUR2025/MWh
        geothermal,overnight_cost,,,20,,EUR2025/kW
        geothermal,lifetime,,,20,,year
        electrolyser,reference,electricity,,,,
        electrolyser,input,electricity,,1,,MWh/MWh
        electrolyser,output,hydrogen,,0.5,,MWh/MWh
        electrolyser,maximum_new_capacity,,,0,,MW
        battery,reference,electricity,,,,
        battery,charge_efficiency,,,1,,1
        battery,discharge_efficiency,,,1,,1
        battery,maximum_new_capacity,,,0,,MWh
    """,
    "plants": "old_wind,wind,here\ngeothermal,geothermal,here\nelectrolyser,electrolyser,here\nwind_there,wind,there",
    "stores": "battery,battery,here,,",
    "trades": "buy,here,electricity,import\nsell,here,electricity,export\nsell_there,there,electricity,export",
    "demands": "works,here,hydrogen",
    "assets": """
        old_wind,existing_capacity,,,100,,MW
        electrolyser,existing_capacity,,,20,,MW
        battery,existing_capacity,,,100,,MWh
        buy,price,,,40,,EUR2025/MWh
        sell,price,,,10,,EUR2025/MWh
        sell_there,price,,,10,,EUR2025/MWh
        works,rate,,,10,,MW
    """,
}
GUSTS = {"gusts": np.concatenate([np.tile(np.repeat([1.0, 0.0], 12), WINDY), np.zeros(24 * CALM)])}
RULE = {"consumers": ["electrolyser"], "generators": ["wind", "geothermal"], "bidding_zone": ["here"]}


def without_battery() -> dict[str, str]:
    return TABLES | {
        "stores": "",
        "assets": TABLES["assets"].replace("battery,existing_capacity,,,100,,MWh", ""),
        "technologies": TABLES["technologies"][: TABLES["technologies"].index("battery,reference")],
    }


def solved(folder, tables=None, **settings):
    """Cost of the year, and results."""
    policies = {"renewable_hydrogen": {"green": RULE | settings}} if settings else {}
    scenario = {"time": {"resolution": "12h"}, "policies": policies, "solver": {"method": "simplex"}}
    _, results = solve_small_case(folder, tables or without_battery(), GUSTS, **scenario)
    return results.attrs["objective"], results


# Wind is used or sold; where there is none, power is bought.
FREE = 40 * 20 * (12 * WINDY + 24 * CALM) - 10 * 80 * 12 * WINDY
GEOTHERMAL = 20 * 1000
"""Cost of 20 MW for a year."""


def test_without_a_rule_power_is_bought(tmp_path):
    assert solved(tmp_path)[0] == pytest.approx(FREE)


def test_wind_suffices_for_matching_over_the_year(tmp_path):
    assert 100 * 12 * WINDY > 20 * 8760
    cost, results = solved(tmp_path, matching={2030: "year"})
    assert cost == pytest.approx(FREE)
    assert results["renewable_consumption"].item() == pytest.approx(20 * 8760)


def test_matching_over_months_needs_another_source_in_calm_months(tmp_path):
    """Geothermal power at 100 replaces bought power at 40 from July to December."""
    cost, _ = solved(tmp_path, matching={2030: "month"})
    assert cost == pytest.approx(FREE + GEOTHERMAL + (100 - 40) * 20 * 24 * CALM)


def test_matching_over_hours_needs_another_source_at_night(tmp_path):
    cost, _ = solved(tmp_path, matching={2030: "hour"})
    assert cost == pytest.approx(FREE + GEOTHERMAL + (100 - 40) * 20 * (24 * CALM + 12 * WINDY))


def test_a_store_shifts_matched_power_by_exactly_its_volume(tmp_path):
    """On each of 181 nights 100 MWh of wind, which would be sold at 10, replace geothermal power at 100.

    The last filling is spread from the night of 30 June over all calm days: so much less capacity has to be built.
    """
    (tmp_path / "with").mkdir()
    (tmp_path / "without").mkdir()
    without, _ = solved(tmp_path / "without", TABLES, matching={2030: "hour"})
    cost, results = solved(tmp_path / "with", TABLES, matching={2030: "hour"}, stores=["battery"])
    capacity = 100 / (12 + 24 * CALM)
    assert without - cost == pytest.approx(WINDY * 100 * (100 - 10) + 1000 * capacity)
    assert (results["discharge"] * results["hours"]).sum().item() == pytest.approx(WINDY * 100)


@pytest.mark.parametrize("matching", ["year", "hour"])
def test_additionality_excludes_old_wind(tmp_path, matching):
    """All 20 MW come from new geothermal power; wind is sold when it blows, and nothing is bought."""
    cost, _ = solved(tmp_path, matching={2030: matching}, commissioned_from={2030: 2027})
    assert cost == pytest.approx(GEOTHERMAL + 100 * 20 * 8760 - 10 * 100 * 12 * WINDY)


def test_existing_capacity_counts_if_the_rule_says_so(tmp_path):
    settings = {"matching": {2030: "year"}, "commissioned_from": {2030: 2027}, "existing_counts": True}
    assert solved(tmp_path, **settings)[0] == pytest.approx(FREE)


@pytest.mark.parametrize(
    ("exemption", "exempt"),
    [
        ({"renewable_share": {2030: 0.95}}, True),
        ({"renewable_share": {2030: 0.9}}, False),
        ({"renewable_share": {2030: 0.85}, "exemption_above": 0.8}, True),
    ],
)
def test_a_renewable_zone_is_exempt(tmp_path, exemption, exempt):
    cost, results = solved(tmp_path, matching={2030: "month"}, **exemption)
    assert cost == pytest.approx(FREE if exempt else FREE + GEOTHERMAL + (100 - 40) * 20 * 24 * CALM)
    assert results["renewable_consumption"].size == (not exempt)


# -- rows typed by hand --------------------------------------------------------------------------------------------

# Two zones; in 2025 all capacity counts in the month, in 2030 new wind in the step, in 2040 newer plants in the day.
ZONES = {
    "regions": "north,59,9,the zone\nsouth,60,9,another zone",
    "carriers": TABLES["carriers"] + "\ncompressed,unit,,MWh,",
    "technologies": """
        ,interest_rate,,,0.05,,1/year
        wind,reference,electricity,,,,
        wind,output,electricity,,1,,MWh/MWh
        wind,overnight_cost,,,1000,,EUR2025/kW
        wind,lifetime,,,10,,year
        sun,reference,hydrogen,,,,
        sun,output,electricity,,0.5,,MWh/MWh
        sun,output,hydrogen,,1,,MWh/MWh
        sun,overnight_cost,,,500,,EUR2025/kW
        sun,lifetime,,,30,,year
        sun,maximum_new_capacity,,2025,0,,MW
        sun,maximum_new_capacity,,2030,inf,,MW
        sun,maximum_new_capacity,,2040,inf,,MW
        water,reference,electricity,,,,
        water,output,electricity,,1,,MWh/MWh
        water,maximum_new_capacity,,,0,,MW
        electrolyser,reference,hydrogen,,,,
        electrolyser,input,electricity,,1.5,,MWh/MWh
        electrolyser,output,hydrogen,,1,,MWh/MWh
        electrolyser,overnight_cost,,,500,,EUR2025/kW
        electrolyser,lifetime,,,20,,year
        purifier,reference,hydrogen,,,,
        purifier,input,electricity,,2,,MWh/MWh
        purifier,output,hydrogen,,1,,MWh/MWh
        purifier,maximum_new_capacity,,,0,,MW
        battery,reference,electricity,,,,
        battery,charge_efficiency,,,0.9,,1
        battery,discharge_efficiency,,,0.9,,1
        battery,maximum_new_capacity,,,0,,MWh
        tank,reference,hydrogen,,,,
        tank,charge_efficiency,,,1,,1
        tank,discharge_efficiency,,,1,,1
        tank,maximum_new_capacity,,,0,,MWh
        gas_turbine,reference,electricity,,,,
        gas_turbine,input,biogas,,2,,MWh/MWh
        gas_turbine,output,electricity,,1,,MWh/MWh
        gas_turbine,maximum_new_capacity,,,0,,MW
    """,
    "plants": """
        wind_north,wind,north
        wind_south,wind,south
        sun_north,sun,north
        water_north,water,north
        electrolyser_north,electrolyser,north
        electrolyser_south,electrolyser,south
        purifier,purifier,south
        gas_turbine,gas_turbine,north
    """,
    "stores": "battery_north,battery,north,,\nbattery_south,battery,south,,\ntank,tank,north,,",
    "trades": "sell,north,hydrogen,export\nbiogas,north,biogas,import",
    "assets": """
        wind_north,existing_capacity,,2025,50,,MW
        wind_north,existing_capacity,,2030,30,,MW
        wind_north,existing_capacity,,2040,0,,MW
        wind_south,existing_capacity,,,7,,MW
        water_north,existing_capacity,,,20,,MW
        sell,price,,,100,,EUR2025/MWh
        biogas,price,,,30,,EUR2025/MWh
    """,
}
ZONES["carriers"] += "\nbiogas,unit,,MWh,\nbiogas,carbon_content,biogenic,0.2,t/MWh"
GREEN = {
    "consumers": ["electrolyser"],
    "generators": ["wind", "sun", "water"],
    "bidding_zone": ["north"],
    "stores": ["battery"],
    "matching": {2025: "month", 2030: "hour", 2040: "day"},
    "commissioned_from": {2030: 2030, 2040: 2035},
}
SOUTH = {
    "consumers": ["purifier"],
    "generators": ["wind"],
    "bidding_zone": ["south"],
    "regions": ["south"],
    "matching": {2030: "year", 2040: "year"},
    "commissioned_from": {2030: 2030},
    "existing_counts": True,
    "renewable_share": {2040: 0.95},
}
PERIODS = {"periods": [2025, 2030, 2040], "time": {"resolution": "12h"}}
JANUARY = range(62)
"""Steps of 12 hours in January; 70 steps are in the model."""


def matched(period: int, steps, hours: float, **generation: float) -> dict[str, float]:
    """Use less generation in some steps: 1.5 MWh per hydrogen, and the battery between."""
    coefficients = {
        f"decided_activity[electrolyser_north,{period},{{}}]": 1.5,
        f"decided_activity[electrolyser_south,{period},{{}}]": 1.5,
        f"charge[battery_north,{period},{{}}]": 1,
        f"discharge[battery_north,{period},{{}}]": -1,
    } | generation
    return {name.format(t): hours * value for name, value in coefficients.items() for t in steps}


# Name of the row → (coefficients, lower, upper).
ROWS = {
    # What is built in 2030 counts from the wind of the north; the sun has nothing older, and water nothing new.
    "renewable_matching[green,2030,3]": (
        matched(
            2030,
            [3],
            1,
            **{"claimed_generation[green,wind_north,2030,{}]": -1, "decided_activity[sun_north,2030,{}]": -0.5},
        ),
        None,
        0,
    ),
    # All capacity in the north counts.
    "renewable_matching_over_window[green,2025,2030-01]": (
        matched(
            2025,
            JANUARY,
            12,
            **{
                "decided_activity[wind_north,2025,{}]": -1,
                "decided_activity[sun_north,2025,{}]": -0.5,
                "decided_activity[water_north,2025,{}]": -1,
            },
        ),
        None,
        0,
    ),
    # All old wind has retired; the solar plant of 2030 is too old.
    "renewable_matching_over_window[green,2040,day 2]": (
        matched(
            2040,
            [2, 3],
            12,
            **{"decided_activity[wind_north,2040,{}]": -1, "claimed_generation[green,sun_north,2040,{}]": -1},
        ),
        None,
        0,
    ),
    "renewable_matching_over_window[south,2030,year]": (
        {f"decided_activity[purifier,2030,{t}]": 12 * 2 for t in range(70)}
        | {f"claimed_generation[south,wind_south,2030,{t}]": -12 for t in range(70)},
        None,
        0,
    ),
    "claim_limit[green,sun_north,2040,3]": (
        {"claimed_generation[green,sun_north,2040,3]": 1, "decided_activity[sun_north,2040,3]": -0.5},
        None,
        0,
    ),
    "additionality[green,sun_north,2040,3]": (
        {"claimed_generation[green,sun_north,2040,3]": 1, "new_capacity[sun_north,2040]": -0.8 * 0.5},
        None,
        0,
    ),
    # Wind of 2025 still lives, but does not count.
    "additionality[green,wind_north,2030,3]": (
        {"claimed_generation[green,wind_north,2030,3]": 1, "new_capacity[wind_north,2030]": -0.25},
        None,
        0,
    ),
    # In the south 7 MW of existing wind count.
    "additionality[south,wind_south,2030,3]": (
        {"claimed_generation[south,wind_south,2030,3]": 1, "new_capacity[wind_south,2030]": -1},
        None,
        7,
    ),
}


@pytest.fixture(scope="module")
def zones(tmp_path_factory):
    policies = {"renewable_hydrogen": {"green": GREEN, "south": SOUTH}}
    path = write_small_case(tmp_path_factory.mktemp("zones"), ZONES, policies=policies, **PERIODS)
    data = h2model.load_case(path).isel(time=slice(0, 70)).copy(deep=True)
    data["availability"].loc[{"plant": "wind_north"}] = 0.25
    data["availability"].loc[{"plant": "sun_north"}] = 0.8
    return data


@pytest.fixture(scope="module")
def program(zones):
    return assert_same_as_pyomo(h2model.build(zones))


@pytest.mark.parametrize("name", ROWS)
def test_row(name, program):
    assert_row(program, name, ROWS[name])


def test_exempt_and_unlimited_periods_add_no_rows(program):
    names = [program.row_name(number) for number in range(len(program.row_lower))]
    assert not [name for name in names if name.startswith("renewable_matching_over_window[south,2040")]
    assert not [name for name in names if name.startswith("renewable_matching_over_window[south,2025")]
    # January and the first days of February; 35 days; one year.
    assert len([name for name in names if name.startswith("renewable_matching_over_window")]) == 2 + 35 + 1
    # Wind and sun of one year each in the north, wind in the south.
    assert len([name for name in names if name.startswith("claim_limit")]) == 3 * 70


def test_the_rule_survives_the_run_folder(zones, tmp_path):
    """The inputs of a run, read from disk, give the same program."""
    from h2model.results.netcdf_file import write_netcdf

    write_netcdf(zones, tmp_path / "inputs.nc")
    again = h2model.load_case(tmp_path / "inputs.nc")
    one, two = (h2model.engine.compile_model(h2model.build(data)) for data in (zones, again))
    assert (one.matrix != two.matrix).nnz == 0


FAULTS = {
    "unknown names": (
        {
            "consumers": ["electroliser"],
            "generators": ["wnd"],
            "stores": ["batery"],
            "carrier": "electrcity",
            "regions": ["soth"],
            "bidding_zone": ["nrth"],
            "matching": {2031: "hour", 2030: "hour", 2040: "hour"},
        },
        [
            "policies.renewable_hydrogen.green.consumers: plant of the technology electroliser is unknown → did you "
            "mean electrolyser?",
            "generators: plant of the technology wnd is unknown → did you mean wind?",
            "stores: store of the technology batery is unknown → did you mean battery?",
            "carrier: carrier electrcity is unknown → did you mean electricity?",
            "regions: region soth is unknown → did you mean south?",
            "bidding_zone: region nrth is unknown → did you mean north?",
            "matching.2031: 2031 is not a period of the scenario",
        ],
    ),
    "an unknown window": ({"matching": {2030: "week"}}, ["policies.renewable_hydrogen.green.matching.2030", "'week'"]),
    "not in the zone": (
        {"bidding_zone": ["south"]},
        [
            "generators: these regions have no plant of sun, so it has no effect",
            "generators: these regions have no plant of water",
        ],
    ),
    "a store of something else": (
        {"stores": ["tank"]},
        ["stores: tank does not store electricity → name stores of electricity"],
    ),
    "consumers of something else": (
        {"consumers": ["electrolyser", "wind"], "generators": ["sun", "electrolyser"]},
        [
            "consumers: wind uses no electricity at a fixed ratio → name technologies that use electricity",
            "generators: electrolyser makes no electricity at a fixed ratio → name technologies that make electricity",
        ],
    ),
    "biomass": (
        {"generators": ["wind", "gas_turbine"]},
        [
            "generators: gas_turbine uses a carrier with carbon: generators are renewable sources other than biomass "
            "→ remove it"
        ],
    ),
    "younger than the period": (
        {"commissioned_from": {2030: 2035}},
        ["commissioned_from.2030: capacity built from 2035 cannot generate in 2030 → write a year up to 2030"],
    ),
    "age without matching": (
        {"matching": {2040: "hour"}},
        ["commissioned_from.2030: commissioned_from has no effect in 2030, which has no matching"],
    ),
    "share without matching": (
        {"matching": {2030: "hour", 2040: "hour"}, "renewable_share": {2025: 0.5}},
        ["renewable_share.2025: renewable_share has no effect in 2025, which has no matching"],
    ),
    "exemption of nothing": (
        {"exemption_above": 0.8},
        ["policies.renewable_hydrogen.green", "exemption_above has no effect without renewable_share"],
    ),
    "existing without age": (
        {"commissioned_from": {}, "existing_counts": True},
        ["policies.renewable_hydrogen.green", "existing_counts has no effect without commissioned_from"],
    ),
    "no matching": ({"matching": {}}, ["policies.renewable_hydrogen.green.matching"]),
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_reported(name, report):
    changes, words = FAULTS[name]
    text = report(ZONES, {"renewable_hydrogen": {"green": GREEN | changes}}, **PERIODS)
    for word in words:
        assert word in text


def test_members_of_two_rules_in_one_period_are_refused(report):
    text = report(
        ZONES, {"renewable_hydrogen": {"green": GREEN, "more": GREEN | {"consumers": ["purifier"]}}}, **PERIODS
    )
    for word in (
        "policies.renewable_hydrogen.more.generators: wind_north also belongs to the rule green",
        "policies.renewable_hydrogen.more.stores: battery_north also belongs to the rule green",
    ):
        assert word in text
    assert "consumers" not in text.replace("put the consumers", "")


def test_steps_must_fit_into_the_windows(report):
    scenario = PERIODS | {"time": {"resolution": "73h"}}
    text = report(ZONES, {"renewable_hydrogen": {"green": GREEN}}, **scenario)
    assert "green.matching.2025: some steps cross the end of a month" in text
    assert "green.matching.2040: some steps cross the end of a day" in text
    assert "matching.2030" not in text


def test_a_reservoir_does_not_count_as_new_generation(report):
    tables = ZONES | {"assets": ZONES["assets"] + "\nbattery_north,inflow,,,5,,MW"}
    text = report(tables, {"renewable_hydrogen": {"green": GREEN}}, **PERIODS)
    assert "stores: battery_north has an inflow, and would count as new generation" in text


def test_a_mode_has_no_capacity_to_count(report):
    tables = ZONES | {
        "plants": "plant,technology,region,mode_of\n"
        + "\n".join(line.strip() + "," for line in ZONES["plants"].strip().splitlines())
        + "\nwater_mode,stream,north,water_north",
        "technologies": ZONES["technologies"]
        + "\nstream,reference,electricity,,,,\nstream,output,electricity,,0.1,,MWh/MWh",
    }
    rule = GREEN | {"generators": ["wind", "stream"]}
    assert "generators: water_mode is a mode of another plant" in report(
        tables, {"renewable_hydrogen": {"green": rule}}, **PERIODS
    )


def test_the_report_states_the_premium_of_a_rule(tmp_path):
    """Other power at 40 in place of geothermal at 100, where no wind blows, and no geothermal plant for it."""
    _, results = solved(tmp_path, matching={2030: "hour"})
    (binding,) = (each for each in binding_limits(results) if each.what.startswith("rule green"))
    assert (binding.what, binding.unit) == ("rule green: one MWh/hour of other power", "EUR2025/(MWh/hour)/year")
    years = float(results["years_represented"][0] * results["discount_factor"][0])
    assert binding.saving * years == pytest.approx(((12 * WINDY + 24 * CALM) * 60 + 1000) * years)
