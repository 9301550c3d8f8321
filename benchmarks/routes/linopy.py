"""The program in linopy."""

from __future__ import annotations

import time
from typing import Any

import linopy
import numpy as np
import pandas as pd
import xarray as xr

from routes import case as data
from routes.measure import Canonical, Measured, peak_memory, placed, reordered


def run(case: data.Case) -> tuple[Measured, Canonical]:
    """Build the program; linopy compiles it and passes it to HiGHS in one step."""
    start = time.perf_counter()
    model = declare(case)
    built = time.perf_counter()
    solver = model.to_highspy()
    measured = Measured(built - start, None, time.perf_counter() - built, peak_memory())
    solver.clear()
    return measured, _canonical(model)


def declare(case: data.Case) -> linopy.Model:
    """Declare variables and constraints."""
    region = pd.RangeIndex(case.regions, name="region")
    hour = pd.RangeIndex(case.hours, name="hour")
    link = pd.RangeIndex(len(case.ends), name="link")
    m = linopy.Model()
    for name in data.REGIONAL_CAPACITIES:
        m.add_variables(lower=0, coords=[region], name=name)
    for name in data.LINK_CAPACITIES:
        m.add_variables(lower=0, coords=[link], name=name)
    for name in data.REGIONAL_FLOWS:
        m.add_variables(lower=0, coords=[region, hour], name=name)
    for name in data.LINK_FLOWS:
        m.add_variables(lower=0, coords=[link, hour], name=name)

    def profile(values: np.ndarray) -> xr.DataArray:
        return xr.DataArray(values, coords=[region, hour])

    _limits(m, profile(case.wind), profile(case.solar))
    _levels(m)
    _balances(m, case, link, profile(case.power_demand), profile(case.hydrogen_demand))
    _totals(m, case)
    return m


def _limits(m: linopy.Model, wind: xr.DataArray, solar: xr.DataArray) -> None:
    v = m.variables
    m.add_constraints(v["wind_output"] - wind * v["wind"] <= 0, name="wind_output_limit")
    m.add_constraints(v["solar_output"] - solar * v["solar"] <= 0, name="solar_output_limit")
    for flow, capacity in {**data.REGIONAL_LIMITS, **data.LINK_LIMITS}.items():
        m.add_constraints(v[flow] - v[capacity] <= 0, name=f"{flow}_limit")


def _levels(m: linopy.Model) -> None:
    v = m.variables
    before = data.BATTERY_RETENTION * v["battery_level"].roll(hour=1)
    charged = data.BATTERY_EFFICIENCY * v["battery_charge"]
    drawn = v["battery_discharge"] / data.BATTERY_EFFICIENCY
    m.add_constraints(v["battery_level"] - before - charged + drawn == 0, name="battery_balance")
    before, stored = v["cavern_level"].roll(hour=1), v["cavern_charge"] - v["cavern_discharge"]
    m.add_constraints(v["cavern_level"] - before - stored == 0, name="cavern_balance")


def _balances(m: linopy.Model, case: data.Case, link: pd.Index, power: xr.DataArray, hydrogen: xr.DataArray) -> None:
    v, share = m.variables, data.LINK_EFFICIENCY
    origin, target = (
        xr.DataArray([ends[number] for ends in case.ends], coords=[link], name="region") for number in (0, 1)
    )

    def arrivals(forth: Any, back: Any) -> Any:
        return (share * forth - back).groupby(target).sum() + (share * back - forth).groupby(origin).sum()

    made = v["wind_output"] + v["solar_output"] + v["turbine_output"] + v["fuel_cell_output"]
    stored = v["battery_charge"] - v["battery_discharge"]
    net = arrivals(v["line_forth"], v["line_back"])
    balance = made - stored - v["electrolyser_input"] + v["unserved"] + net
    m.add_constraints(balance == power, name="power_balance")
    made = data.ELECTROLYSER_EFFICIENCY * v["electrolyser_input"]
    used = v["fuel_cell_output"] / data.FUEL_CELL_EFFICIENCY
    stored = v["cavern_charge"] - v["cavern_discharge"]
    balance = made - used - stored + arrivals(v["pipe_forth"], v["pipe_back"])
    m.add_constraints(balance == hydrogen, name="hydrogen_balance")


def _totals(m: linopy.Model, case: data.Case) -> None:
    v = m.variables
    released = (data.TURBINE_EMISSIONS * v["turbine_output"]).sum()
    m.add_constraints(released <= case.emission_limit, name="emission_limit")
    capacities = sum((case.capacity_cost(name) * v[name]).sum() for name in data.CAPACITY_COST)
    burnt, missed = data.TURBINE_COST * v["turbine_output"], data.UNSERVED_COST * v["unserved"]
    m.add_objective(capacities + burnt.sum() + missed.sum())


def _canonical(model: linopy.Model) -> Canonical:
    arrays = model.matrices
    columns = _positions(model.variables, arrays.vlabels, ("region", "link", "hour"))
    rows = _positions(model.constraints, arrays.clabels, ("region", "link", "hour"))
    equal, at_most = arrays.sense == "=", arrays.sense == "<"
    return Canonical(
        reordered(arrays.A, rows, columns),
        placed(np.where(at_most, -np.inf, arrays.b), rows),
        placed(np.where(equal | at_most, arrays.b, np.inf), rows),
        placed(arrays.c, columns),
        placed(arrays.lb, columns),
        placed(arrays.ub, columns),
    )


def _positions(containers: Any, labels: np.ndarray, order: tuple[str, ...]) -> np.ndarray:
    """Return the position of each label in the order of declaration, for any order of the dimensions."""
    declared = []
    for name in containers:
        array = containers[name].labels
        declared.append(array.transpose(*(dim for dim in order if dim in array.dims)).values.ravel())
    place = np.empty(int(max(map(np.max, declared))) + 1, dtype=np.int64)
    flat = np.concatenate(declared)
    place[flat] = np.arange(len(flat))
    return place[labels]
