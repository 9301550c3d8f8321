"""Two runs to export: one of a case that can be worked out by hand, and one of the case that has one of each kind."""

from __future__ import annotations

from pathlib import Path

import pytest
import xarray as xr
from small_case import write_small_case

import h2model
from h2model.results.folder import with_inputs

TOWNS = {
    "regions": "here,59,9,works\nthere,60,9,town",
    "carriers": """
        gas,unit,,MWh,
        gas,carbon_content,fossil,0.2,t/MWh
        electricity,unit,,MWh,
        hydrogen,unit,,MWh,
        ore,unit,,t,
    """,
    "technologies": """
        ,interest_rate,,,0,,1/year
        ,lifetime,,,20,,year
        gas_turbine,reference,electricity,,,,
        gas_turbine,output,electricity,,1,,MWh/MWh
        gas_turbine,input,gas,,2,,MWh/MWh
        gas_turbine,overnight_cost,,,1000,,EUR2025/kW
        electrolyser,reference,electricity,,,,
        electrolyser,input,electricity,,1,,MWh/MWh
        electrolyser,output,hydrogen,,0.5,,MWh/MWh
        electrolyser,overnight_cost,,,500,,EUR2025/kW
        dc_cable,reference,electricity,,,,
        dc_cable,loss,,,0,,1
        dc_cable,overnight_cost,,,100,,EUR2025/kW
    """,
    "plants": "turbine,gas_turbine,here\nstack,electrolyser,there",
    "links": "line,dc_cable,here,there,no",
    "trades": "gas_in,here,gas,import\nore_in,there,ore,import",
    "demands": "town_power,there,electricity\nfilling_station,there,hydrogen\nmill,there,ore",
    "assets": """
        gas_in,price,,,20,,EUR2025/MWh
        ore_in,price,,,10,,EUR2025/t
        town_power,rate,,,10,,MW
        filling_station,rate,,,5,,MW
        mill,rate,,,1,,t/h
    """,
}
#: 20 MW of turbine and of line and 10 MW of electrolyser, all built in 2030; 350,400 MWh of gas a year.
POLICIES = {"carbon_price": {"tax": {"price": {2030: "50 EUR2025/t", 2040: "50 EUR2025/t"}}}}


@pytest.fixture(scope="session")
def towns_folder(tmp_path_factory) -> Path:
    """The run folder of two towns, worked out by hand."""
    case = tmp_path_factory.mktemp("case") / "towns"
    case.mkdir()
    scenario = write_small_case(case, TOWNS, periods=[2030, 2040], policies=POLICIES, title="= Two towns")
    folder = tmp_path_factory.mktemp("runs") / "towns"
    h2model.run(scenario, folder)
    return folder


@pytest.fixture
def towns(towns_folder) -> xr.Dataset:
    """The open run of two towns."""
    with h2model.open_run(towns_folder) as run:
        yield run


@pytest.fixture(scope="session")
def one_of_each(small_year) -> xr.Dataset:
    """A run of the case that has one of each kind."""
    results = h2model.solve(small_year)
    return results if "input" in results else with_inputs(results, small_year)
