"""Inputs as the equations see them, recomputed from the tables: wear, standstills, length of links, heat pumps.

Each function takes the run data and returns quantities that replace those of the inputs, or join them.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from h2model.accounts.run_data import RunData
from h2model.constants import HOURS_PER_DAY, KELVIN
from h2model.errors import Fault, InputError
from h2model.results.folder import PARAMETER_SUFFIX


def read_run_data(run: xr.Dataset) -> RunData:
    """Return the run data of results merged with their inputs (`h2model.open_run`), inputs as the equations use them.

    Raises
    ------
    InputError
        If `run` holds results without inputs.
    """
    if "input" not in run:
        remedy = "open the run folder with h2model.open_run, which reads inputs.nc as well"
        raise InputError([Fault("results", "lack the inputs, which this needs", remedy)])
    renamed = {name: name.removesuffix(PARAMETER_SUFFIX) for name in run.data_vars if name.endswith(PARAMETER_SUFFIX)}
    data = RunData(run, run.drop_vars(renamed.values()).rename(renamed))
    derive(data)
    return data


def derive(data: RunData) -> None:
    """Replace the inputs of the run data by those that the equations see."""
    for recompute in (worn_ratios, standstills, even_operation, costs_of_length, heat_pump_work):
        data.inputs.update(recompute(data))


def worn_ratios(data: RunData) -> dict[str, xr.Variable]:
    """Return the ratios of plants over the life of their stacks, whose consumption per output rises linearly.

    On average a stack has half of the final rise. The output of the reference carrier stays 1, so that the inputs grow
    instead.
    """
    final_rise = data.input("degradation") * data.input("stack_lifetime").fillna(0.0)
    factor = 1 + 0.5 * final_rise
    carriers, references = data.name_array("carrier"), data.name_array("plant_carrier")
    is_reference = xr.Variable(("plant", "carrier"), references[:, None] == carriers[None, :])
    inputs = data.input("input") * factor.where(is_reference, 1.0).prod("carrier")
    outputs = {
        name: data.input(name) / factor.where(~is_reference, 1.0)
        for name in ("output", "part_load_slope", "part_load_intercept")
    }
    return {"input": inputs, **outputs}


def standstills(data: RunData) -> dict[str, xr.Variable]:
    """Return the availability outside planned standstills, as the mean of each step."""
    days = data.input("standstill_days").transpose("plant", "period").values
    begin = np.nan_to_num(data.input("standstill_begin").transpose("plant", "period").values)
    if not (days > 0).any():
        return {}
    ends = np.cumsum(data.hours.values)
    starts, year = ends - data.hours.values, ends[-1]
    running = np.ones((*days.shape, len(ends)))
    for i, j in np.argwhere(days > 0):
        first, last = begin[i, j] * HOURS_PER_DAY, (begin[i, j] + days[i, j]) * HOURS_PER_DAY
        # A standstill at the end of the year continues at its beginning.
        for low, high in ((first, min(last, year)), (0.0, last - year)):
            overlap = np.minimum(ends, high) - np.maximum(starts, low)
            running[i, j] -= np.clip(overlap, 0.0, None) / data.hours.values
    share = xr.Variable(("plant", "period", "time"), np.clip(running, 0.0, 1.0))
    names = [name for name in ("availability", "availability_least") if name in data.inputs]
    return {name: (data.input(name) * share).transpose("plant", "period", "time") for name in names}


def even_operation(data: RunData) -> dict[str, xr.Variable]:
    """Return the availability of plants with constant activity over a window: that of its worst hour."""
    windows = data.name_array("steady_run")
    available = data.input("availability").transpose("plant", "period", "time").copy(deep=True)
    hourly = data.input("availability_least" if "availability_least" in data.inputs else "availability")
    hourly = hourly.transpose("plant", "period", "time").values
    for window in set(windows.tolist()) - {"hour"}:
        starts = data.first_steps(window)
        least = np.minimum.reduceat(hourly[windows == window], starts, axis=-1)
        lengths = np.diff(np.append(starts, data.hours.size))
        available.values[windows == window] = np.repeat(least, lengths, axis=-1)
    return {"availability": available}


def costs_of_length(data: RunData) -> dict[str, xr.Variable]:
    """Return costs, losses and uses of links with their parts per distance, and the cost of vehicles per capacity."""
    distance = data.input("distance")
    grown = {
        name: data.input(name) + distance * data.input(f"{name}_per_distance")
        for name in ("transport_cost", "energy_use", "loss")
    }
    hours_of_a_trip = (2 * distance / data.input("speed")).fillna(0.0) + data.input("handling_time")
    extra = distance * data.input("overnight_cost_per_distance") + hours_of_a_trip * data.input("vehicle_cost")
    cost = data.input("overnight_cost").transpose("asset", "period").copy(deep=True)
    links = data.positions("asset", data.names("link"))
    extra = extra.transpose("link", "period").values
    cost.values[links] = np.where(extra > 0, np.nan_to_num(cost.values[links]) + extra, cost.values[links])
    return {**grown, "overnight_cost": cost}


def heat_pump_work(data: RunData) -> dict[str, xr.Variable]:
    """Return the work per heat of heat pumps, 1 ÷ COP, in the warmest hour of a step, and the extra in the coldest."""
    sink = data.input("sink_temperature") + KELVIN
    source = data.input("source_temperature") + KELVIN

    def work(of_source: xr.Variable) -> xr.Variable:
        return ((1 - of_source / sink) / data.input("carnot_share")).transpose("plant", "time").fillna(0.0)

    warm, more = work(source), work(source) * 0.0
    if "source_temperature_spread" in data.inputs:
        more = work(source - data.input("source_temperature_spread")) - warm
    return {"work_per_heat": warm, "more_work_per_heat": more}
