"""Differences in the inputs of runs: lines of their scenarios, labels, and values of parameters."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
import xarray as xr

from h2model.accounts.audit.policies import AUDITS as POLICY_AUDITS
from h2model.case import SCENARIO_TEXT, parse_yaml, to_yaml

#: Dimensions whose labels may differ between runs, in the order of the table; the last ones are entries of policies.
LABELS = (
    *("period", "region", "carrier", "technology", "asset", "trade", "demand"),
    *(audit.DIMENSION for audit in POLICY_AUDITS.values()),
)
COLUMNS = ("run", "parameter", "places", "of", "where", "first", "other", "unit")
#: Relative difference below which two inputs are the same number.
SAME = 1e-12
NUMBERS = "fiu"


def scenario_changes(runs: Mapping[str, xr.Dataset]) -> pd.DataFrame:
    """Return, for every further run, lines only in its scenario (+) and lines only in that of the first run (-).

    Unchanged lines around them show the context.
    """
    first, *others = runs
    # Earlier versions wrapped lines elsewhere, which is not a difference.
    contents = {
        name: parse_yaml(str(run.attrs[SCENARIO_TEXT]), f"the scenario of {name}") for name, run in runs.items()
    }
    texts = {name: to_yaml(content).splitlines() for name, content in contents.items()}
    rows = []
    for name in others:
        lines = list(difflib.unified_diff(texts[first], texts[name], lineterm="", n=2))[2:]
        rows += [(name, line) for line in lines if not line.startswith("@@")]
    return pd.DataFrame(rows, columns=["run", "line"])


def label_changes(runs: Mapping[str, xr.Dataset]) -> pd.DataFrame:
    """Return, for every further run and dimension, labels only in it (`more`) and only in the first run (`less`)."""
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
            rows.append((name, "time (steps differ; profiles are compared by their means)", more, less))
    return pd.DataFrame(rows, columns=["run", "labels", "more", "less"])


def parameter_changes(runs: Iterable[str], inputs: Mapping[str, xr.Dataset]) -> pd.DataFrame:
    """Return the parameters whose values differ from those of the first run, at common labels.

    Each row is one run and one parameter. `places` is the number of values that differ, `of` that of all values
    compared, `where` the labels of the largest difference. `first` and `other` are the values of the two runs there.
    `label_changes` lists labels that only one of the runs has.

    Parameters
    ----------
    runs
        Names of the runs.
    inputs
        The content of `inputs.nc` by name of the run. Runs of studies have no such file: their
        table has the single row `all inputs`.
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
    """Return all parameters; with different steps, profiles as the mean of the year."""
    parameters = {str(name): array for name, array in inputs.data_vars.items()}
    if same_steps:
        return parameters
    duration = inputs["hours"] * inputs["weight"]
    of_steps = [name for name in ("hours", "weight", "sequence") if name in parameters]
    parameters = {name: array for name, array in parameters.items() if name not in of_steps}
    for name, array in parameters.items():
        if "time" in array.dims and array.dtype.kind in NUMBERS:
            parameters[name] = array.weighted(duration).mean("time", keep_attrs=True)
    return parameters


def _difference(ours: xr.DataArray | None, theirs: xr.DataArray | None) -> tuple[object, ...] | None:
    """Return how two arrays differ; None if all values are equal.

    That is: the numbers of differing and of all values, the labels of the largest difference, both values, the unit.
    """
    if ours is None or theirs is None:
        words = ["not given" if array is None else "given" for array in (ours, theirs)]
        return (1, 1, "", *words, "")
    one, other = _shared(ours, theirs)
    if one.dims != other.dims or one.shape != other.shape:
        return (1, 1, "", f"{one.dims} {one.shape}", f"{other.dims} {other.shape}", "")
    unlike = _unlike(one.values, other.values)
    if not unlike.any():
        return None
    # NaN or infinity against a number is the largest difference.
    size = np.ones(one.shape)
    if one.dtype.kind in NUMBERS and other.dtype.kind in NUMBERS:
        with np.errstate(invalid="ignore"):
            size = np.nan_to_num(np.abs(other.values - one.values), nan=np.inf)
    position = tuple(map(int, np.unravel_index(np.argmax(np.where(unlike, size, -1.0)), one.shape)))
    labels = zip(one.dims, position, strict=True)
    where = " ".join(str(one[dim].values[at]) if dim in one.coords else f"{dim} {at}" for dim, at in labels)
    values = one.values[position].item(), other.values[position].item()
    return (int(unlike.sum()), unlike.size, where, *values, str(one.attrs.get("units", "")))


def _shared(ours: xr.DataArray, theirs: xr.DataArray) -> tuple[xr.DataArray, xr.DataArray]:
    """Return both at their common labels, in the order of the first."""
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
    # An infinite difference is within an infinite tolerance: exclude it.
    near &= np.isfinite(one) & np.isfinite(other)
    return (one != other) & ~near & ~(np.isnan(one) & np.isnan(other))
