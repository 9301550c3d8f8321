"""Results of each run for the cube, and arrays over all runs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from h2model.results.dataset import WEIGHTS
from h2model.results.folder import FORMER_NAMES, with_current_names
from h2model.results.prices import PRICES
from h2model.studies.manifest import RUN
from h2model.tables.co2_price import prices_of_caps

MONTH = "month"
CAP_PRICE = "price_of_cap"
RUN_ATTRS = {"long_name": "number of the run", "units": "1"}


def at_detail(array: xr.DataArray, weights: xr.DataArray, timestamps: xr.DataArray, detail: str) -> xr.DataArray:
    """Return a result over time in one of four details: steps, mean per month, mean or total of the year.

    `weights` are the hours of the year represented by each step. A step belongs to the month in which it begins.
    """
    if "time" not in array.dims or detail == "steps":
        return array
    with xr.set_options(keep_attrs=True):
        weighted = array * weights
        if detail == "month":
            months = timestamps.dt.month.rename(MONTH).assign_attrs(units="1", long_name="month of the year")
            means = weighted.groupby(months).sum() / weights.groupby(months).sum()
            return means.transpose(*(MONTH if dim == "time" else dim for dim in array.dims))
        total = weighted.sum("time")
        if detail == "mean":
            return total / weights.sum("time")
    unit = array.attrs.get("units", "")
    # Amounts per hour become amounts per year; other units are multiplied by hours.
    return total.assign_attrs(units=f"{unit.removesuffix('/hour') if unit.endswith('/hour') else unit + '*hour'}/year")


class ResultsReader:
    """Read the results of one run after another, and skip variables known as unused.

    `details` are the variables listed under `collect` in the study, with their details.
    """

    def __init__(self, details: Mapping[str, str]) -> None:
        # Studies of earlier versions list results by their former names.
        self.details = {FORMER_NAMES.get(name, name): detail for name, detail in details.items()}
        self._skipped: set[str] = set()
        self._coords: set[str] = set()

    def read(self, path: Path) -> xr.Dataset:
        """Return the results of a run for the cube."""
        with xr.open_dataset(path, engine="netcdf4", drop_variables=sorted(self._skipped)) as opened:
            self._coords |= {str(name) for name in opened.coords}
            # Without the variable that refers to it, a coordinate is read as a variable.
            results = with_current_names(opened).set_coords([n for n in opened.data_vars if n in self._coords])
            timeless = [name for name, array in results.data_vars.items() if "time" not in array.dims]
            kept = [name for name in timeless if not str(name).startswith(PRICES) and name not in self.details]
            self._skipped |= {str(name) for name in results.data_vars} - {*map(str, kept), *self.details, CAP_PRICE}
            return self._with_details(results, results[kept].load())

    def _with_details(self, results: xr.Dataset, kept: xr.Dataset) -> xr.Dataset:
        """Add the CO2 price and the listed variables, and remove coordinates of unused dimensions."""
        if CAP_PRICE in results and results[CAP_PRICE].size:
            prices = prices_of_caps(results)
            attrs = {"units": prices.attrs["unit"], "long_name": "price of CO2 under an emission cap, undiscounted"}
            complete = prices.reindex(index=results["cap"].values).to_numpy(dtype=float)
            coords = {"cap": results["cap"], "period": results["period"]}
            kept = kept.assign(co2_price=xr.DataArray(complete, coords, ("cap", "period"), attrs=attrs))
        weights = results["hours"] * results["weight"]
        for name in [name for name in self.details if name in results]:  # near-optimal plans have no prices
            kept[name] = at_detail(results[name].load(), weights, results["timestamp"], self.details[name])
        used = {dim for array in kept.data_vars.values() for dim in array.dims}
        kept = kept.drop_vars([name for name, coord in kept.coords.items() if not set(coord.dims) <= used])
        return kept.reset_coords([name for name in WEIGHTS if name in kept.coords])


class ResultsStack:
    """Arrays over `run`, filled one run at a time. `left_out` lists results with changing labels."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.arrays: dict[str, np.ndarray] = {}
        self.templates: dict[str, xr.DataArray] = {}
        self.left_out: dict[str, str] = {}

    def add(self, run: int, results: xr.Dataset) -> None:
        """Add the results of a run. A result whose labels differ from those of earlier runs is left out."""
        for name, array in results.data_vars.items():
            key = str(name)
            if key not in self.arrays:
                self.templates[key] = array
                self.arrays[key] = np.full((self.count, *array.shape), np.nan)
            template = self.templates[key]
            differing = [dim for dim in template.dims if not _same_labels(template, array, dim)]
            if template.dims != array.dims or differing:
                self.left_out.setdefault(key, f"{key}: run {run} has other labels of {', '.join(differing)}")
            else:
                self.arrays[key][run] = array.values

    def dataset(self) -> xr.Dataset:
        """Return all results whose labels are the same in every run."""
        kept = {name: self.templates[name] for name in self.arrays if name not in self.left_out}
        variables = {name: ((RUN, *like.dims), self.arrays[name], like.attrs) for name, like in kept.items()}
        coords: dict[str, Any] = {}
        for like in kept.values():
            coords |= {name: coord for name, coord in like.coords.items() if RUN not in coord.dims}
        # Weights of hours and periods are coordinates, unless the study varies them.
        for name in [name for name in WEIGHTS if name in variables]:
            rows = self.arrays[name][~np.isnan(self.arrays[name]).reshape(self.count, -1).all(axis=1)]
            if (rows == rows[0]).all():
                coords[name] = (kept[name].dims, rows[0], kept[name].attrs)
                del variables[name]
        return xr.Dataset(variables, {**coords, RUN: (RUN, np.arange(self.count), RUN_ATTRS)})


def _same_labels(one: xr.DataArray, other: xr.DataArray, dim: str) -> bool:
    if dim not in other.dims or one.sizes[dim] != other.sizes[dim]:
        return False
    if dim in one.indexes:
        return dim in other.indexes and one.indexes[dim].equals(other.indexes[dim])
    # Sets of pairs have one coordinate for each half instead of an index.
    halves = [name for name, coord in one.coords.items() if coord.dims == (dim,) and str(name).startswith(f"{dim}_")]
    return all(name in other.coords and np.array_equal(one[name].values, other[name].values) for name in halves)
