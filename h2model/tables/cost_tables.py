"""What a year costs: every part of the objective, by who causes it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from h2model.case import did_you_mean
from h2model.constants import LEAST_COST, MILLION
from h2model.errors import Fault, InputError
from h2model.results.dataset import cost_parts

KEYS = ("part", "kind", "technology", "region", "name")
#: Kinds of members by the end of the name of a dimension, such as `starting_plant`.
KINDS = ("plant", "store", "link", "trade", "demand", "asset")


def cost_breakdown(run: xr.Dataset, by: str = "part") -> pd.DataFrame:
    """Annual cost of each period, undiscounted, in million of the currency per year, with the total as last row.

    `by` is part, kind, technology, region or name, or several of them in a list. Trades are told as "import of gas";
    what belongs to no region, such as a price on all emissions, as "all regions".

    Raises
    ------
    InputError
        If there is no such way to break costs down.
    """
    keys = [by] if isinstance(by, str) else list(by or ())
    faults = [
        Fault(f"by={key!r}", "is no way to break costs down", did_you_mean(str(key), list(KEYS)))
        for key in keys
        if key not in KEYS
    ]
    if not keys:
        faults.append(Fault(f"by={by!r}", "names no way to break costs down", f"use some of {', '.join(KEYS)}"))
    if faults:
        raise InputError(faults)
    table = cost_rows(run).groupby(level=keys, sort=False).sum() / MILLION
    total = table.sum().rename("total" if len(keys) == 1 else ("total", *[""] * (len(keys) - 1)))
    table = table[(table.abs() >= LEAST_COST / MILLION).any(axis="columns")]
    table = pd.concat([table, total.to_frame().T]).rename_axis(index=keys, columns="period")
    table.attrs["unit"] = f"million {run.attrs['currency']}/year"
    return table


def cost_rows(run: xr.Dataset) -> pd.DataFrame:
    """Every cost: a row for each part and member, a column for each period, in the currency per year."""
    tables = [_rows_of(run, part) for part in cost_parts(run)]
    table = pd.concat([table for table in tables if len(table)])
    table.columns.name = "period"
    table.attrs["unit"] = f"{run.attrs['currency']}/year"
    return table


def _rows_of(run: xr.Dataset, part: str) -> pd.DataFrame:
    costs = run[part].transpose(..., "period")
    dim, *places = costs.dims[:-1]
    kind, names, technologies, regions = _who(run, dim)
    if places:
        # A price on emissions is paid by region.
        costs = costs.transpose(dim, "region", "period")
        count = run.sizes["region"]
        names, technologies = (list(np.repeat(words, count)) for words in (names, technologies))
        regions = run["region"].values.tolist() * run.sizes[dim]
    same = ([word] * len(names) for word in (part, kind))
    index = pd.MultiIndex.from_arrays([*same, technologies, regions, names], names=list(KEYS))
    return pd.DataFrame(
        costs.values.reshape(len(names), run.sizes["period"]), index=index, columns=run["period"].values.tolist()
    )


def _who(run: xr.Dataset, dim: str) -> tuple[str, list[str], list[str], list[str]]:
    """What the members of a dimension are, and name, technology and region of each."""
    kind = next((kind for kind in KINDS if dim == kind or dim.endswith(f"_{kind}")), None)
    if kind is not None:
        own = run.get_index(kind).get_indexer(run[dim].values)
        found = run[dim].values.tolist(), _technologies(run, kind)[own].tolist(), _regions(run, kind)[own].tolist()
        return kind, *found
    if f"{dim}_region" in run.coords:
        carriers = run[f"{dim}_carrier"].values.tolist()
        technologies = [f"venting of {carrier}" for carrier in carriers]
        return "disposal", carriers, technologies, run[f"{dim}_region"].values.tolist()
    if f"{dim}_demand" in run.coords:
        demands, carriers = (run[f"{dim}_{part}"].values.tolist() for part in ("demand", "carrier"))
        regions = _regions(run, "demand")[run.get_index("demand").get_indexer(demands)]
        return "recovery", demands, [f"recovery of {carrier}" for carrier in carriers], regions.tolist()
    names = [str(name) for name in run[dim].values] if dim in run.coords else [dim] * run.sizes[dim]
    return "policy", names, [dim.replace("_", " ")] * len(names), ["all regions"] * len(names)


def _technologies(run: xr.Dataset, kind: str) -> np.ndarray:
    if kind == "trade":
        return np.array(
            [
                f"{way} of {of}"
                for way, of in zip(run["trade_direction"].values, run["trade_carrier"].values, strict=True)
            ],
            dtype=object,
        )
    if kind == "demand":
        return np.array([f"demand for {carrier}" for carrier in run["demand_carrier"].values], dtype=object)
    return run[f"{kind}_technology"].values


def _regions(run: xr.Dataset, kind: str) -> np.ndarray:
    """Of a link, both ends."""
    if kind == "link":
        ends = zip(run["link_from"].values, run["link_to"].values, strict=True)
        return np.array([f"{start} to {end}" for start, end in ends], dtype=object)
    return run[f"{kind}_region"].values
