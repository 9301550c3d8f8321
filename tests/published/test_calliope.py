"""Published answer of Calliope: its national-scale example, of one day and of five.

Source: calliope-project/calliope @ bdda2dbb7c359ed8dfc38b51b884b1bbb837a464, national_scale in
src/calliope/example_models; Apache-2.0. Its series are measured (HelioClim, IIASA GAINS) and not ours to hand on: see
`year_answers.measured`.

Calliope scales annuities to the hours that it looks at. Here these hours stand for a year, in which each occurs as
often as it takes to fill it: the cost of a year, divided by that, is theirs. A solar thermal plant is a field of
mirrors, a receiver, a store of heat and a turbine, whose own use is what its output is less than its capacity. That its
power in kW is no more than its store in kWh binds nowhere, and is asserted. Ramps follow the last hour with the first;
theirs do not, which binds nowhere either.
"""

from __future__ import annotations

import pandas as pd
import pytest
from case_writer import HOURS, CaseWriter, over_year
from year_answers import agree, measured

import h2model

CASE = "05_calliope_national_scale"
SITES = ("region1_1", "region1_2", "region1_3")
LIFETIME, RATE = 25, 0.1
PENALTY = 1e6


def invest(case: CaseWriter, name: str, cost: float, unit: str, most: float | None = None) -> None:
    """What it costs to build, and how much may be built at most."""
    case.invest(name, cost, f"USD2005/{unit}", LIFETIME, RATE)
    if most is not None:
        case.asset(name, "maximum_capacity", most, unit)


def solar_thermal(case: CaseWriter, site: str) -> None:
    """Mirrors in m2 (as kW of heat where 1 kWh falls on each in an hour), receiver, store and turbine at a site."""
    case.plant(f"field_{site}", "sunshine", None, {"sunshine": 1}, region=site)
    case.technology(f"field_{site}", "availability", 1, "1", profile=f"csp_{site}_kwh_per_m2")
    invest(case, f"field_{site}", 200, "kW")
    case.plant(f"receiver_{site}", "heat", {"sunshine": 1}, {"heat": 1}, region=site)
    invest(case, f"receiver_{site}", 200, "kW")
    case.store(f"store_{site}", "heat", region=site)
    case.technology(f"store_{site}", "self_discharge", 0.002, "1/hour")
    invest(case, f"store_{site}", 50, "kWh", most=614033)
    # Its capacity is counted by the heat that it takes, of which 0.4 become power and 0.36 are delivered.
    case.plant(f"turbine_{site}", "heat", {"heat": 1}, {"power": 0.4 * 0.9}, region=site)
    invest(case, f"turbine_{site}", 1000 * 0.4, "kW", most=10000 / 0.4)
    case.technology(f"turbine_{site}", "variable_om_cost", 0.002 * 0.4 * 0.9, "USD2005/kWh")
    case.link(f"line_{site}", "power", "region1", site)
    case.stands(f"line_{site}", 1e6, "kW")


def national() -> CaseWriter:
    """All tables."""
    case = CaseWriter("USD2005", regions=("region1", "region2", *SITES))
    for carrier in ("power", "heat", "sunshine"):
        case.carrier(carrier, "MWh")
    case.plant("ccgt", "power", None, {"power": 1})
    invest(case, "ccgt", 750, "kW", most=30000)
    case.technology("ccgt", "variable_om_cost", 0.02 / 0.5, "USD2005/kWh")
    case.technology("ccgt", "ramp_rate", 0.8, "1/hour")
    for site in SITES:
        solar_thermal(case, site)
    case.store("battery", "power", 0.95, 0.95, "region2", charger="charger", discharger="discharger")
    invest(case, "battery", 200, "kWh")
    for power in ("charger", "discharger"):
        case.technology(power, "reference", "", carrier="power")
        case.invest(power, 0, "USD2005/kW", LIFETIME, RATE)
        case.asset(f"battery:{power}", "maximum_capacity", 1000, "kW")
    for flow in ("charge_rate", "discharge_rate"):
        case.technology("battery", flow, 4, "1/hour")
    case.link("cable", "power", "region1", "region2", loss=0.15)
    invest(case, "cable", 200, "kW", most=10000)
    case.technology("cable", "transport_cost", 0.002 * 0.85, "USD2005/kWh")
    for region in ("region1", "region2"):
        case.demand(f"demand_{region}", "power", region)
        case.asset(f"demand_{region}", "rate", 1, "kW", profile=f"demand_{region}_kwh")
        case.asset(f"demand_{region}", "unserved_cost", PENALTY, "USD2005/kWh")
    return case


@pytest.fixture(scope="module", params=[24, 120])
def solved(request, tmp_path_factory):
    """Number of hours, results, and the cost of these hours."""
    given = pd.read_csv(measured(CASE, "timeseries.csv")).head(request.param)
    steps = over_year([1] * len(given)) | {name: given[name] for name in given.columns.drop("timestamp")}
    path = national().write(tmp_path_factory.mktemp("national"), steps, periods=[2030], last_period_years=1)
    results = h2model.solve(h2model.load_case(path))
    return request.param, results, results.attrs["objective"] * request.param / HOURS


def test_objective_equals_the_published_one(solved):
    hours, _, objective = solved
    agree(CASE, "objective", objective, f"{hours} h")


def test_capacities_equal_the_published_ones(solved):
    """In kW and kWh."""
    hours, results, _ = solved
    built = 1000 * results["capacity"].squeeze("period").to_series()
    if hours == 24:
        agree(CASE, "battery storage", built["battery"], "24 h")
        agree(CASE, "csp region1_1 power", built["turbine_region1_1"] * 0.4, "24 h")
        agree(CASE, "link region1-region2", built["cable"], "24 h")
    for site in SITES:
        assert built[f"turbine_{site}"] * 0.4 <= built[f"store_{site}"] + 1e-6
    assert float(results["unserved_demand"].sum()) == pytest.approx(0, abs=1e-9)


def test_no_ramp_binds_from_the_last_hour_to_the_first(solved):
    _, results, _ = solved
    activity = results["activity"].sel(plant="ccgt").squeeze("period").values
    assert abs(activity[0] - activity[-1]) < 0.79 * float(results["capacity"].sel(asset="ccgt").squeeze())
