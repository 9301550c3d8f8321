"""What differs in the inputs of runs: lines of their scenarios, their labels, and the values of their parameters."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
import xarray as xr

from h2model.case import SCENARIO_TEXT

#: Labels of which two runs may have others, in the order in which a person asks.
LABELS = ("period", "region", "carrier", "technology", "asset", "trade", "demand", "cap", "budget", "carbon_price")
COLUMNS = ("run", "parameter", "places", "of", "where", "first", "other", "unit")
#: Relative difference below which two inputs are the same number.
SAME = 1e-12
NUMBERS = "fiu"


def scenario_changes(runs: Mapping[str, xr.Dataset]) -> pd.DataFrame:
    """For every further run, the lines of its scenario that only it has (+) and that only the first has (-).

    Unchanged lines stand between them where they say what a changed line belongs to.
    """
    first, *others = runs
    texts = {name: str(run.attrs[SCENARIO_TEXT]).splitlines() for name, run in runs.items()}
    rows = []
    for name in others:
        lines = list(difflib.unified_diff(texts[first], texts[name], lineterm="", n=2))[2:]
        rows += [(name, line) for line in lines if not line.startswith("@@")]
    return pd.DataFrame(rows, columns=["run", "line"])


def label_changes(runs: Mapping[str, xr.Dataset]) -> pd.DataFrame:
    """For every further run and kind of labels: those that only it has (`more`), and only the first (`less`)."""
    first, *others = runs
    rows = []
    for name in others:
        for dimension in LABELS:
            ours, theirs = (_labels(run, dimension) for run in (runs[first], runs[name]))
            more, less = ([x for x in a if x not in set(b)] for a, b in ((theirs, ours), (ours, theirs)))
            if more or less:
                rows.append((name, dimension, more, less))
        if not _same_steps(runs[first], runs[name]):
            more, less = ([f"{run.sizes['time']} steps"] for run in (runs[name], runs[first]))
            rows.append((name, "time, so that profiles are compared by their means", more, less))
    return pd.DataFrame(rows, columns=["run", "labels", "more", "less"])


def parameter_changes(runs: Iterable[str], inputs: Mapping[str, xr.Dataset]) -> pd.DataFrame:
    """Parameters whose values differ from those of the first run, at the labels that both have.

    One row for each run and parameter: how many `places` differ `of` how many, and `where` the difference is largest,
    with the values of the `first` and the `other` run there. `label_changes` says which labels are not shared.

    Parameters
    ----------
    runs
        Names of the runs.
    inputs
        What `inputs.nc` of each run holds, by the name of the run. A run may be without (those of studies are): the
        table says so.
    """
    first, *others = runs
    rows = []
    for name in others:
        if first not in inputs or name not in inputs:
            words = ["there" if run in inputs else "not in the folder" for run in (first, name)]
            rows.append((name, "all inputs", 1, 1, "", *words, ""))
            continue
        same_steps = _same_steps(inputs[first], inputs[name])
        ours, theirs = (_parameters(inputs[run], same_steps) for run in (first, name))
        for parameter in dict.fromkeys((*ours, *theirs)):
            row = _difference(ours.get(parameter), theirs.get(parameter))
            if row is not None:
                rows.append((name, parameter, *row))
    return pd.DataFrame(rows, columns=list(COLUMNS)).set_index(["run", "parameter"])


def _labels(run: xr.Dataset, dimension: str) -> list[str]:
    if dimension == "technology":
        return list(dict.fromkeys(run["asset_technology"].values.tolist()))
    return list(map(str, run[dimension].values.tolist())) if dimension in run.coords else []


def _same_steps(ours: xr.Dataset, theirs: xr.Dataset) -> bool:
    names = ("hours", "weight", "timestamp")
    return all(np.array_equal(ours[name].values, theirs[name].values) for name in names)


def _parameters(inputs: xr.Dataset, same_steps: bool) -> dict[str, xr.DataArray]:
    """All parameters; where steps are not the same, profiles as the mean of the year."""
    found = {str(name): array for name, array in inputs.data_vars.items()}
    if same_steps:
        return found
    duration = inputs["hours"] * inputs["weight"]
    of_steps = [name for name in ("hours", "weight", "sequence") if name in found]
    found = {name: array for name, array in found.items() if name not in of_steps}
    for name, array in found.items():
        if "time" in array.dims and array.dtype.kind in NUMBERS:
            found[name] = array.weighted(duration).mean("time", keep_attrs=True)
    return found


def _difference(ours: xr.DataArray | None, theirs: xr.DataArray | None) -> tuple[object, ...] | None:
    """Places that differ, of how many, where the most, both values there, unit; None where nothing differs."""
    if ours is None or theirs is None:
        words = ["not given" if array is None else "given" for array in (ours, theirs)]
        return (1, 1, "", *words, "")
    one, other = _shared(ours, theirs)
    if one.dims != other.dims or one.shape != other.shape:
        return (1, 1, "", f"{one.dims} {one.shape}", f"{other.dims} {other.shape}", "")
    unlike = _unlike(one.values, other.values)
    if not unlike.any():
        return None
    place = _largest(one.values, other.values, unlike)
    labels = zip(one.dims, place, strict=True)
    where = " ".join(str(one[dim].values[at]) if dim in one.coords else f"{dim} {at}" for dim, at in labels)
    values = one.values[place].item(), other.values[place].item()
    return (int(unlike.sum()), unlike.size, where, *values, str(one.attrs.get("units", "")))


def _shared(ours: xr.DataArray, theirs: xr.DataArray) -> tuple[xr.DataArray, xr.DataArray]:
    """Both at the labels that both have, in the order of the first."""
    for dimension in ours.dims:
        if dimension in ours.indexes and dimension in theirs.indexes:
            common = [label for label in ours.indexes[dimension] if label in theirs.indexes[dimension]]
            ours, theirs = ours.sel({dimension: common}), theirs.sel({dimension: common})
    same = set(ours.dims) == set(theirs.dims)
    return ours, theirs.transpose(*ours.dims) if same else theirs


def _unlike(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    if one.dtype.kind not in NUMBERS or other.dtype.kind not in NUMBERS:
        return np.asarray(one != other)
    with np.errstate(invalid="ignore"):
        near = np.abs(other - one) <= SAME * np.maximum(np.abs(one), np.abs(other))
    # Infinite differences are within infinite tolerances: a limit against none would pass for the same.
    near &= np.isfinite(one) & np.isfinite(other)
    return (one != other) & ~near & ~(np.isnan(one) & np.isnan(other))


def _largest(one: np.ndarray, other: np.ndarray, unlike: np.ndarray) -> tuple[int, ...]:
    """Where the difference is largest; a number against none, or against no limit, is the largest of all."""
    size = np.ones(one.shape)
    if one.dtype.kind in NUMBERS and other.dtype.kind in NUMBERS:
        with np.errstate(invalid="ignore"):
            size = np.nan_to_num(np.abs(other - one), nan=np.inf)
    return tuple(map(int, np.unravel_index(np.argmax(np.where(unlike, size, -1.0)), one.shape)))
