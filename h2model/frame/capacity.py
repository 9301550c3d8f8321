"""Capacity data for several concerns: where it can be built, its vintages, costs and construction years."""

from __future__ import annotations

import numpy as np
import xarray as xr

from h2model.frame.sets import labels


def buildable(data: xr.Dataset) -> xr.Variable:
    """Return whether new capacity is allowed (asset, period)."""
    return data.variables["maximum_new_capacity"] > 0


def living_vintages(data: xr.Dataset) -> dict[tuple[str, int], list[int]]:
    """Return the construction periods of capacity alive in each asset and period (built ≤ period < built + lifetime).

    Capacity is available for whole periods only. If its lifetime ends within a period, it serves and costs until the
    end of the period.
    """
    periods = labels(data, "period")
    lifetimes = labels(data, "lifetime")
    can_build = buildable(data).transpose("asset", "period").values
    return {
        (asset, period): [
            built
            for column, built in enumerate(periods)
            if can_build[row, column] and built <= period < built + lifetimes[row]
        ]
        for row, asset in enumerate(labels(data, "asset"))
        for period in periods
    }


def years_to_build(data: xr.Dataset) -> np.ndarray:
    """Return the years of construction for each period: those since the period before (period).

    For the first period these are the years that it represents.
    """
    periods, represented = data["period"].values.astype(float), data["years_represented"].values
    return np.concatenate([represented[:1], np.diff(periods)])


def with_link_cost(data: xr.Dataset, extra: xr.Variable) -> xr.Variable:
    """Return the overnight cost of all assets, plus `extra` for links (link, period), in money per capacity.

    The cost of a link stays NaN if `extra` is 0 or NaN.
    """
    cost = data.variables["overnight_cost"].transpose("asset", "period").copy()
    links = data.get_index("asset").get_indexer(data.get_index("link"))
    own_cost, more = cost.values[links], extra.transpose("link", "period").values
    cost.values[links] = np.where(more > 0, np.nansum([own_cost, more], axis=0), own_cost)
    return cost


def is_filled(data: xr.Dataset) -> xr.Variable:
    """Return whether a store can be filled, by charging or inflow (store)."""
    return (data.variables["charge_rate"] > 0) | (data.variables["inflow"] > 0).any(("period", "time"))


def can_be_built(data: xr.Dataset) -> dict[tuple[str, int], bool]:
    """Return, by asset and period, whether new capacity is allowed in it or in any period before."""
    so_far = np.logical_or.accumulate(buildable(data).transpose("asset", "period").values, axis=1)
    return {
        (asset, period): bool(so_far[row, column])
        for row, asset in enumerate(labels(data, "asset"))
        for column, period in enumerate(labels(data, "period"))
    }


def cannot_be_built(data: xr.Dataset) -> dict[tuple[str, int], bool]:
    """Return, by asset and period, whether capacity can only be existing."""
    return {member: not possible for member, possible in can_be_built(data).items()}
