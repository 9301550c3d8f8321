"""Coarser years: what is proven to be impossible in them is impossible in the scenario as well.

The means of any plan for the steps of a scenario are a plan for longer segments (see `h2model.case.segments`). So if
the segments have no plan, neither has the scenario, and what must give in them is the least that must give. Here
segments may be longer than a day: what is balanced, or runs evenly, over a day is asked for over a month only.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr

from h2model.case import Parameter
from h2model.case.segments import coarsened, is_even, joined_neighbours
from h2model.model.build import prepare

#: Moments at which something is scarcest get a segment of their own, at most so many of them.
MOST_MOMENTS = 30
DAY, MONTH = "day", "month"


def relaxed(data: xr.Dataset, parameters: Mapping[str, Parameter], count: int) -> xr.Dataset:
    """The data of a scenario in about `count` segments, so that these have a plan if the scenario has one."""
    if count >= data.sizes["time"] or not is_even(data):
        return data
    return coarsened(without_days(data), parameters, segments(data, count))


def without_days(data: xr.Dataset) -> xr.Dataset:
    """The data without what is said of single days and of even running, all of which only forbids."""
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
    """Steps in each segment: neighbours that are alike, within months; what is scarcest stays alone."""
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
    """The distinct courses of the year, each with mean 0 and spread 1 (profile, step)."""
    names = ("rate", "availability", "price", "inflow")
    rows = np.concatenate([data[name].transpose(..., "time").values.reshape(-1, data.sizes["time"]) for name in names])
    rows = rows - rows.mean(axis=1, keepdims=True)
    spread = rows.std(axis=1, keepdims=True)
    moving = np.isfinite(spread[:, 0]) & (spread[:, 0] > 1e-9)
    if not moving.any():
        return np.zeros((1, data.sizes["time"]))
    return np.unique((rows[moving] / spread[moving]).round(6), axis=0)


def _moments(data: xr.Dataset, profiles: np.ndarray) -> np.ndarray:
    """Steps in which most is asked for, of any carrier in any region, or something reaches its highest or lowest."""
    keys = np.char.add(data["demand_carrier"].values.astype(str), data["demand_region"].values.astype(str))
    rates = data["rate"].transpose("demand", "period", "time").values
    asked = [rates[keys == key].sum(axis=0).argmax(axis=-1) for key in dict.fromkeys(keys.tolist())]
    ends = [profiles.argmax(axis=1), profiles.argmin(axis=1)]
    return np.array(list(dict.fromkeys(np.concatenate([*asked, *ends]).tolist()))[:MOST_MOMENTS], dtype=int)
