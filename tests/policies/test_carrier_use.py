"""A cap on the use of power on a coast: by a boiler, a heat pump, a compressor, a plant on standby and a town.

Heat comes from the boiler, the heat pump or gas at 100 EUR/MWh; power costs 50 on the coast and 40 inland. Hydrogen
goes from the coast to the inland through a pipe that needs power where it starts. A year has 8,760 hours in two steps.
"""

from __future__ import annotations

import pytest
from equation_rows import assert_row
from oracle import assert_same_as_pyomo
from small_case import solve_small_case, write_small_case

import h2model
from h2model.report.binding import BindingLimit, binding_limits

HALF, YEAR = 4380, 8760
#: 1 ÷ COP between 0 and 90 °C at half of Carnot's.
WORK = 90 / (0.5 * 363.15)
TABLES = {
    "regions": "coast,59,9,one place\ninland,60,9,the other place",
    "carriers": """
        power,unit,,MWh,
        heat,unit,,MWh,
        waste_heat,unit,,MWh,
        gas,unit,,MWh,
        hydrogen,unit,,MWh,
    """,
    "technologies": """
        boiler,reference,heat,,,,
        boiler,output,heat,,1,,MWh/MWh
        boiler,input,power,,1.02,,MWh/MWh
        boiler,maximum_new_capacity,,,0,,MW
        gas_boiler,reference,heat,,,,
        gas_boiler,output,heat,,1,,MWh/MWh
        gas_boiler,input,gas,,1.1,,MWh/MWh
        gas_boiler,maximum_new_capacity,,,0,,MW
        gas_boiler,minimum_load,,,0.1,,1
        gas_boiler,startup_cost,,,50,,EUR2025/MW
        gas_boiler,standby_use,power,,0.01,,MWh/hour/MW
        pump,reference,heat,,,,
        pump,output,heat,,1,,MWh/MWh
        pump,maximum_new_capacity,,,0,,MW
        pump,carnot_share,,,0.5,,1
        pump,source_temperature,,,0,,degC
        pump,sink_temperature,,,90,,degC
        pump,work_share,power,,1,,1
        pump,source_share,waste_heat,,1,,1
        pipe,reference,hydrogen,,,,
        pipe,energy_use,power,,0.05,,MWh/MWh
        pipe,loss,,,0,,1
        pipe,maximum_new_capacity,,,0,,MW
    """,
    "plants": """
        boiler_coast,boiler,coast
        boiler_inland,boiler,inland
        gas_coast,gas_boiler,coast
        pump_coast,pump,coast
    """,
    "links": "pipe,pipe,coast,inland,no",
    "trades": """
        power_coast,coast,power,import
        power_inland,inland,power,import
        waste_coast,coast,waste_heat,import
        gas_coast_in,coast,gas,import
        hydrogen_in,coast,hydrogen,import
    """,
    "demands": """
        heat_coast,coast,heat
        heat_inland,inland,heat
        town,coast,power
        works,inland,hydrogen
    """,
    "assets": """
        boiler_coast,existing_capacity,,,10,,MW
        boiler_inland,existing_capacity,,,10,,MW
        gas_coast,existing_capacity,,,20,,MW
        pump_coast,existing_capacity,,,4,,MW
        pipe,existing_capacity,,,10,,MW
        power_coast,price,,,50,,EUR2025/MWh
        power_inland,price,,,40,,EUR2025/MWh
        waste_coast,price,,,1,,EUR2025/MWh
        gas_coast_in,price,,,100,,EUR2025/MWh
        hydrogen_in,price,,,60,,EUR2025/MWh
        heat_coast,rate,,,12,,MW
        heat_inland,rate,,,5,,MW
        town,rate,,,3,,MW
        town,unserved_cost,,,4000,,EUR2025/MWh
        works,rate,,,8,,MW
    """,
}
POLICIES = {
    "carrier_use": {
        "grid": {"carrier": "power", "limit": {2030: "100 GWh/year"}, "regions": ["coast"]},
        "source": {"carrier": "waste_heat", "limit": {2030: "1 TWh/year"}},
    }
}


USES = {
    ("decided_activity", "boiler_coast"): 1.02,
    ("decided_activity", "pump_coast"): WORK,
    ("online", "gas_coast"): -0.01,
    ("decided_flow", "pipe"): 0.05,
    ("unserved_demand", "town"): -1,
}
ROWS = {
    # 3 MW of the town all year, and 0.01 MW of standby per MW of 20 MW that is not online.
    "carrier_use_limit[grid,2030]": (
        {f"{name}[{member},2030,{t}]": HALF * value for (name, member), value in USES.items() for t in (0, 1)}
        | {"capacity[gas_coast,2030]": YEAR * 0.01},
        None,
        100_000 - 3 * YEAR,
    ),
    "carrier_use_limit[source,2030]": (
        {f"decided_activity[pump_coast,2030,{t}]": HALF * (1 - WORK) for t in (0, 1)},
        None,
        1_000_000,
    ),
}


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    path = write_small_case(tmp_path_factory.mktemp("use"), TABLES, policies=POLICIES)
    return assert_same_as_pyomo(h2model.build(h2model.load_case(path)))


@pytest.mark.parametrize("name", ROWS)
def test_row(name, program):
    assert_row(program, name, ROWS[name])


def test_use_that_is_capped_gives_way_to_gas_and_the_report_states_the_saving(tmp_path):
    """Without the cap the pump makes 4 and the boiler 8 of the 12 MW of heat. With it, gas replaces some of the 8."""
    policies = {"carrier_use": {"grid": POLICIES["carrier_use"]["grid"]}}
    tables = TABLES | {"technologies": without(TABLES["technologies"], "minimum_load", "startup_cost", "standby_use")}
    _, run = solve_small_case(tmp_path, tables, policies=policies, solver={"method": "simplex"})
    assert run["carrier_use"].item() == pytest.approx(100_000)
    of_others = YEAR * (4 * WORK + 8 * 0.05 + 3)
    assert run["activity"].sel(plant="boiler_coast").mean().item() == pytest.approx((100_000 - of_others) / YEAR / 1.02)
    # One MWh more replaces 1 ÷ 1.02 MWh of heat from gas at 1.1 × 100 EUR.
    saving = 1.1 * 100 / 1.02 - 50
    assert run["dual_carrier_use_limit"].item() == pytest.approx(-saving * 1.0)
    assert binding_limits(run)[0] == BindingLimit(
        "use under grid: one MWh a year more", 2030, pytest.approx(saving), "EUR2025/MWh"
    )
    assert str(run.attrs["audit"]).startswith("passed")


def without(rows: str, *parameters: str) -> str:
    return "\n".join(row for row in rows.splitlines() if not any(f",{name}," in row for name in parameters))


def test_a_cap_below_the_use_of_all_is_explained(tmp_path):
    """The pipe needs 0.4 MW all year, and the town may go unserved. All else runs on gas."""
    policies = {"carrier_use": {"grid": {"carrier": "power", "limit": {2030: "1 GWh/year"}, "regions": ["coast"]}}}
    explanation = h2model.explain(write_small_case(tmp_path, TABLES, policies=policies))
    assert explanation.outcome == "infeasible"
    least = 8 * 0.05 * YEAR / 1000
    line = f"the cap on use 'grid' of 2030: 1 GWh/year cannot be met; the best reachable is {least:.4g} GWh/year"
    assert line in str(explanation)


FAULTS = {
    "unknown names": (
        {"carrier": "powr", "limit": {2030: "1 TWh/year"}, "regions": ["cost"]},
        [
            "policies.carrier_use.grid.carrier: carrier powr is unknown → did you mean power?",
            "policies.carrier_use.grid.regions: region cost is unknown → did you mean coast?",
        ],
    ),
    "a limit in another unit": (
        {"carrier": "power", "limit": {2030: "5 t/year", 2035: "1 GWh/year"}},
        ["policies.carrier_use.grid.limit.2030", "policies.carrier_use.grid.limit.2035: 2035 is not a period"],
    ),
    "a negative limit": (
        {"carrier": "power", "limit": {2030: "-1 GWh/year"}},
        ["policies.carrier_use.grid.limit.2030: the limit is negative, but the use of a carrier is at least 0"],
    ),
    "a carrier without use in the regions": (
        {"carrier": "gas", "limit": {2030: "1 GWh/year"}, "regions": ["inland"]},
        ["policies.carrier_use.grid.carrier: nothing uses gas in inland, so it has no effect → remove the cap"],
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_is_reported(name, report):
    settings, expected = FAULTS[name]
    text = report(TABLES, {"carrier_use": {"grid": settings}})
    for line in expected:
        assert line in text


@pytest.mark.parametrize("two_way", ["no", "yes"])
def test_a_link_uses_a_carrier_in_each_region_where_its_flow_starts(tmp_path, two_way):
    """Inland, the pipe is the only use of power if it sends both ways."""
    links = TABLES["links"].replace("inland,no", f"inland,{two_way}")
    tables = TABLES | {"links": links, "plants": TABLES["plants"].replace("boiler_inland,boiler,inland", "")}
    tables["assets"] = "\n".join(row for row in TABLES["assets"].splitlines() if "boiler_inland" not in row)
    cap = {"carrier": "power", "limit": {2030: "1 GWh/year"}, "regions": ["inland"]}
    path = write_small_case(tmp_path, tables, policies={"carrier_use": {"grid": cap}})
    with pytest.raises(h2model.InputError) as refused:
        h2model.load_case(path)
    assert ("nothing uses power in inland" in str(refused.value)) is (two_way == "no")
