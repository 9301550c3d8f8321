"""Heat: levels of temperature, heat pumps that follow their source, waste heat with a profile of its own."""

from __future__ import annotations

import numpy as np
import pytest
from equation_rows import assert_row
from oracle import assert_same_as_pyomo
from plants import HOURS, ONE_REGION, fixed_plant
from small_case import solve_small_case, write_small_case

import h2model
from h2model.engine import compile_model

LEVELS = """
    steam,unit,,MWh,
    steam,temperature,,180,degC
    heat,unit,,MWh,
    heat,temperature,,90,degC
"""


def boilers(steam_cost: float, heat_cost: float) -> dict[str, str]:
    """5 MW of steam and 5 MW of heat are asked for; each has a boiler of 20 MW."""
    return {
        "regions": ONE_REGION,
        "carriers": LEVELS,
        "technologies": fixed_plant("high", "steam", steam_cost) + fixed_plant("low", "heat", heat_cost),
        "plants": "high,high,here\nlow,low,here",
        "demands": "works,here,steam\ntown,here,heat",
        "assets": """
            high,existing_capacity,,,20,,MW
            low,existing_capacity,,,20,,MW
            works,rate,,,5,,MW
            town,rate,,,5,,MW
        """,
    }


@pytest.mark.parametrize(("steam", "heat", "cost"), [(10, 20, 10 * 10), (10, 4, 5 * 10 + 5 * 4)])
def test_steam_serves_heat_but_heat_cannot_serve_steam(tmp_path, steam, heat, cost):
    _, results = solve_small_case(tmp_path, boilers(steam, heat))
    assert results.attrs["objective"] == pytest.approx(cost * HOURS)


def test_heat_levels_equal_those_of_pyomo(tmp_path):
    assert_same_as_pyomo(h2model.build(h2model.load_case(write_small_case(tmp_path, boilers(10, 20)))))


def test_equal_temperatures_are_refused(tmp_path):
    tables = boilers(10, 20)
    tables["carriers"] = tables["carriers"].replace("180", "90")
    with pytest.raises(h2model.InputError, match="heat has the same temperature as steam"):
        h2model.load_case(write_small_case(tmp_path, tables))


PUMP = """
    pump,reference,heat,,,,
    pump,output,heat,,1,,MWh/MWh
    pump,maximum_new_capacity,,,0,,MW
    pump,carnot_share,,,0.5,,1
    pump,source_temperature,,,40,season,degC
    pump,sink_temperature,,,90,,degC
    pump,work_share,power,,1,,1
    pump,source_share,waste_heat,,1,,1
"""


def heat_pump(rows: str = PUMP) -> dict[str, str]:
    """10 MW of heat, from a source of 0 °C for half a year and of 40 °C for the other half; power costs 60 EUR/MWh."""
    return {
        "regions": ONE_REGION,
        "carriers": "power,unit,,MWh,\nheat,unit,,MWh,\nwaste_heat,unit,,MWh,",
        "technologies": rows,
        "plants": "pump,pump,here",
        "trades": "power,here,power,import\nwaste_heat,here,waste_heat,import",
        "demands": "town,here,heat",
        "assets": """
            pump,existing_capacity,,,10,,MW
            power,price,,,60,,EUR2025/MWh
            waste_heat,price,,,1,,EUR2025/MWh
            town,rate,,,10,,MW
        """,
    }


SEASON = {"season": [0.0] * 4380 + [1.0] * 4380}
COLD, MILD = 90 / (0.5 * 363.15), 50 / (0.5 * 363.15)

ROWS = {
    "balance[power,here,2030,0]": ({"trade_flow[power,2030,0]": 1, "decided_activity[pump,2030,0]": -COLD}, 0, 0),
    "balance[waste_heat,here,2030,1]": (
        {"trade_flow[waste_heat,2030,1]": 1, "decided_activity[pump,2030,1]": -(1 - MILD)},
        0,
        0,
    ),
}


def test_the_work_of_a_heat_pump_follows_its_source_temperature(tmp_path):
    """COP = 0.5 × 363.15 K ÷ 90 K = 2.02 in the cold, ÷ 50 K = 3.63 when mild."""
    data = h2model.load_case(write_small_case(tmp_path, heat_pump(), SEASON))
    model = h2model.build(data)
    assert_same_as_pyomo(model)
    program = compile_model(model)
    for name, row in ROWS.items():
        assert_row(program, name, row)
    results = h2model.solve(model)
    hand = 4380 * 10 * (60 * (COLD + MILD) + 1 * (2 - COLD - MILD))
    assert results.attrs["objective"] == pytest.approx(hand)


FAULTS = {
    "no sink": ("pump,sink_temperature,,,90,,degC", "", "the heat pump pump has no sink_temperature"),
    "no work": ("pump,work_share,power,,1,,1", "", "its work_shares do not add up to 1"),
    "warm source": (",40,season", ",95,season", "at times as warm as its sink"),
    "feeble": ("carnot_share,,,0.5", "carnot_share,,,0.1", "the COP of pump falls to 0.404"),
    "work twice": (
        "pump,output,heat,,1",
        "pump,input,power,,1,,MWh/MWh\n    pump,output,heat,,1",
        "the heat pump pump has an input of power beside its share",
    ),
    "no heat pump": (
        "pump,carnot_share,,,0.5,,1",
        "",
        "sink_temperature has no effect on pump, which has no carnot_share",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_reported(tmp_path, name):
    old, new, message = FAULTS[name]
    assert old in PUMP
    with pytest.raises(h2model.InputError) as caught:
        h2model.load_case(write_small_case(tmp_path, heat_pump(PUMP.replace(old, new)), SEASON))
    assert message in str(caught.value)


def test_sink_and_source_have_the_temperatures_of_their_carriers(tmp_path):
    tables = heat_pump()
    tables["carriers"] += "\nheat,temperature,,100,degC\nwaste_heat,temperature,,30,degC"
    with pytest.raises(h2model.InputError) as caught:
        h2model.load_case(write_small_case(tmp_path, tables, SEASON))
    assert "pump makes heat of 100 degC with a sink of 90 degC" in str(caught.value)
    assert "pump takes waste_heat of 30 degC for a source of 40 degC" in str(caught.value)


def test_waste_heat_follows_its_profile(tmp_path):
    """A furnace gives off 8 MW for half of the day; the rest of 5 MW comes from a boiler at 20 EUR/MWh."""
    tables = boilers(10, 20)
    tables["technologies"] = fixed_plant("low", "heat", 20) + fixed_plant(
        "furnace", "heat", inputs="availability,,,1,shift,1"
    )
    tables["carriers"] += "\nheat,disposal_cost,,0,EUR2025/MWh"
    tables["plants"] = "low,low,here\nfurnace,furnace,here"
    tables["demands"] = "town,here,heat"
    tables["assets"] = "low,existing_capacity,,,20,,MW\nfurnace,existing_capacity,,,8,,MW\ntown,rate,,,5,,MW"
    shift = {"shift": [1.0] * 12 + [0.0] * 12}
    _, results = solve_small_case(tmp_path, tables, shift, time={"resolution": "12h"})
    assert results.attrs["objective"] == pytest.approx(365 * 12 * 5 * 20)
    np.testing.assert_allclose(results["activity"].sel(plant="furnace").isel(time=1), 0, atol=1e-9)
