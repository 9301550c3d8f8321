"""Segments: cut a year where its profiles change, and aggregate the data of its hours.

A segment consists of consecutive hours of one day. A model of segments is a *relaxation*: the means of any plan for the
hours are a plan for the segments that costs no more. The least cost over any segments is therefore at most the least
cost over hours. `Parameter.relaxation` and the equations ensure this. A segment never crosses midnight.
Balances over a day or a month therefore stay exact, and so does constant activity over such a window (`steady_run`).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr

from h2model.case.declare import Parameter
from h2model.case.time import aggregate, step_starts
from h2model.constants import HOURS_PER_DAY

# Distance added between days in the clustering. It exceeds that between any two hours, so that days are never joined.
DAYS_APART = 1e4


def segment_lengths(data: xr.Dataset, parameters: Mapping[str, Parameter], count: int) -> np.ndarray:
    """Return the lengths in hours of the `count` segments that represent a year of hours best.

    Hours are joined with their neighbours so that the profiles spread as little as possible within the segments (Ward,
    "Hierarchical grouping to optimize an objective function", Journal of the American Statistical Association 58,
    1963). Every profile has the same weight. `data` is hourly, over whole days; ValueError unless
    `count` is between the number of days and the number of hours.
    """
    hours = data.sizes["time"]
    days = hours // HOURS_PER_DAY
    if hours % HOURS_PER_DAY:
        raise ValueError(f"{hours:,} hours are not whole days")
    if not days <= count <= hours:
        raise ValueError(f"{hours:,} hours make {days:,} to {hours:,} segments, not {count:,}")
    day = np.arange(hours) // HOURS_PER_DAY
    return joined_neighbours(np.column_stack([_distinct_profiles(data, parameters).T, DAYS_APART * day]), count)


def segments_by_day(data: xr.Dataset, parameters: Mapping[str, Parameter], counts: np.ndarray) -> np.ndarray:
    """Return lengths as `segment_lengths` does, with `counts` segments on each day (1 to 24)."""
    profiles = _distinct_profiles(data, parameters).T
    days = np.split(profiles, len(counts))
    return np.concatenate([joined_neighbours(day, count) for day, count in zip(days, counts.tolist(), strict=True)])


def joined_neighbours(features: np.ndarray, count: int) -> np.ndarray:
    """Return the lengths of the `count` groups of neighbours whose features (step, feature) are most similar."""
    # Imported here: it takes a second, and most runs have steps of one length.
    from scipy.sparse import diags_array
    from sklearn.cluster import AgglomerativeClustering

    hours = len(features)
    if count == hours or not features.shape[1]:
        return np.diff(np.linspace(0, hours, count + 1).round().astype(int))
    neighbours = diags_array([np.ones(hours - 1)] * 2, offsets=(-1, 1), shape=(hours, hours))
    clusters = AgglomerativeClustering(n_clusters=count, connectivity=neighbours, linkage="ward").fit(features)
    begins = np.flatnonzero(np.diff(clusters.labels_, prepend=-1))
    return np.diff(np.append(begins, hours))


def _distinct_profiles(data: xr.Dataset, parameters: Mapping[str, Parameter]) -> np.ndarray:
    """The distinct time series of the data, each with mean 0 and standard deviation 1 (profile, hour)."""
    hours = data.sizes["time"]
    varying = [data[p.name].transpose(..., "time").values.reshape(-1, hours) for p in _over_time(data, parameters)]
    rows = np.concatenate([*varying, np.zeros((1, hours))])
    rows = rows - rows.mean(axis=1, keepdims=True)
    spread = rows.std(axis=1, keepdims=True)
    moving = np.isfinite(spread[:, 0]) & (spread[:, 0] > 1e-9)
    return np.unique((rows[moving] / spread[moving]).round(6), axis=0)


def _over_time(data: xr.Dataset, parameters: Mapping[str, Parameter]) -> list[Parameter]:
    return [p for p in parameters.values() if p.varies_in_time and p.name in data]


def is_even(data: xr.Dataset) -> bool:
    """Return whether all steps are consecutive and have the same length and weight."""
    return not any(np.ptp(data[name].values) > 0 for name in ("hours", "weight", "sequence"))


def coarsened(
    data: xr.Dataset, parameters: Mapping[str, Parameter], lengths: np.ndarray, relaxed: bool = True
) -> xr.Dataset:
    """Return the data of equal steps in segments of these lengths.

    Parameters
    ----------
    data
        Data over hours, or over other steps that all have the same length and weight.
    parameters
        Declarations by name.
    lengths
        Number of steps in each segment.
    relaxed
        Aggregate each parameter by its `relaxation`, which gives a lower bound of the cost. Otherwise by its
        `aggregation`, which gives a cost near that of the steps, and no bound.

    Raises
    ------
    ValueError
        If steps are unequal, if the lengths do not add up to them, or if a variable in time is not declared.
    """
    if not is_even(data):
        raise ValueError("segments join steps of one sequence that all have the same length and weight")
    hours = float(data["hours"].values[0])
    kept = {name: ("time", data[name].values[: len(lengths)]) for name in ("weight", "sequence")}
    parts = {"hours": ("time", hours * np.asarray(lengths)), **kept}
    declared = _over_time(data, parameters)
    unknown = {name for name in data.data_vars if "time" in data[name].dims} - {p.name for p in declared} - parts.keys()
    if unknown:
        raise ValueError(f"no parameter declares the relaxation of {', '.join(sorted(unknown))}")
    for parameter in declared:
        hourly = data[parameter.name].transpose(..., "time")
        if relaxed:
            parts |= {n: (hourly.dims, v) for n, v in _relaxed(parameter, data, hourly.values, lengths).items()}
        else:
            parts[parameter.name] = (hourly.dims, aggregate(hourly.values, lengths, parameter.aggregation))
    attrs = {name: data[name].attrs for name in parts if name in data}
    coords = {"time": np.arange(len(lengths)), "timestamp": ("time", data["timestamp"].values[step_starts(lengths)])}
    coarse = data.drop_dims("time").assign_coords(coords).assign(parts).assign_attrs(data.attrs, relaxed=int(relaxed))
    for name, attributes in attrs.items():
        coarse[name].attrs = attributes
    return coarse


def _relaxed(parameter: Parameter, data: xr.Dataset, hourly: np.ndarray, lengths: np.ndarray) -> dict[str, np.ndarray]:
    """The variables of one parameter in segments, by its relaxation."""
    name, rule = parameter.name, parameter.relaxation
    if rule in ("mean", "min"):
        return {name: aggregate(hourly, lengths, rule)}
    if rule == "buyer":
        bought = (data["trade_direction"] == "import").values[:, None, None]
        return {name: np.where(bought, aggregate(hourly, lengths, "min"), aggregate(hourly, lengths, "max"))}
    if rule == "mean and least":
        return {name: aggregate(hourly, lengths, "mean"), f"{name}_least": aggregate(hourly, lengths, "min")}
    highest = aggregate(hourly, lengths, "max")
    if rule == "range":
        return {name: highest, f"{name}_spread": highest - aggregate(hourly, lengths, "min")}
    return {name: aggregate(hourly, lengths, "mean"), f"{name}_peak": highest}
