"""Bounds on existing and new capacity that need no solver, as arrays for several rules."""

from __future__ import annotations

import numpy as np
import xarray as xr

from h2model.frame.capacity import living_vintages
from h2model.frame.sets import labels


def positions(data: xr.Dataset, dimension: str, names: list[str]) -> np.ndarray:
    """Return the position of each name in a dimension; -1 for unknown names."""
    return data.get_index(dimension).get_indexer(names)


def capacity_upper_bound(data: xr.Dataset) -> np.ndarray:
    """Return the largest possible capacity (asset, period): existing plus all living new capacity, up to the limit."""
    existing, new, limit = (
        _by_asset(data, name) for name in ("existing_capacity", "maximum_new_capacity", "maximum_capacity")
    )
    return np.minimum(existing + _living(data, new), limit)


def capacity_lower_bound(data: xr.Dataset) -> np.ndarray:
    """Return the smallest possible capacity (asset, period).

    This is the larger of minimum_capacity and of all existing and decided capacity that cannot be retired or
    converted.
    """
    existing, new, least = (
        _by_asset(data, name) for name in ("existing_capacity", "minimum_new_capacity", "minimum_capacity")
    )
    originals = set(labels(data, "retrofit_of"))
    may_leave = np.array(
        [
            name in originals or early == "yes"
            for name, early in zip(labels(data, "asset"), labels(data, "early_retirement"), strict=True)
        ],
        dtype=bool,
    )
    stays = np.where(may_leave[:, None], 0.0, existing + _living(data, new))
    return np.maximum(least, stays)


def of_plants(data: xr.Dataset, by_asset: np.ndarray) -> np.ndarray:
    """Return values by asset as values by plant (plant, period); a mode has those of its host."""
    hosts = zip(labels(data, "plant"), labels(data, "plant_mode_of"), strict=True)
    return by_asset[positions(data, "asset", [host or plant for plant, host in hosts])]


def host_positions(data: xr.Dataset) -> np.ndarray:
    """Return the position of the host of each mode, the plant it belongs to; -1 for other plants (plant)."""
    return positions(data, "plant", labels(data, "plant_mode_of"))


def durations(data: xr.Dataset) -> np.ndarray:
    """Return the hours of the year that each step represents (time)."""
    return data.variables["hours"].values * data.variables["weight"].values


def annual_trade_limit(data: xr.Dataset) -> np.ndarray:
    """Return the largest annual volume of each import and export (trade, period)."""
    rate, volume = (
        data.variables[name].transpose("trade", "period").values for name in ("maximum_rate", "maximum_volume")
    )
    return np.minimum(volume, rate * durations(data).sum())


def _by_asset(data: xr.Dataset, name: str) -> np.ndarray:
    return data.variables[name].transpose("asset", "period").values


def _living(data: xr.Dataset, new: np.ndarray) -> np.ndarray:
    """Return the sum of new capacity that is within its lifetime, from new capacity by period (asset, period)."""
    row = {asset: position for position, asset in enumerate(labels(data, "asset"))}
    column = {period: position for position, period in enumerate(labels(data, "period"))}
    total = np.zeros_like(new)
    for (asset, period), built in living_vintages(data).items():
        total[row[asset], column[period]] = new[row[asset], [column[year] for year in built]].sum()
    return total
