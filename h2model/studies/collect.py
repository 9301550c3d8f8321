"""Collecting: the results of all runs as one Dataset, with the axes of the study as dimensions.

What the cube holds is a matter of the campaign and its results alone: not of when, where or in which order the runs
were done. A run without result is not a number everywhere, and `status` and `reason` say why.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from h2model.case import SCENARIO_TEXT
from h2model.case.faults import listed
from h2model.errors import Fault, InputError
from h2model.results import folder as run_folder
from h2model.results.dataset import WEIGHTS
from h2model.results.netcdf_file import write_netcdf
from h2model.results.prices import PRICES
from h2model.studies.campaign import CUBE, RUN, Campaign, open_campaign
from h2model.studies.definition import Grid, Pareto
from h2model.studies.designs import GOAL, SLACK
from h2model.studies.records import DONE, Outcome, finished, outcome_of
from h2model.tables.co2_price import prices_of_caps

MISSING = "not run yet"
#: A result with the name of the dimension is called something else in the cube.
RENAMED = {RUN: "run_of_plant"}
MONTH = "month"
CAP_PRICE = "price_of_cap"
NUMBER_OF_RUN = {"long_name": "number of the run", "units": "1"}
#: What tells near-optimal plans apart.
PLAN_ATTRS = {
    SLACK: {"long_name": "share by which a plan may cost more than the cheapest one", "units": "1"},
    GOAL: {"long_name": "what the plan has as little or as much of as possible"},
}


def collect(campaign: Campaign) -> xr.Dataset:
    """Collect what there is into `study.nc` and return it.

    Returns
    -------
    Dataset over the axes (grid and pareto), else over `run` with the axes as coordinates: `status` and `reason` of
    each run; every result without time, duals left out; `co2_price` (cap, period); and what the study lists under
    `collect` (near-optimal plans have no prices and duals, also where it lists them). The attribute `left_out` names
    results whose labels differ from run to run.

    Raises
    ------
    InputError
        If there is no result yet.
    """
    outcomes = [outcome_of(campaign, run) for run in range(len(campaign))]
    stack = _Stack(len(campaign))
    reader = _Reader(campaign.study.collect)
    for run, outcome in enumerate(outcomes):
        if outcome is not None and outcome.done:
            stack.add(run, reader.read(campaign.folder_of("runs", run) / run_folder.RESULTS))
    if not stack.arrays:
        raise InputError([Fault(str(campaign.folder), "no run has a result yet", "run the study first")])
    cube = _arranged(campaign, stack.dataset().assign(_states(outcomes)))
    if isinstance(campaign.study.design, Pareto):
        cube = cube.assign(cost_of_step=cost_of_step(cube))
    cube.attrs = _facts(campaign, stack)
    # A name of its own, for somebody else may be collecting, too.
    own = campaign.folder / f"study.{socket.gethostname()}.{os.getpid()}.nc"
    write_netcdf(cube, own)
    own.replace(campaign.folder / CUBE)
    return cube


def cost_of_step(cube: xr.Dataset) -> xr.DataArray:
    """What each step along the one axis of a front costs, per unit of the axis, against the point before it.

    Present cost of all periods, in the order in which the study lists the points; not a number for the first one.
    """
    (axis,) = cube["total_cost"].dims
    step = cube["total_cost"].diff(axis) / cube[axis].diff(axis)
    unit = cube[axis].attrs["units"]
    attrs = {"units": f"{cube['total_cost'].attrs['units']}/({unit})", "long_name": "cost of a step along the axis"}
    return step.reindex({axis: cube[axis]}).assign_attrs(attrs)


def at_detail(array: xr.DataArray, weights: xr.DataArray, timestamps: xr.DataArray, detail: str) -> xr.DataArray:
    """A result over time in the detail that is wanted: steps, mean per month, mean or total of the year.

    `weights` are the hours of the year that each step stands for; a step counts for the month in which it begins.
    """
    if "time" not in array.dims or detail == "steps":
        return array
    with xr.set_options(keep_attrs=True):
        weighted = array * weights
        if detail == "month":
            months = timestamps.dt.month.rename(MONTH).assign_attrs(units="1", long_name="month of the year")
            found = weighted.groupby(months).sum() / weights.groupby(months).sum()
            return found.transpose(*(MONTH if dim == "time" else dim for dim in array.dims))
        total = weighted.sum("time")
        if detail == "mean":
            return total / weights.sum("time")
    unit = array.attrs.get("units", "")
    # Amounts per hour become amounts; a capacity's worth of activity is counted in hours of it.
    return total.assign_attrs(units=f"{unit.removesuffix('/hour') if unit.endswith('/hour') else unit + '*hour'}/year")


class _Stack:
    """Arrays over `run`, filled run by run."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.arrays: dict[str, np.ndarray] = {}
        self.like: dict[str, xr.DataArray] = {}
        self.left_out: dict[str, str] = {}

    def add(self, run: int, results: xr.Dataset) -> None:
        """Take in the results of a run; what has other labels than before is left out, and that is noted."""
        for name, array in results.data_vars.items():
            key = RENAMED.get(str(name), str(name))
            if key not in self.arrays:
                self.like[key] = array
                self.arrays[key] = np.full((self.count, *array.shape), np.nan)
            like = self.like[key]
            differing = [dim for dim in like.dims if not _same_labels(like, array, dim)]
            if like.dims != array.dims or differing:
                self.left_out.setdefault(key, f"{key}: run {run} has other labels of {', '.join(differing)}")
            else:
                self.arrays[key][run] = array.values

    def dataset(self) -> xr.Dataset:
        """All that has the same labels in every run."""
        kept = {name: self.like[name] for name in self.arrays if name not in self.left_out}
        variables = {name: ((RUN, *like.dims), self.arrays[name], like.attrs) for name, like in kept.items()}
        coords: dict[str, Any] = {}
        for like in kept.values():
            coords |= {name: coord for name, coord in like.coords.items() if RUN not in coord.dims}
        # What weighs hours and periods is the same in every run, and then a coordinate, unless the study varies it.
        for name in [name for name in WEIGHTS if name in variables]:
            rows = self.arrays[name][~np.isnan(self.arrays[name]).reshape(self.count, -1).all(axis=1)]
            if (rows == rows[0]).all():
                coords[name] = (kept[name].dims, rows[0], kept[name].attrs)
                del variables[name]
        return xr.Dataset(variables, {**coords, RUN: (RUN, np.arange(self.count), NUMBER_OF_RUN)})


def _same_labels(one: xr.DataArray, other: xr.DataArray, dim: str) -> bool:
    if dim not in other.dims or one.sizes[dim] != other.sizes[dim]:
        return False
    if dim in one.indexes:
        return dim in other.indexes and one.indexes[dim].equals(other.indexes[dim])
    # Sets of pairs have no labels of their own, but one coordinate for each half.
    halves = [name for name, coord in one.coords.items() if coord.dims == (dim,) and str(name).startswith(f"{dim}_")]
    return all(name in other.coords and np.array_equal(one[name].values, other[name].values) for name in halves)


class _Reader:
    """Reads what of each run goes into the cube, and learns from each file what to pass over in the next."""

    def __init__(self, wanted: Mapping[str, str]) -> None:
        self.wanted = wanted
        self._unwanted: set[str] = set()
        self._coords: set[str] = set()

    def read(self, path: Path) -> xr.Dataset:
        """What of a run goes into the cube."""
        with xr.open_dataset(path, engine="netcdf4", drop_variables=sorted(self._unwanted)) as opened:
            self._coords |= {str(name) for name in opened.coords}
            # A coordinate that only a variable left out refers to would come as a variable.
            results = opened.set_coords([name for name in opened.data_vars if name in self._coords])
            timeless = [name for name, array in results.data_vars.items() if "time" not in array.dims]
            chosen = [name for name in timeless if not str(name).startswith(PRICES) and name not in self.wanted]
            self._unwanted |= {str(name) for name in results.data_vars} - {*map(str, chosen), *self.wanted, CAP_PRICE}
            return self._reduced(results, results[chosen].load())

    def _reduced(self, results: xr.Dataset, found: xr.Dataset) -> xr.Dataset:
        if CAP_PRICE in results and results[CAP_PRICE].size:
            found = found.assign(co2_price=_co2_price(results))
        weights = results["hours"] * results["weight"]
        for name in [name for name in self.wanted if name in results]:  # near-optimal plans have no prices
            found[name] = at_detail(results[name].load(), weights, results["timestamp"], self.wanted[name])
        used = {dim for array in found.data_vars.values() for dim in array.dims}
        found = found.drop_vars([name for name, coord in found.coords.items() if not set(coord.dims) <= used])
        return found.reset_coords([name for name in WEIGHTS if name in found.coords])


def _co2_price(results: xr.Dataset) -> xr.DataArray:
    table = prices_of_caps(results)
    attrs = {"units": table.attrs["unit"], "long_name": "price of CO2 under an emission cap, undiscounted"}
    coords = {"cap": results["cap"], "period": results["period"]}
    complete = table.reindex(index=results["cap"].values)
    return xr.DataArray(complete.to_numpy(dtype=float), coords, ("cap", "period"), attrs=attrs)


def _states(outcomes: Iterable[Outcome | None]) -> Mapping[str, Any]:
    told = [(MISSING, "") if outcome is None else (outcome.state, outcome.reason) for outcome in outcomes]
    states, reasons = zip(*told, strict=True)
    return {
        "status": (RUN, np.array(states, dtype=str), {"long_name": f"what came of the run; '{DONE}' is a result"}),
        "reason": (RUN, np.array(reasons, dtype=str), {"long_name": "why there is no result"}),
    }


def _arranged(campaign: Campaign, flat: xr.Dataset) -> xr.Dataset:
    """Axes as dimensions, where every combination is a run; else as coordinates along `run`."""
    if not isinstance(campaign.study.design, Grid | Pareto):
        return flat.assign_coords(_along_runs(campaign, range(len(campaign))))
    axes = {axis.name: axis for axis in campaign.axes}
    labels = {name: list(dict.fromkeys(row[name] for row in campaign.rows)) for name in campaign.columns}
    shape = tuple(map(len, labels.values()))
    variables = {
        name: ((*labels, *array.dims[1:]), array.values.reshape(*shape, *array.shape[1:]), array.attrs)
        for name, array in flat.data_vars.items()
    }
    numbers = {RUN: (tuple(labels), np.arange(len(campaign)).reshape(shape), NUMBER_OF_RUN)}
    values = {name: (name, axes[name].coordinate(cells), _axis_attrs(axes[name])) for name, cells in labels.items()}
    coords = {name: coord for name, coord in flat.coords.items() if name != RUN}
    return xr.Dataset(variables | numbers, {**coords, **values})


def _along_runs(campaign: Campaign, runs: Iterable[int]) -> dict[str, tuple]:
    """Axes, or what tells near-optimal plans apart, as coordinates along `run`."""
    axes = {axis.name: axis for axis in campaign.axes}
    found = {}
    for name in campaign.columns:
        cells = [campaign.rows[run][name] for run in runs]
        if name in axes:
            found[name] = (RUN, axes[name].coordinate(cells), _axis_attrs(axes[name]))
        else:
            found[name] = (RUN, np.array(cells, dtype=float if name == SLACK else str), PLAN_ATTRS[name])
    return found


def _axis_attrs(axis: Any) -> dict[str, str]:
    place = ", ".join(
        f"{key} {value if isinstance(value, str) else listed(value)}" for key, value in axis.place.items()
    )
    what = f"{axis.operation} {', '.join(axis.addresses)}" + (f" ({place})" if place else "")
    return {"long_name": what, **({} if axis.unit is None else {"units": axis.unit or "1"})}


def _facts(campaign: Campaign, stack: _Stack) -> dict[str, Any]:
    study = campaign.study
    return {
        "study": campaign.facts["name"],
        "title": study.title or campaign.base.title,
        "scenario": campaign.base.name,
        "study_yaml": study.to_text(),
        SCENARIO_TEXT: campaign.base.to_text(),
        "h2model_version": campaign.facts["h2model_version"],
        "left_out": list(stack.left_out.values()) or "nothing",
    }


def open_study(folder: str | Path, full: bool = False) -> xr.Dataset:
    """The cube of a study; or, with `full`, the complete results of all runs that are done, read when they are used.

    Parameters
    ----------
    folder
        The campaign folder, such as runs/cap_and_costs.
    full
        Everything the runs have decided, hour by hour, over the dimension `run`, as dask arrays. Runs whose labels
        differ from those of the first one cannot be joined.

    Raises
    ------
    InputError
        If the folder is no campaign, or nothing has been collected yet.
    """
    campaign = open_campaign(folder)
    if full:
        return _open_full(campaign)
    if not (campaign.folder / CUBE).is_file():
        remedy = f"collect it: h2model study collect {folder}"
        raise InputError([Fault(str(folder), "has not been collected yet", remedy)])
    return xr.open_dataset(campaign.folder / CUBE, engine="netcdf4")


def _as_one_of_many(results: xr.Dataset) -> xr.Dataset:
    """The results of a run with names that suit a study, and with weights that may differ from run to run."""
    weights = [name for name in WEIGHTS if name in results.coords]
    return results.rename({name: RENAMED[name] for name in RENAMED if name in results}).reset_coords(weights)


def _open_full(campaign: Campaign) -> xr.Dataset:
    runs = sorted(finished(campaign))
    if not runs:
        raise InputError([Fault(str(campaign.folder), "no run has a result yet", "run the study first")])
    paths = [campaign.folder_of("runs", run) / run_folder.RESULTS for run in runs]
    try:
        joined = xr.open_mfdataset(
            paths, combine="nested", concat_dim=RUN, engine="netcdf4", chunks={}, data_vars="all", coords="minimal",
            compat="override", join="exact", combine_attrs="override", preprocess=_as_one_of_many,
        )  # fmt: skip
    except ValueError as error:
        problem = f"the runs cannot be joined, since their labels differ ({error})"
        raise InputError([Fault(str(campaign.folder), problem, "open the runs one by one")]) from error
    return joined.assign_coords({RUN: (RUN, runs, NUMBER_OF_RUN), **_along_runs(campaign, runs)})
