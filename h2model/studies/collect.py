"""Collect the results of all runs into one Dataset (the cube), with the axes of the study as dimensions.

The cube depends only on the campaign and its results. It does not depend on when, where or in which order the runs were
done. A run without a result is NaN everywhere; `status` and `reason` explain it.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable
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
from h2model.studies.campaign import CUBE, Campaign, open_campaign
from h2model.studies.changes import ResolvedAxis
from h2model.studies.designs import Grid, Pareto
from h2model.studies.manifest import GOAL, RUN, SLACK
from h2model.studies.records import DONE, finished, outcome_of
from h2model.studies.run_results import RUN_ATTRS, ResultsReader, ResultsStack

MISSING = "not run yet"
#: Attributes of the coordinates that describe near-optimal plans.
PLAN_ATTRS = {
    SLACK: {"long_name": "share by which a plan may cost more than the cheapest one", "units": "1"},
    GOAL: {"long_name": "capacity that the plan minimises or maximises, or the number of an alternative"},
}


def collect(campaign: Campaign) -> xr.Dataset:
    """Collect the results of all finished runs, write them to `study.nc` and return them.

    Returns
    -------
    Dataset over the axes (grid and pareto), or over `run` with the axes as coordinates: `status` and `reason` of each
    run; every result without time, but no duals; `co2_price` (cap, period); and the results listed under `collect` in
    the study (near-optimal plans have no prices and duals, even if listed). The attribute `left_out` names results
    whose labels differ between runs.

    Raises
    ------
    InputError
        If no run has a result.
    """
    outcomes = [outcome_of(campaign, run) for run in range(len(campaign))]
    stack, reader = ResultsStack(len(campaign)), ResultsReader(campaign.study.collect)
    for run, outcome in enumerate(outcomes):
        if outcome is not None and outcome.done:
            stack.add(run, reader.read(campaign.folder_of("runs", run) / run_folder.RESULTS))
    if not stack.arrays:
        raise _no_result(campaign)
    states = [MISSING if outcome is None else outcome.state for outcome in outcomes]
    reasons = ["" if outcome is None else outcome.reason for outcome in outcomes]
    flat = stack.dataset().assign(
        status=(RUN, np.array(states, dtype=str), {"long_name": f"state of the run; '{DONE}' if it has a result"}),
        reason=(RUN, np.array(reasons, dtype=str), {"long_name": "reason if the run has no result"}),
    )
    cube = _along_axes(campaign, flat)
    if isinstance(campaign.study.design, Pareto):
        cube = cube.assign(cost_of_step=cost_of_step(cube))
    cube.attrs = {
        "study": campaign.facts["name"],
        "title": campaign.study.title or campaign.base.title,
        "scenario": campaign.base.name,
        "study_yaml": campaign.study.to_text(),
        SCENARIO_TEXT: campaign.base.to_text(),
        "h2model_version": campaign.facts["h2model_version"],
        "left_out": list(stack.left_out.values()) or "nothing",
    }
    # Another process may collect at the same time, so each writes a file of its own first.
    partial = campaign.folder / f"study.{socket.gethostname()}.{os.getpid()}.nc"
    write_netcdf(cube, partial)
    partial.replace(campaign.folder / CUBE)
    return cube


def cost_of_step(cube: xr.Dataset) -> xr.DataArray:
    """Return the cost of each step along the axis of a front, per unit of the axis, against the point before it.

    The cost is the present cost of all periods. The points are in the order of the study; the first one is NaN.
    """
    (axis,) = cube["total_cost"].dims
    step = cube["total_cost"].diff(axis) / cube[axis].diff(axis)
    unit = cube[axis].attrs["units"]
    attrs = {"units": f"{cube['total_cost'].attrs['units']}/({unit})", "long_name": "cost of a step along the axis"}
    return step.reindex({axis: cube[axis]}).assign_attrs(attrs)


def open_study(folder: str | Path, full: bool = False) -> xr.Dataset:
    """Open the cube of a study or, with `full`, the complete results of all finished runs.

    Parameters
    ----------
    folder
        The campaign folder, such as runs/cap_and_costs.
    full
        Whether to return all results in all time steps over the dimension `run`, as dask arrays, read when
        used. All runs must have the same labels.

    Raises
    ------
    InputError
        If the folder is not a campaign, if nothing has been collected, or if the labels of the runs differ.
    """
    campaign = open_campaign(folder)
    if full:
        return _open_full(campaign)
    if not (campaign.folder / CUBE).is_file():
        remedy = f"collect it: h2model study collect {folder}"
        raise InputError([Fault(str(folder), "has not been collected yet", remedy)])
    cube = xr.open_dataset(campaign.folder / CUBE, engine="netcdf4")
    # Cubes of earlier versions have former names. In a cube, `run` is the number of the run.
    names = {former: name for former, name in run_folder.FORMER_NAMES.items() if former in cube and former != RUN}
    return cube.rename(names)


def _open_full(campaign: Campaign) -> xr.Dataset:
    runs = sorted(finished(campaign))
    if not runs:
        raise _no_result(campaign)

    def prepared(results: xr.Dataset) -> xr.Dataset:
        # Weights may differ between runs, so they become variables.
        weights = [name for name in WEIGHTS if name in results.coords]
        return run_folder.with_current_names(results).reset_coords(weights)

    paths = [campaign.folder_of("runs", run) / run_folder.RESULTS for run in runs]
    try:
        joined = xr.open_mfdataset(
            paths, combine="nested", concat_dim=RUN, engine="netcdf4", chunks={}, data_vars="all", coords="minimal",
            compat="override", join="exact", combine_attrs="override", preprocess=prepared,
        )  # fmt: skip
    except ValueError as error:
        problem = f"the runs cannot be joined, since their labels differ ({error})"
        raise InputError([Fault(str(campaign.folder), problem, "open the runs one by one")]) from error
    return joined.assign_coords({RUN: (RUN, runs, RUN_ATTRS), **_run_coords(campaign, runs)})


def _no_result(campaign: Campaign) -> InputError:
    return InputError([Fault(str(campaign.folder), "no run has a result yet", "run the study first")])


def _along_axes(campaign: Campaign, flat: xr.Dataset) -> xr.Dataset:
    """Return the results over the axes if every combination is a run, otherwise over `run` with coordinates."""
    if not isinstance(campaign.study.design, Grid | Pareto):
        return flat.assign_coords(_run_coords(campaign, range(len(campaign))))
    axes = {axis.name: axis for axis in campaign.axes}
    labels = {name: list(dict.fromkeys(row[name] for row in campaign.rows)) for name in campaign.columns}
    shape = tuple(map(len, labels.values()))
    variables = {
        name: ((*labels, *array.dims[1:]), array.values.reshape(*shape, *array.shape[1:]), array.attrs)
        for name, array in flat.data_vars.items()
    }
    numbers = {RUN: (tuple(labels), np.arange(len(campaign)).reshape(shape), RUN_ATTRS)}
    values = {name: (name, axes[name].coordinate(cells), _axis_attrs(axes[name])) for name, cells in labels.items()}
    coords = {name: coord for name, coord in flat.coords.items() if name != RUN}
    return xr.Dataset(variables | numbers, {**coords, **values})


def _run_coords(campaign: Campaign, runs: Iterable[int]) -> dict[str, tuple]:
    """Return the axes, or slack and goal of near-optimal plans, as coordinates along `run`."""
    axes = {axis.name: axis for axis in campaign.axes}
    coords = {}
    for name in campaign.columns:
        cells = [campaign.rows[run][name] for run in runs]
        if name in axes:
            coords[name] = (RUN, axes[name].coordinate(cells), _axis_attrs(axes[name]))
        else:
            coords[name] = (RUN, np.array(cells, dtype=float if name == SLACK else str), PLAN_ATTRS[name])
    return coords


def _axis_attrs(axis: ResolvedAxis) -> dict[str, Any]:
    parts = [f"{key} {value if isinstance(value, str) else listed(value)}" for key, value in axis.selection.items()]
    limits = f" ({', '.join(parts)})" if parts else ""
    name = f"{axis.operation} {', '.join(axis.addresses)}{limits}"
    return {"long_name": name, **({} if axis.unit is None else {"units": axis.unit or "1"})}
