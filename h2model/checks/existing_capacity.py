"""Bounds on existing and new capacity that need no solver, as arrays that several rules read."""

from __future__ import annotations

import numpy as np
import xarray as xr

from h2model.frame.capacity import living_vintages
from h2model.frame.sets import labels


def positions(data: xr.Dataset, dimension: str, names: list[str]) -> np.ndarray:
    """Place of each name in a dimension."""
    return data.get_index(dimension).get_indexer(names)


def most_capacity(data: xr.Dataset) -> np.ndarray:
    """Most capacity that may stand (asset, period): what stands, and all that may be built and lives, to the limit."""
    existing, new, limit = (
        _by_asset(data, name) for name in ("existing_capacity", "maximum_new_capacity", "maximum_capacity")
    )
    return np.minimum(existing + _living(data, new), limit)


def least_capacity(data: xr.Dataset) -> np.ndarray:
    """Least capacity that must stand (asset, period): the minimum, and what stands or is decided and cannot leave."""
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
    """Values by asset as values by plant (plant, period); a mode has those of its plant."""
    hosts = zip(labels(data, "plant"), labels(data, "plant_mode_of"), strict=True)
    return by_asset[positions(data, "asset", [host or plant for plant, host in hosts])]


def host_positions(data: xr.Dataset) -> np.ndarray:
    """Place of the plant of each mode; -1 for plants that are no modes (plant)."""
    return positions(data, "plant", labels(data, "plant_mode_of"))


def durations(data: xr.Dataset) -> np.ndarray:
    """Hours of the year that each step stands for (time)."""
    return data.variables["hours"].values * data.variables["weight"].values


def most_import(data: xr.Dataset) -> np.ndarray:
    """Most that a trade may bring or take in a year (trade, period)."""
    rate, volume = (
        data.variables[name].transpose("trade", "period").values for name in ("maximum_rate", "maximum_volume")
    )
    return np.minimum(volume, rate * durations(data).sum())


def _by_asset(data: xr.Dataset, name: str) -> np.ndarray:
    return data.variables[name].transpose("asset", "period").values


def _living(data: xr.Dataset, new: np.ndarray) -> np.ndarray:
    """New capacity by period in which it is built → sum of what still lives, by period."""
    assets = {name: place for place, name in enumerate(labels(data, "asset"))}
    periods = {year: place for place, year in enumerate(labels(data, "period"))}
    total = np.zeros_like(new)
    for (asset, period), built in living_vintages(data).items():
        row = assets[asset]
        total[row, periods[period]] = new[row, [periods[year] for year in built]].sum()
    return total
