"""Facts about capacity that several concerns use: where it can be built, how long it lives, what it holds."""

from __future__ import annotations

import numpy as np
import xarray as xr

from h2model.frame.sets import labels


def buildable(data: xr.Dataset) -> xr.Variable:
    """Where (asset × period) new capacity is possible at all."""
    return data.variables["maximum_new_capacity"] > 0


def living_vintages(data: xr.Dataset) -> dict[tuple[str, int], list[int]]:
    """For each asset and period: the periods whose new capacity lives in it (built ≤ period < built + lifetime).

    Capacity lives in whole periods: what reaches into a period serves, and is paid for, until its end.
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
    """Years in which the new capacity of each period is built: those since the period before.

    For the first period, before which there is none, the years that it represents.
    """
    periods, represented = data["period"].values.astype(float), data["years_represented"].values
    return np.concatenate([represented[:1], np.diff(periods)])


def with_link_cost(data: xr.Dataset, extra: xr.Variable) -> xr.Variable:
    """The overnight cost of all assets, with a cost per capacity of links (link, period) added to that of links.

    Not given and not given is not given, everything else is a sum.
    """
    cost = data.variables["overnight_cost"].transpose("asset", "period").copy()
    links = data.get_index("asset").get_indexer(data.get_index("link"))
    given, more = cost.values[links], extra.transpose("link", "period").values
    cost.values[links] = np.where(more > 0, np.nansum([given, more], axis=0), given)
    return cost


def is_filled(data: xr.Dataset) -> xr.Variable:
    """Stores into which something comes, so that they have a level (store)."""
    return (data.variables["charge_rate"] > 0) | (data.variables["inflow"] > 0).any(("period", "time"))


def can_be_built(data: xr.Dataset) -> dict[tuple[str, int], bool]:
    """For each asset and period: whether new capacity is possible in it or in any period before."""
    so_far = np.logical_or.accumulate(buildable(data).transpose("asset", "period").values, axis=1)
    return {
        (asset, period): bool(so_far[row, column])
        for row, asset in enumerate(labels(data, "asset"))
        for column, period in enumerate(labels(data, "period"))
    }


def cannot_be_built(data: xr.Dataset) -> dict[tuple[str, int], bool]:
    """For each asset and period: whether only existing capacity is possible in it."""
    return {member: not possible for member, possible in can_be_built(data).items()}
