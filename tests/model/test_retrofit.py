"""Capacity that is converted, worked out by hand. Nothing is discounted; annuities are at an interest rate of 0."""

from __future__ import annotations

import numpy as np
import pytest
from equation_rows import assert_row
from oracle import assert_same_as_pyomo
from small_case import solve_small_case, write_small_case

import h2model

LINKS = "link,technology,from_region,to_region,two_way,retrofit_of\n"
PIPES = """
    gas_pipe,gas_pipe,there,here,no,
    hydrogen_pipe,hydrogen_pipe,there,here,no,gas_pipe
"""
EXISTING = "gas_pipe,existing_capacity,,,20,,MW"
GAS_PIPE = "gas_pipe,maximum_new_capacity,,,0,,MW"
HYDROGEN_LIFE = "hydrogen_pipe,lifetime,,,40,,year"


def tables(pipes: str = PIPES, existing: str = EXISTING, gas_pipe: str = GAS_PIPE, life: str = HYDROGEN_LIFE) -> dict:
    """10 MW of heat from piped gas at 30 EUR/MWh or piped hydrogen at 60; a gas pipe of 20 MW may be converted."""
    return {
        "regions": "here,59,9,town\nthere,60,9,coast",
        "carriers": """
            heat,unit,,MWh,
            hydrogen,unit,,MWh,
            gas,unit,,MWh,
            gas,carbon_content,fossil,0.2,t/MWh
        """,
        "technologies": f"""
            ,interest_rate,,,0,,1/year
            gas_pipe,reference,gas,,,,
            gas_pipe,loss,,,0,,1
            gas_pipe,fixed_om_cost,,,1,,EUR2025/kW/year
            {gas_pipe}
            hydrogen_pipe,reference,hydrogen,,,,
            hydrogen_pipe,loss,,,0,,1
            hydrogen_pipe,retrofit_ratio,,,0.8,,1
            hydrogen_pipe,overnight_cost,,,100,,EUR2025/kW
            hydrogen_pipe,fixed_om_cost,,,2,,EUR2025/kW/year
            {life}
            gas_boiler,reference,heat,,,,
            gas_boiler,input,gas,,1,,MWh/MWh
            gas_boiler,output,heat,,1,,MWh/MWh
            gas_boiler,maximum_new_capacity,,,0,,MW
            hydrogen_boiler,reference,heat,,,,
            hydrogen_boiler,input,hydrogen,,1,,MWh/MWh
            hydrogen_boiler,output,heat,,1,,MWh/MWh
            hydrogen_boiler,maximum_new_capacity,,,0,,MW
        """,
        "plants": "gas_boiler,gas_boiler,here\nhydrogen_boiler,hydrogen_boiler,here",
        "links": LINKS + pipes,
        "trades": "gas,there,gas,import\nhydrogen,there,hydrogen,import",
        "demands": "town,here,heat",
        "assets": f"""
            gas,price,,,30,,EUR2025/MWh
            hydrogen,price,,,60,,EUR2025/MWh
            gas_boiler,existing_capacity,,,10,,MW
            hydrogen_boiler,existing_capacity,,,10,,MW
            town,rate,,,10,,MW
            {existing}
        """,
    }


def carbon_price(**by_period: float) -> dict:
    """A carbon price in EUR/t, given as y2040=200."""
    price = {int(period[1:]): f"{value} EUR2025/t" for period, value in by_period.items()}
    return {"carbon_price": {"tax": {"price": price}}}


DEAR_FROM_2040 = carbon_price(y2030=0, y2040=200, y2050=200)
YEARS = [2030, 2040, 2050]

# Capacity converted in this or an earlier period is subtracted, also after the life of the retrofit.
ROWS = {
    "capacity_stock[gas_pipe,2030]": (
        {"capacity[gas_pipe,2030]": 1, "new_capacity[hydrogen_pipe,2030]": 1 / 0.8},
        20,
        20,
    ),
    "capacity_stock[gas_pipe,2050]": (
        {
            "capacity[gas_pipe,2050]": 1,
            "new_capacity[hydrogen_pipe,2030]": 1 / 0.8,
            "new_capacity[hydrogen_pipe,2040]": 1 / 0.8,
            "new_capacity[hydrogen_pipe,2050]": 1 / 0.8,
        },
        20,
        20,
    ),
    "capacity_stock[hydrogen_pipe,2050]": (
        {
            "capacity[hydrogen_pipe,2050]": 1,
            "new_capacity[hydrogen_pipe,2040]": -1,
            "new_capacity[hydrogen_pipe,2050]": -1,
        },
        0,
        0,
    ),
}


def test_rows_equal_those_typed_by_hand(tmp_path):
    short = tables(life="hydrogen_pipe,lifetime,,,20,,year")
    program = assert_same_as_pyomo(h2model.build(h2model.load_case(write_small_case(tmp_path, short, periods=YEARS))))
    for name, row in ROWS.items():
        assert_row(program, name, row)


def test_the_structure_of_retrofits_is_a_coordinate(tmp_path):
    data = h2model.load_case(write_small_case(tmp_path, tables()))
    found = dict(zip(data["asset"].values.tolist(), data["retrofit_of"].values.tolist(), strict=True))
    assert found == {"gas_boiler": "", "hydrogen_boiler": "", "gas_pipe": "", "hydrogen_pipe": "gas_pipe"}


def test_an_idle_gas_pipe_is_converted_to_hydrogen(tmp_path):
    """From 2040 gas costs 30 + 0.2 × 200 = 70, hydrogen 60: 10 MW of it take 12.5 of the 20 MW for gas.

    The rest of the gas pipe stays: converting more costs 0.8 × (2.5 + 2) a year per kW, and saves 1.
    """
    _, results = solve_small_case(tmp_path, tables(), periods=YEARS, policies=DEAR_FROM_2040)
    gas, hydrogen = (results.sel(asset=name) for name in ("gas_pipe", "hydrogen_pipe"))
    np.testing.assert_allclose(gas["capacity"], [20, 7.5, 7.5])
    np.testing.assert_allclose(gas["capacity_converted"], [0, 12.5, 12.5])
    np.testing.assert_allclose(hydrogen["capacity"], [0, 10, 10], atol=1e-9)
    # What was converted is no longer kept up as a gas pipe.
    np.testing.assert_allclose(gas["fixed_om_cost"], [20_000, 7_500, 7_500])
    np.testing.assert_allclose(hydrogen["fixed_om_cost"], [0, 20_000, 20_000], atol=1e-6)
    np.testing.assert_allclose(hydrogen["investment_cost"], [0, 10 * 100_000 / 40, 10 * 100_000 / 40], atol=1e-6)
    np.testing.assert_allclose(results["emissions"].sum(("region", "origin")), [17_520, 0, 0], atol=1e-6)
    annual = np.array([10 * 30 * 8760 + 20_000, *[10 * 60 * 8760 + 7_500 + 20_000 + 25_000] * 2])
    assert results.attrs["objective"] == pytest.approx(10 * annual.sum())


def test_conversion_is_limited_by_existing_capacity(tmp_path):
    """A pipe of 10 MW makes 8 MW; what these cannot bring goes nowhere, for the gas pipe is used up."""
    little = tables(existing=EXISTING.replace("20", "10"))
    little["assets"] += "\ntown,unserved_cost,,,75,,EUR2025/MWh"
    _, results = solve_small_case(tmp_path, little, policies=carbon_price(y2030=200))
    # At 75 for what is unserved, gas at 70 saves 5; a unit of hydrogen saves 15, and gives up 1.25 units of gas.
    capacity = results["capacity"].squeeze()
    np.testing.assert_allclose(capacity.sel(asset=["gas_pipe", "hydrogen_pipe"]), [0, 8], atol=1e-9)
    np.testing.assert_allclose(results["unserved_demand"], 2)


def test_converted_capacity_does_not_return(tmp_path):
    """Hydrogen is needed in 2040 only, and its pipe lives for 10 years; in 2050 gas has 7.5 MW left."""
    short = tables(life="hydrogen_pipe,lifetime,,,10,,year")
    short["assets"] += "\ntown,unserved_cost,,,3000,,EUR2025/MWh"
    short["assets"] = short["assets"].replace(
        "hydrogen,price,,,60,,EUR2025/MWh",
        "\n".join(f"hydrogen,price,,{year},{p},,EUR2025/MWh" for year, p in zip(YEARS, (60, 60, 9000), strict=True)),
    )
    # In 2040 gas costs more than unserved heat; in 2050 a MW of it saves 3,000 − 2,030, one of hydrogen in 2040 2,940.
    policies = carbon_price(y2030=0, y2040=100_000, y2050=10_000)
    _, results = solve_small_case(tmp_path, short, periods=YEARS, policies=policies)
    converted = results["capacity_converted"].sel(asset="gas_pipe").values
    np.testing.assert_allclose(converted, [0, 12.5, 12.5])
    np.testing.assert_allclose(results["capacity"].sel(asset="hydrogen_pipe"), [0, 10, 0], atol=1e-9)
    np.testing.assert_allclose(results["unserved_demand"].transpose("period", ...).squeeze()[2], 2.5)


def test_converted_new_capacity_is_still_paid_off(tmp_path):
    """Without existing capacity, 10 MW for gas are built, and 2.5 MW more, to become 10 MW for hydrogen in 2040."""
    ready = tables(
        existing="",
        gas_pipe="gas_pipe,lifetime,,,25,,year\ngas_pipe,overnight_cost,,,50,,EUR2025/kW",
    )
    _, results = solve_small_case(tmp_path, ready, periods=YEARS[:2], policies=carbon_price(y2030=0, y2040=200))
    gas = results.sel(asset="gas_pipe")
    np.testing.assert_allclose(gas["new_capacity"], [10, 2.5])
    np.testing.assert_allclose(gas["capacity"], [10, 0], atol=1e-9)
    np.testing.assert_allclose(gas["fixed_om_cost"], [10_000, 0], atol=1e-6)
    np.testing.assert_allclose(gas["investment_cost"], [10 * 50_000 / 25, 12.5 * 50_000 / 25])


def test_fixed_cost_as_a_share_falls_with_conversion(tmp_path):
    """2 % of 50 EUR/kW is 1 EUR/kW; existing capacity keeps that although new pipes become more expensive."""
    share = tables(
        gas_pipe="gas_pipe,fixed_om_share,,,2,,%/year\ngas_pipe,maximum_new_capacity,,,0,,MW\n"
        "gas_pipe,overnight_cost,,2030,50,,EUR2025/kW\ngas_pipe,overnight_cost,,2040,80,,EUR2025/kW",
    )
    share["technologies"] = share["technologies"].replace("gas_pipe,fixed_om_cost,,,1,,EUR2025/kW/year", "")
    _, results = solve_small_case(tmp_path, share, periods=YEARS[:2], policies=carbon_price(y2030=0, y2040=200))
    np.testing.assert_allclose(results["fixed_om_cost"].sel(asset="gas_pipe"), [20_000, 7_500])


CHAIN = PIPES + "co2_pipe,co2_pipe,here,there,no,hydrogen_pipe\n"


def chain(hydrogen: str = HYDROGEN_LIFE) -> dict[str, str]:
    """A gas pipe becomes one for hydrogen, and that one for CO2, which goes the other way."""
    made = tables(CHAIN, life=hydrogen)
    made["carriers"] += "\nco2,unit,,t,"
    made["technologies"] += """
            co2_pipe,reference,co2,,,,
            co2_pipe,loss,,,0,,1
            co2_pipe,retrofit_ratio,,,0.5,,1
            co2_pipe,overnight_cost,,,1,,EUR2025/(t/h)
            co2_pipe,lifetime,,,40,,year
    """
    return made


def test_a_retrofit_may_be_converted_in_turn(tmp_path):
    """3 t/h of CO2 need 6 MW of hydrogen pipe, and these 7.5 of the gas pipe."""
    made = chain()
    made["assets"] += "\nco2_pipe,minimum_capacity,,,3,,t/h"
    data, results = solve_small_case(tmp_path, made)
    capacity = results["capacity"].squeeze().sel(asset=["gas_pipe", "hydrogen_pipe", "co2_pipe"])
    np.testing.assert_allclose(capacity, [12.5, 0, 3], atol=1e-9)
    fixed = results["fixed_om_cost"].squeeze().sel(asset=["gas_pipe", "hydrogen_pipe", "co2_pipe"])
    np.testing.assert_allclose(fixed, [12_500, 0, 0], atol=1e-6)
    assert_same_as_pyomo(h2model.build(data))


@pytest.mark.parametrize(
    ("table", "header", "made"),
    [
        ("stores", "store,technology,region,charger,discharger,retrofit_of\n", "old,old,here,,,\nnew,new,here,,,old"),
        ("plants", "plant,technology,region,retrofit_of\n", "old,old,here,\nnew,new,here,old"),
    ],
)
def test_stores_and_plants_are_converted_as_well(tmp_path, table, header, made):
    """An old cavern or works of 40, of which a new one of 10 is made at a ratio of a quarter."""
    unit, kind = ("MWh", "charge_efficiency,,,1,,1") if table == "stores" else ("MW", "output,heat,,1,,MWh/MWh")
    second = "discharge_efficiency,,,1,,1" if table == "stores" else "variable_om_cost,,,1,,EUR2025/MWh"
    small = {
        "regions": "here,59,9,town",
        "carriers": "heat,unit,,MWh,",
        "technologies": "".join(
            f"{name},reference,heat,,,,\n{name},{kind}\n{name},{second}\n{name},lifetime,,,40,,year\n"
            f"{name},interest_rate,,,0,,1/year\n{name},overnight_cost,,,1000,,EUR2025/{unit}\n"
            for name in ("old", "new")
        ),
        table: header + made,
        "assets": f"""
            old,existing_capacity,,,40,,{unit}
            new,minimum_capacity,,,10,,{unit}
            new,retrofit_ratio,,,0.25,,1
        """,
    }
    _, results = solve_small_case(tmp_path, small)
    np.testing.assert_allclose(results["capacity"].sel(asset=["old", "new"]).squeeze(), [0, 10], atol=1e-9)


def test_a_case_without_retrofits_adds_no_rows(tmp_path):
    plain = tables(PIPES.replace("no,gas_pipe", "no,"))
    plain["technologies"] = plain["technologies"].replace("hydrogen_pipe,retrofit_ratio,,,0.8,,1", "")
    program = assert_same_as_pyomo(h2model.build(h2model.load_case(write_small_case(tmp_path, plain))))
    assert_row(program, "capacity_stock[gas_pipe,2030]", ({"capacity[gas_pipe,2030]": 1}, 20, 20))


FALLING = "gas_pipe,existing_capacity,,2030,20,,MW\ngas_pipe,existing_capacity,,2040,5,,MW"
SHARE = """gas_pipe,fixed_om_share,,,2,,%/year
    gas_pipe,lifetime,,,40,,year
    gas_pipe,overnight_cost,,2030,50,,EUR2025/kW
    gas_pipe,overnight_cost,,2040,80,,EUR2025/kW"""
FAULTS = {
    "unknown": (
        tables(PIPES.replace("no,gas_pipe", "no,gas_pipes")),
        [
            "links.csv, row 3",
            "hydrogen_pipe is a retrofit of 'gas_pipes', but no link has this name",
            "did you mean 'gas_pipe'?",
        ],
    ),
    "itself": (
        tables(PIPES.replace("no,gas_pipe", "no,hydrogen_pipe")),
        [
            "links.csv, row 3",
            "hydrogen_pipe is a retrofit of 'hydrogen_pipe', but they form a circle: hydrogen_pipe → hydrogen_pipe",
            "name the existing asset",
        ],
    ),
    "another table": (
        tables(PIPES.replace("no,gas_pipe", "no,gas_boiler")),
        ["hydrogen_pipe is a retrofit of 'gas_boiler', but it is a plant"],
    ),
    "each other": (
        tables(PIPES.replace("here,no,\n", "here,no,hydrogen_pipe\n")),
        [
            "links.csv, row 2",
            "gas_pipe is a retrofit of 'hydrogen_pipe', but they form a circle: gas_pipe → hydrogen_pipe → gas_pipe",
        ],
    ),
    "another place": (
        tables(PIPES.replace("hydrogen_pipe,there,here", "hydrogen_pipe,there,beyond"))
        | {"regions": "here,59,9,town\nthere,60,9,coast\nbeyond,61,9,far away"},
        [
            "hydrogen_pipe is a retrofit of 'gas_pipe', but the two are in different regions",
            "put both in one region",
        ],
    ),
    "retiring": (
        tables(existing=FALLING),
        [
            "assets.csv, row ",
            "existing_capacity of gas_pipe falls from 20 in 2030 to 5 in 2040, but hydrogen_pipe may have converted it",
            "give it the same existing_capacity in every period, and make the retiring capacity another asset",
        ],
    ),
    "ending": (
        tables(gas_pipe="gas_pipe,lifetime,,,10,,year\ngas_pipe,overnight_cost,,,50,,EUR2025/kW"),
        [
            "technologies.csv, row 6",
            "gas_pipe may be built in 2030 and lives 10 years, which ends before 2040, but hydrogen_pipe may have",
            "give it a lifetime that reaches beyond the last period, or maximum_new_capacity 0",
        ],
    ),
    "a retrofit that ends and may be converted": (
        chain("hydrogen_pipe,lifetime,,,10,,year"),
        ["hydrogen_pipe may be built in 2030 and lives 10 years, which ends before 2040, but co2_pipe may have"],
    ),
    "unlike": (
        tables(gas_pipe=SHARE),
        [
            "technologies.csv, row 6",
            "the fixed_om_share of gas_pipe gives capacity of 2040 another fixed cost than that of 2030",
            "give fixed_om_cost as money per capacity and year instead, or maximum_new_capacity 0",
        ],
    ),
    "no retrofit": (
        tables(PIPES.replace("no,gas_pipe", "no,")),
        [
            "technologies.csv, row 9",
            "retrofit_ratio has no effect on hydrogen_pipe, which has no retrofit_of",
            "remove the row, or name its original as retrofit_of where it is defined",
        ],
    ),
    "nothing to pay": (
        tables(life=""),
        ["hydrogen_pipe may be built in 2030 but has no lifetime"],
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_reported(name, tmp_path):
    wrong, words = FAULTS[name]
    with pytest.raises(h2model.InputError) as caught:
        h2model.load_case(write_small_case(tmp_path, wrong, periods=YEARS[:2]))
    for word in words:
        assert word in str(caught.value)


def test_a_mode_has_no_capacity_to_convert(tmp_path):
    wrong = tables()
    wrong["plants"] = """plant,technology,region,mode_of,retrofit_of
        gas_boiler,gas_boiler,here,,
        hydrogen_boiler,hydrogen_boiler,here,gas_boiler,gas_boiler
    """
    with pytest.raises(h2model.InputError) as caught:
        h2model.load_case(write_small_case(tmp_path, wrong))
    assert "'gas_boiler', but hydrogen_boiler is a mode, without a capacity" in str(caught.value)
    assert "name its plant, gas_boiler, instead" in str(caught.value)
