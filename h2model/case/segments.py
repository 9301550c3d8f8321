"""Segments: a year cut where its profiles change, and what the data of its hours become in these steps.

A segment is some hours of one day that follow each other. What segments say of a year is a *relaxation*: the means of
any plan for the hours are a plan for the segments which costs no more. So the least cost over segments is never above
the least cost over hours, whatever the segments; this is what `Parameter.relaxation` and the equations see to. Days
are never cut through, so that what is balanced or runs evenly over a day or a month stays exact.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr

from h2model.case.declare import Parameter
from h2model.case.time import aggregate, step_starts
from h2model.constants import HOURS_PER_DAY

# Hours of different days are further apart than any two profiles, so that days are joined last, and thus never.
DAYS_APART = 1e4


def segment_lengths(data: xr.Dataset, parameters: Mapping[str, Parameter], count: int) -> np.ndarray:
    """Hours of each of `count` segments into which a year of hours is best cut.

    Hours are joined with their neighbours so that the profiles spread as little as possible within the segments (Ward,
    "Hierarchical grouping to optimize an objective function", Journal of the American Statistical Association 58,
    1963). Every profile counts the same, whatever its size. `data` is that of hours, a multiple of 24; ValueError
    unless there are segments for all days and no more than hours.
    """
    hours = data.sizes["time"]
    days = hours // HOURS_PER_DAY
    if hours % HOURS_PER_DAY or not days <= count <= hours:
        raise ValueError(f"{hours:,} hours make {days:,} to {hours:,} segments, not {count:,}")
    day = np.arange(hours) // HOURS_PER_DAY
    return joined_neighbours(np.column_stack([_distinct_profiles(data, parameters).T, DAYS_APART * day]), count)


def segments_by_day(data: xr.Dataset, parameters: Mapping[str, Parameter], counts: np.ndarray) -> np.ndarray:
    """Hours of each segment, as `segment_lengths`, with as many segments on each day as `counts` says (1 to 24)."""
    profiles = _distinct_profiles(data, parameters).T
    days = np.split(profiles, len(counts))
    return np.concatenate([joined_neighbours(day, count) for day, count in zip(days, counts.tolist(), strict=True)])


def joined_neighbours(features: np.ndarray, count: int) -> np.ndarray:
    """Lengths of the `count` groups of neighbours whose features (step, feature) are most alike."""
    # Imported where it is needed: it takes a second, and most runs have steps of one length.
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
    """All different courses of the year in the data, each with mean 0 and spread 1 (profile, hour)."""
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
    """Whether all steps follow each other, are equally long and stand equally often in the year."""
    return not any(np.ptp(data[name].values) > 0 for name in ("hours", "weight", "sequence"))


def coarsened(
    data: xr.Dataset, parameters: Mapping[str, Parameter], lengths: np.ndarray, relaxed: bool = True
) -> xr.Dataset:
    """The data of equal steps in segments of so many of them, every parameter by its own `relaxation`.

    Not `relaxed`, by its `aggregation`: near to what the steps cost, but no bound. `data` is that of hours, or of other
    steps that all have the same length and weight. ValueError if it is not, if the lengths do not add up to them, or
    if a variable in time has no declaration that says what becomes of it.
    """
    if not is_even(data):
        raise ValueError("segments join steps of one sequence that all have the same length and weight")
    hours = float(data["hours"].values[0])
    kept = {name: ("time", data[name].values[: len(lengths)]) for name in ("weight", "sequence")}
    parts = {"hours": ("time", hours * np.asarray(lengths)), **kept}
    declared = _over_time(data, parameters)
    unknown = {name for name in data.data_vars if "time" in data[name].dims} - {p.name for p in declared} - parts.keys()
    if unknown:
        raise ValueError(f"nothing says what becomes of {', '.join(sorted(unknown))} in segments")
    for parameter in declared:
        hourly = data[parameter.name].transpose(..., "time")
        steps = _relaxed if relaxed else _aggregated
        for name, values in steps(parameter, data, hourly.values, lengths).items():
            parts[name] = (hourly.dims, values)
    attrs = {name: data[name].attrs for name in parts if name in data}
    coords = {"time": np.arange(len(lengths)), "timestamp": ("time", data["timestamp"].values[step_starts(lengths)])}
    coarse = data.drop_dims("time").assign_coords(coords).assign(parts).assign_attrs(data.attrs, relaxed=int(relaxed))
    for name, own in attrs.items():
        coarse[name].attrs = own
    return coarse


def _aggregated(parameter: Parameter, _: xr.Dataset, hourly: np.ndarray, lengths: np.ndarray) -> dict[str, np.ndarray]:
    return {parameter.name: aggregate(hourly, lengths, parameter.aggregation)}


def _relaxed(parameter: Parameter, data: xr.Dataset, hourly: np.ndarray, lengths: np.ndarray) -> dict[str, np.ndarray]:
    """The variables that one parameter becomes."""
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
