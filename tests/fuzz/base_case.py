"""The case that is broken in many ways: small, with a row of nearly every kind, solved in a blink."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from small_case import write_small_case

TABLES = {
    "regions": "works,59,9,\nport,58,10,",
    "carriers": """
        power,unit,,MWh,
        gas,unit,,MWh,
        gas,carbon_content,fossil,0.2,t/MWh
        gas,lower_heating_value,,13.1,MWh/t
        hydrogen,unit,,MWh,
        co2,unit,,t,
        co2,carbon_content,fossil,1,t/t
        co2,disposal_cost,,0,EUR2025/t
    """,
    "technologies": """
        ,interest_rate,,,0.05,,1/year
        ,lifetime,,,20,,year
        turbine,reference,power,,,,
        turbine,input,gas,,2,,MWh/MWh
        turbine,output,power,,1,,MWh/MWh
        turbine,overnight_cost,,,500,,EUR2025/kW
        turbine,fixed_om_cost,,,10,,EUR2025/kW/year
        turbine,ramp_rate,,,0.9,,1/hour
        wind,reference,power,,,,
        wind,output,power,,1,,MWh/MWh
        wind,overnight_cost,,2030,1400,,EUR2025/kW
        wind,overnight_cost,,2040,1200,,EUR2025/kW
        wind,availability,,,1,wind,1
        electrolyser,reference,power,,,,
        electrolyser,input,power,,1,,MWh/MWh
        electrolyser,output,hydrogen,,0.7,,MWh/MWh
        electrolyser,overnight_cost,,,900,,EUR2025/kW
        capture,reference,co2,,,,
        capture,input,co2,,1,,t/t
        capture,stored_share,,,1,,1
        capture,overnight_cost,,,100000,,EUR2025/(t/hour)
        burner,reference,gas,,,,
        burner,input,gas,,1,,MWh/MWh
        burner,output,co2,,0.2,,t/MWh
        burner,overnight_cost,,,50,,EUR2025/kW
        tank,reference,hydrogen,,,,
        tank,charge_efficiency,,,1,,1
        tank,discharge_efficiency,,,0.98,,1
        tank,overnight_cost,,,3,,EUR2025/kWh
        cable,reference,power,,,,
        cable,loss,,,0.03,,1
        cable,overnight_cost,,,150,,EUR2025/kW
    """,
    "plants": """
        turbine,turbine,works
        wind,wind,port
        electrolyser,electrolyser,port
        capture,capture,works
        burner,burner,works
    """,
    "stores": "tank,tank,port,,",
    "links": "cable,cable,port,works,yes",
    "trades": "gas_in,works,gas,import\nhydrogen_in,port,hydrogen,import",
    "demands": "town,works,power\nships,port,hydrogen",
    "assets": """
        gas_in,price,,,30,,EUR2025/MWh
        hydrogen_in,price,,,160,,EUR2025/MWh
        hydrogen_in,maximum_volume,,,20,,GWh/year
        wind,maximum_capacity,,,95,,MW
        turbine,existing_capacity,,,12,,MW
        town,rate,,,20,load,MW
        ships,rate,,,12,,MW
        ships,unserved_cost,,,3000,,EUR2025/MWh
        tank,initial_level,,,40,,MWh
    """,
}
SCENARIO = "scenarios/by_hand.yaml"


def write_base_case(folder: Path, tables: Mapping[str, str] = TABLES) -> Path:
    """Write the case, or one with other tables; returns the path of its scenario."""
    hours = np.arange(8760)
    profiles = {
        "wind": (0.45 + 0.35 * np.sin(hours / 900.0) + 0.1 * np.cos(hours / 37.0)).round(4),
        "load": (1 + 0.3 * np.cos(hours / 1400.0)).round(4),
    }
    cap = {"region": {"limit": {2030: "38 kt/year", 2040: "30 kt/year"}}}
    settings = {"periods": [2030, 2040], "time": {"resolution": "730h"}, "policies": {"emission_cap": cap}}
    return write_small_case(folder, tables, profiles, **settings)
