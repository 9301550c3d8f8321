"""Costs of a year: by part of the objective, and by the plant, store, link, trade, demand or policy that causes them.

The table of the accessor, the exports and the report all come from `costs_by_member`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from h2model.accounts.members import members_along
from h2model.case import did_you_mean
from h2model.constants import LEAST_COST, MILLION
from h2model.errors import Fault, InputError

KEYS = ("part", "kind", "technology", "region", "name")


def cost_breakdown(run: xr.Dataset, by: str = "part") -> pd.DataFrame:
    """Return the annual cost of each period, undiscounted, in million of the currency per year.

    Rows are the labels of `by`, columns the periods; the last row is the total. Costs below 1,000 in all periods are
    left out. The region of a link is the one where it begins; the region of a policy is empty.

    Parameters
    ----------
    run
        Results of a run.
    by
        part, kind, technology, region or name, or several of them in a list.

    Raises
    ------
    InputError
        If `by` is none of these.
    """
    keys = [by] if isinstance(by, str) else list(by or ())
    faults = [
        Fault(f"by={key!r}", "is not a key of costs", did_you_mean(str(key), list(KEYS)))
        for key in keys
        if key not in KEYS
    ]
    if not keys:
        faults.append(Fault(f"by={by!r}", "lacks a key of costs", f"use some of {', '.join(KEYS)}"))
    if faults:
        raise InputError(faults)
    table = costs_by_member(run).groupby(level=keys, sort=False).sum() / MILLION
    total = table.sum().rename("total" if len(keys) == 1 else ("total", *[""] * (len(keys) - 1)))
    table = table[(table.abs() >= LEAST_COST / MILLION).any(axis="columns")]
    table = pd.concat([table, total.to_frame().T]).rename_axis(index=keys, columns="period")
    table.attrs["unit"] = f"million {run.attrs['currency']}/year"
    return table


def costs_by_member(run: xr.Dataset) -> pd.DataFrame:
    """Return every cost of a year, undiscounted: a row for each part and member, a column for each period.

    The index has the levels `KEYS`; `attrs["unit"]` is the currency per year. A price on emissions is paid by region.
    """
    rows: dict[tuple[str, ...], np.ndarray] = {}
    for part in cost_parts(run):
        costs = run[part].transpose(..., "period")
        dimension, *by_region = costs.dims[:-1]
        if by_region:
            costs = costs.transpose(dimension, "region", "period")
        for member, of_member in zip(members_along(run, dimension), costs.values, strict=True):
            regions = run["region"].values.tolist() if by_region else [member.region]
            for region, values in zip(regions, np.atleast_2d(of_member), strict=True):
                key = (part, member.kind, member.technology, region, member.name)
                rows[key] = rows.get(key, 0.0) + values
    index = pd.MultiIndex.from_tuples(rows, names=KEYS)
    periods = pd.Index(run["period"].values.tolist(), name="period")
    table = pd.DataFrame(np.array(list(rows.values())).reshape(len(rows), len(periods)), index, periods)
    table.attrs["unit"] = f"{run.attrs['currency']}/year"
    return table


def costs_by_part(run: xr.Dataset) -> pd.DataFrame:
    """Return every part of the objective (rows, in the order of the model) by period, in million per year."""
    rows = {part: run[part].sum([dim for dim in run[part].dims if dim != "period"]).values for part in cost_parts(run)}
    periods = pd.Index(run["period"].values.tolist(), name="period")
    table = pd.DataFrame.from_dict(rows, orient="index", columns=periods).rename_axis(index="part") / MILLION
    table.attrs["unit"] = f"million {run.attrs['currency']}/year"
    return table


def cost_parts(results: xr.Dataset) -> tuple[str, ...]:
    """Return the names of the parts of the objective, in the order of the model."""
    return tuple(str(name) for name in np.atleast_1d(results.attrs["cost_parts"]))
