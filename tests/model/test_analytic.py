"""Cases whose answers are worked out by hand. Money is EUR, a year has 8,760 hours, nothing is discounted."""

from __future__ import annotations

import numpy as np
import pytest
from small_case import solve_small_case

import h2model

HOURS = 8760

POWER = "electricity,unit,,MWh,"
ONE_REGION = "here,59,9,the only region"
TWO_REGIONS = ONE_REGION + "\nthere,60,9,the other region"
FIXED_PLANT = """
    {name},reference,{carrier},,,,
    {name},output,{carrier},,1,,{unit}
    {name},variable_om_cost,,,{cost},,EUR2025/{amount}
    {name},maximum_new_capacity,,,0,,{capacity}
"""


def generator(name: str, cost: float) -> str:
    return FIXED_PLANT.format(name=name, carrier="electricity", unit="MWh/MWh", cost=cost, amount="MWh", capacity="MW")


def market(demand: float) -> dict[str, str]:
    """50 MW at 10 and 100 MW at 40 EUR/MWh serve a demand."""
    return {
        "regions": ONE_REGION,
        "carriers": POWER,
        "technologies": generator("cheap", 10) + generator("costly", 40),
        "plants": "cheap,cheap,here\ncostly,costly,here",
        "demands": "town,here,electricity",
        "assets": f"""
            cheap,existing_capacity,,,50,,MW
            costly,existing_capacity,,,100,,MW
            town,rate,,,{demand},,MW
        """,
    }


@pytest.mark.parametrize(("demand", "price", "cost"), [(30, 10, 30 * 10), (80, 40, 50 * 10 + 30 * 40)])
def test_merit_order_sets_the_price(tmp_path, demand, price, cost):
    data, results = solve_small_case(tmp_path, market(demand))
    np.testing.assert_allclose(results["dual_balance"].squeeze() / data["hours"], price)
    assert results.attrs["objective"] == pytest.approx(cost * HOURS)


def test_unserved_demand_has_its_stated_cost(tmp_path):
    tables = market(170)
    tables["assets"] += "\ntown,unserved_cost,,,3000,,EUR2025/MWh"
    _, results = solve_small_case(tmp_path, tables)
    np.testing.assert_allclose(results["unserved_demand"], 20)
    assert results.attrs["objective"] == pytest.approx((50 * 10 + 100 * 40 + 20 * 3000) * HOURS)


def test_storage_earns_the_price_spread_less_its_losses(tmp_path):
    """Half a day at 10, half a day at 50: 100 MWh cost 100 / 0.9 × 10 and earn 100 × 0.9 × 50, every day."""
    tables = {
        "regions": ONE_REGION,
        "carriers": POWER,
        "technologies": """
            battery,reference,electricity,,,,
            battery,charge_efficiency,,,0.9,,1
            battery,discharge_efficiency,,,0.9,,1
            battery,maximum_new_capacity,,,0,,MWh
        """,
        "stores": "battery,battery,here,,",
        "trades": "buy,here,electricity,import\nsell,here,electricity,export",
        "assets": """
            battery,existing_capacity,,,100,,MWh
            buy,price,,,1,spread,EUR2025/MWh
            sell,price,,,1,spread,EUR2025/MWh
            buy,maximum_rate,,,100,,MW
        """,
    }
    spread = [10.0] * 12 + [50.0] * 12
    _, results = solve_small_case(tmp_path, tables, {"spread": spread}, time={"resolution": "12h"})
    assert results.attrs["objective"] == pytest.approx(-365 * (100 * 0.9 * 50 - 100 / 0.9 * 10))


def heat_supply() -> dict[str, str]:
    """10 MW of heat from gas at 30 EUR/MWh and 0.2 t/MWh, or clean at 50."""
    return {
        "regions": ONE_REGION,
        "carriers": "heat,unit,,MWh,\ngas,unit,,MWh,\ngas,carbon_content,fossil,0.2,t/MWh",
        "technologies": """
            boiler,reference,heat,,,,
            boiler,input,gas,,1,,MWh/MWh
            boiler,output,heat,,1,,MWh/MWh
            boiler,maximum_new_capacity,,,0,,MW
        """
        + FIXED_PLANT.format(name="clean", carrier="heat", unit="MWh/MWh", cost=50, amount="MWh", capacity="MW"),
        "plants": "boiler,boiler,here\nclean,clean,here",
        "trades": "gas,here,gas,import",
        "demands": "town,here,heat",
        "assets": """
            boiler,existing_capacity,,,10,,MW
            clean,existing_capacity,,,10,,MW
            gas,price,,,30,,EUR2025/MWh
            town,rate,,,10,,MW
        """,
    }


@pytest.mark.parametrize(("price", "emissions"), [(99, 0.2 * 10 * HOURS), (101, 0.0)])
def test_carbon_price_switches_at_the_abatement_cost(tmp_path, price, emissions):
    policies = {"carbon_price": {"tax": {"price": {2030: f"{price} EUR2025/t"}}}}
    _, results = solve_small_case(tmp_path, heat_supply(), policies=policies)
    assert float(results["emissions"].sum()) == pytest.approx(emissions, abs=1e-6)
    assert float(results["carbon_price_cost"].sum()) == pytest.approx(price * emissions, abs=1e-6)


def test_dual_of_the_cap_is_the_abatement_cost(tmp_path):
    policies = {"emission_cap": {"all": {"limit": {2030: "10 kt/year"}}}}
    _, results = solve_small_case(tmp_path, heat_supply(), policies=policies)
    assert float(results["emissions"].sum()) == pytest.approx(10_000)
    assert float(results["dual_emission_cap"].sum()) == pytest.approx(-(50 - 30) / 0.2)


def test_cap_below_zero_needs_removal(tmp_path):
    """Wood with capture: 0.36 t taken up, 0.3 stored, 0.06 released again; 0.3 t net per MWh. The cap asks for 9 kt."""
    tables = heat_supply()
    tables["carriers"] += "\nwood,unit,,MWh,\nwood,carbon_content,biogenic,0.36,t/MWh"
    tables["carriers"] += "\nco2,unit,,t,\nco2,carbon_content,pooled,1,t/t"
    tables["technologies"] += """
            capture,reference,heat,,,,
            capture,input,wood,,1,,MWh/MWh
            capture,output,heat,,1,,MWh/MWh
            capture,output,co2,,0.3,,t/MWh
            capture,maximum_new_capacity,,,0,,MW
    """
    tables["plants"] += "\ncapture,capture,here"
    tables["trades"] += "\nwood,here,wood,import\nship,here,co2,export"
    tables["assets"] += """
            capture,existing_capacity,,,10,,MW
            wood,price,,,100,,EUR2025/MWh
            ship,price,,,-50,,EUR2025/t
            ship,export_stored_share,,,1,,1
    """
    policies = {"emission_cap": {"all": {"limit": {2030: "-9 kt/year"}}}}
    data, results = solve_small_case(tmp_path, tables, policies=policies)
    heat_from_wood = (results["activity"] * data["hours"]).sum("time").sel(plant="capture").item()
    gas = (results["activity"] * data["hours"]).sum("time").sel(plant="boiler").item()
    # Cheapest mix of wood at 115, gas at 30 + and clean at 50 that removes 9 kt: no gas, 30,000 MWh of wood.
    assert heat_from_wood == pytest.approx(9_000 / 0.3)
    assert gas == pytest.approx(0, abs=1e-6)
    assert float(results["carbon_stored"].sum()) == pytest.approx(9_000)
    assert float(results["carbon_released"].sum()) == pytest.approx(0.06 * 30_000)
    assert float(results["carbon_taken_up"].sum()) == pytest.approx(0.36 * 30_000)


@pytest.mark.parametrize(("hydrogen", "electricity"), [(35.0, 50.0), (47.5, 75.0), (60.0, 100.0), (14.0, 20.0)])
def test_part_load_curve_is_followed(tmp_path, hydrogen, electricity):
    """100 MW that make 0.7 up to half load and 0.5 on top: less is wasted at part load than 0.6 says."""
    tables = {
        "regions": ONE_REGION,
        "carriers": POWER + "\nhydrogen,unit,,MWh,",
        "technologies": """
            electrolyser,reference,electricity,,,,
            electrolyser,input,electricity,,1,,MWh/MWh
            electrolyser,maximum_new_capacity,,,0,,MW
        """,
        "part_load": "electrolyser,hydrogen,0.5,0.7,MWh/MWh\nelectrolyser,hydrogen,1,0.6,MWh/MWh",
        "plants": "electrolyser,electrolyser,here",
        "trades": "buy,here,electricity,import",
        "demands": "works,here,hydrogen",
        "assets": f"""
            electrolyser,existing_capacity,,,100,,MW
            buy,price,,,50,,EUR2025/MWh
            works,rate,,,{hydrogen},,MW
        """,
    }
    _, results = solve_small_case(tmp_path, tables)
    np.testing.assert_allclose(results["activity"], electricity)


def buildable(lifetime: int, rate: float) -> dict[str, str]:
    """8 MW from a plant of 1,000 EUR/kW."""
    return {
        "regions": ONE_REGION,
        "carriers": POWER,
        "technologies": f"""
            ,interest_rate,,,{rate},,1/year
            turbine,reference,electricity,,,,
            turbine,output,electricity,,1,,MWh/MWh
            turbine,overnight_cost,electricity,,1000,,EUR2025/kW
            turbine,fixed_om_share,,,2,,%/year
            turbine,lifetime,,,{lifetime},,year
        """,
        "plants": "turbine,turbine,here",
        "demands": "town,here,electricity",
        "assets": "town,rate,,,8,,MW",
    }


@pytest.mark.parametrize(("rate", "annuity"), [(0.0, 1 / 20), (0.07, 0.07 / (1 - 1.07**-20))])
def test_investment_is_paid_as_an_annuity(tmp_path, rate, annuity):
    _, results = solve_small_case(tmp_path, buildable(20, rate))
    assert float(results["investment_cost"].sum()) == pytest.approx(8e6 * annuity)
    assert float(results["fixed_om_cost"].sum()) == pytest.approx(8e6 * 0.02)


@pytest.mark.parametrize(("lifetime", "built"), [(10, [8, 8, 8]), (20, [8, 0, 8]), (30, [8, 0, 0])])
def test_capacity_is_rebuilt_at_the_end_of_its_lifetime(tmp_path, lifetime, built):
    _, results = solve_small_case(tmp_path, buildable(lifetime, 0.05), periods=[2030, 2040, 2050])
    np.testing.assert_allclose(results["new_capacity"].sel(asset="turbine"), built, atol=1e-6)


def test_link_carries_the_price_with_its_loss(tmp_path):
    """Power bought at 30 over there is worth 30 / 0.9 here; 9 MW need 10."""
    tables = {
        "regions": TWO_REGIONS,
        "carriers": POWER,
        "technologies": """
            line,reference,electricity,,,,
            line,loss,,,0.1,,1
            line,maximum_new_capacity,,,0,,MW
        """,
        "links": "line,line,there,here,yes",
        "trades": "buy,there,electricity,import",
        "demands": "town,here,electricity",
        "assets": """
            line,existing_capacity,,,20,,MW
            buy,price,,,30,,EUR2025/MWh
            town,rate,,,9,,MW
        """,
    }
    data, results = solve_small_case(tmp_path, tables)
    np.testing.assert_allclose(results["flow"].sel(way="line"), 10)
    np.testing.assert_allclose(results["flow"].sel(way="line (reverse)"), 0, atol=1e-9)
    price = results["dual_balance"] / data["hours"]
    here = price.values[results["hourly_balance_region"].values == "here"]
    np.testing.assert_allclose(here, 30 / 0.9)


def seasonal_works(balance: str) -> dict[str, str]:
    """A plant that stands still for half of the year serves 10 t/h."""
    return {
        "regions": ONE_REGION,
        "carriers": f"ammonia,unit,,t,\nammonia,balance,,{balance},",
        "technologies": """
            ,interest_rate,,,0,,1/year
            loop,reference,ammonia,,,,
            loop,output,ammonia,,1,,t/t
            loop,availability,,,1,half,1
            loop,overnight_cost,,,100,,EUR2025/(t/h)
            loop,lifetime,,,20,,year
        """,
        "plants": "loop,loop,here",
        "demands": "farmers,here,ammonia",
        "assets": "farmers,rate,,,10,,t/h",
    }


HALF_OF_THE_YEAR = {"half": [1.0] * 4380 + [0.0] * 4380}


def test_a_yearly_balance_shifts_products_between_steps(tmp_path):
    _, results = solve_small_case(tmp_path, seasonal_works("year"), HALF_OF_THE_YEAR)
    assert float(results["capacity"].sum()) == pytest.approx(20)
    np.testing.assert_allclose(results["activity"].squeeze(), [20, 0], atol=1e-6)


def test_an_hourly_balance_does_not_shift_products(tmp_path):
    with pytest.raises(h2model.InfeasibleError):
        solve_small_case(tmp_path, seasonal_works("hour"), HALF_OF_THE_YEAR)


def test_later_costs_are_discounted(tmp_path):
    """Two periods of 10 years at 5 %: the objective is years × mean discount factor × annual cost."""
    data, results = solve_small_case(tmp_path, market(30), periods=[2030, 2040], overrides={"case.discount_rate": 0.05})
    weights = [sum(1.05**-k for k in range(start, start + 10)) for start in (0, 10)]
    assert results.attrs["objective"] == pytest.approx(sum(weights) * 300 * HOURS)
    np.testing.assert_allclose(data["years_represented"] * data["discount_factor"], weights)
    np.testing.assert_allclose(results["price_of_carrier"], 10)


WOOD = "wood,unit,,MWh,\nwood,balance,,year,\nwood,carbon_content,biogenic,0.36,t/MWh"
REMOVE = {"emission_cap": {"all": {"limit": {2030: "-1 kt/year"}}}}


def test_wood_that_is_bought_and_sold_is_not_a_removal(tmp_path):
    tables = {
        "regions": ONE_REGION,
        "carriers": WOOD,
        "trades": "buy,here,wood,import\nsell,here,wood,export",
        "assets": "buy,price,,,25,,EUR2025/MWh\nsell,price,,,25,,EUR2025/MWh",
    }
    with pytest.raises(h2model.InfeasibleError):
        solve_small_case(tmp_path, tables, policies=REMOVE)


def test_captured_air_that_leaves_in_a_product_is_not_a_removal(tmp_path):
    tables = {
        "regions": ONE_REGION,
        "carriers": "air,unit,,t,\nair,carbon_content,atmospheric,1,t/t\nco2,unit,,t,\nco2,carbon_content,pooled,1,t/t",
        "technologies": """
            capture,reference,co2,,,,
            capture,input,air,,1,,t/t
            capture,output,co2,,1,,t/t
            capture,maximum_new_capacity,,,0,,t/h
        """,
        "plants": "capture,capture,here",
        "trades": "air,here,air,import",
        "demands": "soda,here,co2",
        "assets": """
            capture,existing_capacity,,,2,,t/h
            air,price,,,0,,EUR2025/t
            soda,rate,,,1,,t/h
            soda,released_share,,,0,,1
        """,
    }
    _, results = solve_small_case(tmp_path, tables)
    assert float(results["carbon_taken_up"].sum()) == pytest.approx(8760)
    assert float(results["emissions"].sum()) == pytest.approx(0, abs=1e-6)


def test_a_store_returns_its_initial_level(tmp_path):
    """A tank that begins full ends full: it saves nothing on a flat price."""
    tables = {
        "regions": ONE_REGION,
        "carriers": "hydrogen,unit,,MWh,",
        "technologies": """
            tank,reference,hydrogen,,,,
            tank,charge_efficiency,,,1,,1
            tank,discharge_efficiency,,,1,,1
            tank,maximum_new_capacity,,,0,,MWh
        """,
        "stores": "tank,tank,here,,",
        "trades": "buy,here,hydrogen,import",
        "demands": "works,here,hydrogen",
        "assets": """
            tank,existing_capacity,,,8760,,MWh
            tank,initial_level,,,8760,,MWh
            buy,price,,,100,,EUR2025/MWh
            works,rate,,,1,,MW
        """,
    }
    _, results = solve_small_case(tmp_path, tables)
    assert results.attrs["objective"] == pytest.approx(100 * HOURS)


def test_uptake_moves_with_the_wood(tmp_path):
    """Wood bought here and burnt there: neither region removes or emits, so a cap on one of them has no hold on it."""
    tables = {
        "regions": TWO_REGIONS,
        "carriers": WOOD + "\nheat,unit,,MWh,",
        "technologies": """
            truck,reference,wood,,,,
            truck,loss,,,0.1,,1
            truck,maximum_new_capacity,,,0,,MW
            stove,reference,heat,,,,
            stove,input,wood,,1,,MWh/MWh
            stove,output,heat,,1,,MWh/MWh
            stove,maximum_new_capacity,,,0,,MW
        """,
        "plants": "stove,stove,there",
        "links": "truck,truck,here,there,no",
        "trades": "wood,here,wood,import",
        "demands": "town,there,heat",
        "assets": """
            truck,existing_capacity,,,20,,MW
            stove,existing_capacity,,,10,,MW
            wood,price,,,30,,EUR2025/MWh
            town,rate,,,9,,MW
        """,
    }
    _, results = solve_small_case(tmp_path, tables)
    assert float(results["carbon_taken_up"].sum()) == pytest.approx(10 * 0.36 * HOURS)
    np.testing.assert_allclose(results["emissions"].sum("origin"), 0, atol=1e-6)


def test_steps_of_different_weight_are_refused_with_stores(small_year):
    weight = small_year["weight"].copy()
    weight[0] *= 2
    with pytest.raises(h2model.InputError, match="give all steps of a sequence the same weight"):
        h2model.build(small_year.assign(weight=weight))


def test_part_load_refers_to_available_capacity(tmp_path):
    """Half of 10 MW is available: at 5 MW it runs at full load and makes 0.6 × 5 = 3 MW, not 0.8 × 5."""
    tables = {
        "regions": "here,59,9,the only region",
        "carriers": "power,unit,,MWh,\nhydrogen,unit,,MWh,",
        "technologies": """
            cell,reference,power,,,,
            cell,input,power,,1,,MWh/MWh
            cell,availability,,,0.5,,1
            cell,maximum_new_capacity,,,0,,MW
        """,
        "part_load": "cell,hydrogen,0.5,0.8,MWh/MWh\ncell,hydrogen,1,0.6,MWh/MWh",
        "plants": "cell,cell,here",
        "trades": "buy,here,power,import\nsell,here,hydrogen,export",
        "assets": """
            cell,existing_capacity,,,10,,MW
            buy,price,,,1,,EUR2025/MWh
            sell,price,,,100,,EUR2025/MWh
        """,
    }
    _, results = solve_small_case(tmp_path, tables)
    assert float(results["trade_flow"].sel(trade="sell").max()) == pytest.approx(3)
