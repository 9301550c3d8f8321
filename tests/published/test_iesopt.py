"""Published answers of IESopt: nine examples with time steps.

Source: ait-energy/IESopt.jl @ 7dbc7a1f78db4481114979f1dc07fd622781aedc, assets/examples, test/src/examples.jl; MIT,
(c) AIT.

They count a few hours as the whole time. Here these stand for a year, in which each of them occurs as often as it takes
to fill it: costs of a year, divided by that, are theirs. What is paid once for a capacity in those hours (ex08) is paid
that often in a year. CO2 costs a carbon price, and is in the gas: 0.2 t/MWh.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from case_writer import HOURS, CaseWriter, over_year
from year_answers import DATA, agree, measured

import h2model

FOLDER = "02_iesopt_examples"
PLENTY = 1000


def series(example: str) -> pd.DataFrame:
    """The time series of an example; of ex05, which are not ours to hand on, from where the cases lie."""
    own = DATA / FOLDER / f"{example}.csv"
    return pd.read_csv(own if own.is_file() else measured(FOLDER, example, "timeseries.csv"))


def with_gas(*regions: str, electricity: str = "electricity") -> CaseWriter:
    """A case in which a gas plant of 10 MW makes electricity in the first region."""
    case = CaseWriter("EUR2025", regions=regions or ("here",))
    case.carrier(electricity, "MWh")
    case.carrier("gas", "MWh", carbon_content=(0.2, "t/MWh"))
    case.trade("gas_grid", "gas")
    case.asset("gas_grid", "price", 50, "EUR2025/MWh")
    case.plant("plant_gas", electricity, {"gas": 1 / 0.4}, {electricity: 1})
    case.stands("plant_gas", 10, "MW")
    return case


def wind(case: CaseWriter, region: str = "", carrier: str = "electricity") -> None:
    """10 MW of wind."""
    case.plant("plant_wind", carrier, None, {carrier: 1}, region=region)
    case.stands("plant_wind", 10, "MW")
    case.technology("plant_wind", "availability", 1, "1", profile="plant_wind_availability")


def demand(case: CaseWriter, carrier: str, profile: str = "demand_value", region: str = "") -> None:
    """A demand with its profile in MW."""
    case.demand(profile, carrier, region)
    case.asset(profile, "rate", 1, "MW", profile=profile)


def solved(case: CaseWriter, folder: Path, example: str, carbon_price: float = 0.0, **profiles):
    """Results, and the objective of the hours of the example."""
    given = series(example)
    price = {"tax": {"price": {2030: f"{carbon_price} EUR2025/t"}}}
    own = {name: given[name] for name in given.columns.drop(["t", "weight_h"])}
    steps = over_year(given["weight_h"]) | own | profiles
    path = case.write(
        folder,
        steps=steps,
        periods=[2030],
        last_period_years=1,
        policies={"carbon_price": price} if carbon_price else {},
    )
    results = h2model.solve(h2model.load_case(path))
    return results, results.attrs["objective"] / (HOURS / given["weight_h"].sum())


@pytest.mark.parametrize(("carbon_price", "variant"), [(100, "base"), (200, "co2_emissions cost 200")])
def test_store_at_a_node_has_the_published_cost(tmp_path, carbon_price, variant):
    case = with_gas()
    wind(case)
    case.store("store", "electricity")
    case.stands("store", 10, "MWh")
    demand(case, "electricity")
    _, objective = solved(case, tmp_path, "ex01", carbon_price)
    agree(f"{FOLDER}/ex01", "objective", objective, variant)


def test_battery_has_the_published_cost(tmp_path):
    """Between 1 and 9 MWh, charged and discharged with 3 MW, both measured on the side of the grid."""
    case = with_gas()
    wind(case)
    case.technology("plant_wind", "variable_om_cost", 1, "EUR2025/MWh")
    case.store("battery", "electricity", charge=0.9, discharge=0.9)
    case.stands("battery", 9, "MWh")
    case.asset("battery", "minimum_level", 1 / 9, "1")
    for flow in ("charge_rate", "discharge_rate"):
        case.technology("battery", flow, 3 / 9, "1/hour")
    demand(case, "electricity")
    _, objective = solved(case, tmp_path, "ex02", 100)
    agree(f"{FOLDER}/ex02", "objective", objective)


@pytest.mark.parametrize("example", ["ex03", "ex05"])
def test_two_nodes_have_the_published_cost(tmp_path, example):
    """Gas at one node, wind and a store at the other, a line of 5 MW between them; ex05 is a year of hours."""
    case = with_gas("node1", "node2")
    wind(case, "node2")
    case.store("store", "electricity", region="node2")
    case.stands("store", 10, "MWh")
    case.link("line", "electricity", "node1", "node2")
    case.stands("line", 5, "MW")
    demand(case, "electricity", "demand1_value", "node1")
    demand(case, "electricity", "demand2_value", "node2")
    results, objective = solved(case, tmp_path, example, 100)
    agree(f"{FOLDER}/{example}", "objective", objective)
    if example == "ex05":
        assert float(results["traded"].sum()) == pytest.approx(9534.825)


def test_hydrogen_store_has_the_published_cost(tmp_path):
    """A week, at whose end the store holds no less than at its beginning."""
    case = CaseWriter("EUR2025")
    case.carrier("electricity", "MWh")
    case.carrier("hydrogen", "MWh")
    case.plant("plant_pv", "electricity", None, {"electricity": 1})
    case.technology("plant_pv", "availability", 1, "1", profile="plant_pv_availability")
    case.plant("electrolyser", "electricity", {"electricity": 1}, {"hydrogen": 0.7})
    case.plant("plant_gas", "electricity", {"hydrogen": 1 / 0.8}, {"electricity": 1})
    for plant, capacity in (("plant_pv", 5), ("electrolyser", 10), ("plant_gas", 10)):
        case.stands(plant, capacity, "MW")
    case.store("store", "hydrogen")
    case.stands("store", 50, "MWh")
    case.asset("store", "final_level", "no less", "")
    case.trade("market", "hydrogen")
    case.asset("market", "price", 100, "EUR2025/MWh")
    demand(case, "electricity")
    results, objective = solved(case, tmp_path, "ex06")
    agree(f"{FOLDER}/ex06", "objective", objective)
    assert float(results["traded"].sum()) * 168 / HOURS == pytest.approx(187.908)


def test_investment_has_the_published_cost(tmp_path):
    case = CaseWriter("EUR2025", regions=("north", "south"))
    case.carrier("electricity", "MWh")
    case.carrier("hydrogen", "MWh")
    case.plant("plant_solar", "electricity", None, {"electricity": 1})
    case.technology("plant_solar", "availability", 1, "1", profile="plant_solar_availability")
    case.stands("plant_solar", 1, "MW")
    case.plant("plant_gas", "electricity", None, {"electricity": 1})
    case.technology("plant_gas", "variable_om_cost", 100, "EUR2025/MWh")
    case.plant("electrolysis", "hydrogen", {"electricity": 2}, {"hydrogen": 1})
    case.stands("electrolysis", 10, "MW")
    case.store("storage", "hydrogen")
    case.link("pipeline", "hydrogen", "north", "south", two_way="no")
    days = HOURS / 24
    for name, cost, unit in (("pipeline", 1000, "MW"), ("storage", 100, "MWh"), ("plant_gas", 500, "MW")):
        case.invest(name, cost * days, f"EUR2025/{unit}", 1, 0)
    demand(case, "hydrogen", region="south")
    results, objective = solved(case, tmp_path, "ex08")
    agree(f"{FOLDER}/ex08", "objective", objective)
    built = results["capacity"].squeeze("period").to_series()
    agree(f"{FOLDER}/ex08", "build_pipeline", built["pipeline"])
    agree(f"{FOLDER}/ex08", "build_storage", built["storage"])
    agree(f"{FOLDER}/ex08", "build_gas", built["plant_gas"])


def test_steps_of_unequal_length_have_the_published_cost(tmp_path):
    case = CaseWriter("EUR2025")
    case.carrier("electricity", "MWh")
    case.trade("buy", "electricity")
    case.asset("buy", "price", 1, "EUR2025/MWh", profile="buy_cost")
    case.asset("buy", "maximum_rate", 10, "MW")
    case.store("grid", "electricity")
    case.stands("grid", 3, "MWh")
    demand(case, "electricity")
    results, objective = solved(case, tmp_path, "ex22")
    agree(f"{FOLDER}/ex22", "objective", objective)
    assert results["trade_flow"].values.ravel() == pytest.approx([10, 6, 6, 0, 7, 4])


@pytest.mark.parametrize(("initial", "variant"), [(15, "base"), (50, "initial 50")])
def test_a_store_that_is_used_up_has_the_published_cost(tmp_path, initial, variant):
    case = CaseWriter("EUR2025", regions=("node1", "node2"))
    case.carrier("electricity", "MWh")
    case.store("store", "electricity")
    case.stands("store", PLENTY, "MWh")
    case.asset("store", "initial_level", initial, "MWh")
    case.asset("store", "final_level", "free", "")
    case.link("conn", "electricity", "node1", "node2")
    case.stands("conn", PLENTY, "MW")
    case.trade("supply", "electricity")
    case.asset("supply", "price", 10, "EUR2025/MWh")
    demand(case, "electricity", region="node2")
    _, objective = solved(case, tmp_path, "ex26")
    agree(f"{FOLDER}/ex26", "objective", objective, variant)


def test_losses_that_change_have_the_published_cost(tmp_path):
    """Two connections, one way each. A loss that changes is that of several, each of which has its own hours.

    The nodes are two carriers in one region, between which a plant stands for a connection.
    """
    case = with_gas(electricity="node1")
    case.carrier("node2", "MWh")
    wind(case, carrier="node2")
    case.store("store", "node2")
    case.stands("store", 10, "MWh")
    losses = series("ex44")["conn2_loss"]
    case.plant("conn1", "node1", {"node1": 1}, {"node2": 0.99})
    case.stands("conn1", 5, "MW")
    hours = {}
    for loss in losses.unique().tolist():
        name = f"conn2_{loss}"
        case.plant(name, "node2", {"node2": 1}, {"node1": 1 - loss})
        case.stands(name, 5, "MW")
        case.technology(name, "availability", 1, "1", profile=name)
        hours[name] = (losses == loss).astype(float)
    demand(case, "node1", "demand1_value")
    demand(case, "node2", "demand2_value")
    results, objective = solved(case, tmp_path, "ex44", 100, **hours)
    agree(f"{FOLDER}/ex44", "objective", objective)
    # Whether the first or the last step takes 2.625 of it costs the same.
    flow = results["trade_flow"].values.ravel()
    assert flow[1:3] == pytest.approx([7.5, 7.5])
    assert flow.sum() == pytest.approx(17.625)
