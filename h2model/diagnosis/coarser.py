"""Coarser years: if a year of segments has no plan, the scenario has none either.

The means of any plan for the steps of a scenario are a plan for longer segments (see `h2model.case.segments`). So the
relaxations that the segments need are lower bounds for the scenario. Segments may be longer than a day here: balances
and constant activity over a day apply to a month instead.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr

from h2model.case import Parameter
from h2model.case.segments import coarsened, is_even, joined_neighbours
from h2model.model.build import prepare

#: Largest number of moments of scarcity that get a segment of their own.
MOST_MOMENTS = 30
DAY, MONTH = "day", "month"


def relaxed(data: xr.Dataset, parameters: Mapping[str, Parameter], count: int) -> xr.Dataset:
    """Return the data of a scenario in about `count` segments, which have a plan if the scenario has one."""
    if count >= data.sizes["time"] or not is_even(data):
        return data
    return coarsened(without_days(data), parameters, segments(data, count))


def without_days(data: xr.Dataset) -> xr.Dataset:
    """Return the data without constraints on single days and on constant activity, all of which only restrict."""
    prepared = prepare(data)
    available = {name: prepared.variables[name] for name in ("availability", "availability_least") if name in prepared}
    uneven = {name: xr.full_like(data.variables[name], "hour") for name in ("steady_run", "steady_flow")}
    longer = {
        name: data.variables[name].where(data.variables[name] != DAY, MONTH).astype(str)
        for name in ("balance", "window", "shift_window", "renewable_window")
    }
    # Standstills are in the availability now.
    standing = {"standstill_days": 0.0 * data.variables["standstill_days"]}
    return data.assign({**available, **uneven, **longer, **standing})


def segments(data: xr.Dataset, count: int) -> np.ndarray:
    """Return the number of steps of each segment: similar neighbours within a month; moments of scarcity stay alone."""
    profiles = _profiles(data)
    months = data["timestamp"].values.astype("datetime64[M]").astype(int)
    lengths = joined_neighbours(np.column_stack([profiles.T, 1e4 * months]), count)
    cuts = np.zeros(data.sizes["time"] + 1, dtype=bool)
    cuts[np.append(0, np.cumsum(lengths))] = True
    cuts[np.flatnonzero(np.diff(months)) + 1] = True
    moments = _moments(data, profiles)
    cuts[moments] = cuts[moments + 1] = True
    return np.diff(np.flatnonzero(cuts))


def _profiles(data: xr.Dataset) -> np.ndarray:
    """The distinct profiles of the year, each with mean 0 and standard deviation 1 (profile, step)."""
    names = ("rate", "availability", "price", "inflow")
    rows = np.concatenate([data[name].transpose(..., "time").values.reshape(-1, data.sizes["time"]) for name in names])
    rows = rows - rows.mean(axis=1, keepdims=True)
    spread = rows.std(axis=1, keepdims=True)
    moving = np.isfinite(spread[:, 0]) & (spread[:, 0] > 1e-9)
    if not moving.any():
        return np.zeros((1, data.sizes["time"]))
    return np.unique((rows[moving] / spread[moving]).round(6), axis=0)


def _moments(data: xr.Dataset, profiles: np.ndarray) -> np.ndarray:
    """Steps with the highest demand for a carrier in a region, or the highest or lowest value of a profile."""
    keys = np.char.add(data["demand_carrier"].values.astype(str), data["demand_region"].values.astype(str))
    rates = data["rate"].transpose("demand", "period", "time").values
    peaks = [rates[keys == key].sum(axis=0).argmax(axis=-1) for key in dict.fromkeys(keys.tolist())]
    ends = [profiles.argmax(axis=1), profiles.argmin(axis=1)]
    return np.array(list(dict.fromkeys(np.concatenate([*peaks, *ends]).tolist()))[:MOST_MOMENTS], dtype=int)
