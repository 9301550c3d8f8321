"""Tables of the cube of a study over all its runs: one column per run."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import xarray as xr

from h2model.constants import LEAST_CAPACITY, MILLION, TONNES_PER_KILOTONNE

COST, CO2_PRICE = "present cost of all periods", "CO2 price"


def axes_of(cube: xr.Dataset) -> list[str]:
    """Return the names of the axes: dimensions of a grid, or else coordinates of the runs."""
    dims = [str(dim) for dim in cube["status"].dims]
    if dims != ["run"]:
        return dims
    return [str(name) for name, coord in cube.coords.items() if coord.dims == ("run",) and name != "run"]


def unit_of_axis(axis: xr.DataArray) -> str:
    """Return the unit of an axis for people: "factor" if it scales a parameter; empty for words and shares."""
    unit = str(axis.attrs.get("units", ""))
    if unit == "1" and str(axis.attrs.get("long_name", "")).startswith("scale "):
        return "factor"
    return "" if unit == "1" else unit


def per_run(cube: xr.Dataset, name: str) -> xr.DataArray:
    """Return a variable or coordinate over `run` and its other dimensions, for grids and lists of runs alike."""
    dims = [str(dim) for dim in cube["status"].dims]
    array = cube[name].broadcast_like(cube["status"]) if name in dims else cube[name]
    rest = [dim for dim in array.dims if dim not in dims]
    values = array.transpose(*dims, *rest).values
    coords = {dim: array[dim] for dim in rest if dim in array.coords}
    return xr.DataArray(values.reshape(-1, *values.shape[len(dims) :]), coords, ("run", *rest), attrs=array.attrs)


def key_results(cube: xr.Dataset) -> pd.DataFrame:
    """Return cost, net emissions, carbon stored and CO2 prices of each run.

    Returns
    -------
    DataFrame with index (result, unit) and a column per run; NaN for runs without a result. Rows of NaN are left out.
    """
    rows = dict(_key_rows(cube))
    index = pd.MultiIndex.from_tuples(rows, names=["result", "unit"])
    return pd.DataFrame(list(rows.values()), index=index).dropna(how="all")


def new_capacities(cube: xr.Dataset) -> pd.DataFrame:
    """Return the new capacity of each run in all periods together: index (technology, unit), a column per run.

    Technologies that no run builds are left out; a run without result is NaN.
    """
    built = per_run(cube, "new_capacity").sum("period", skipna=False).transpose("asset", "run").values
    keys = [cube["asset_technology"].values, cube["asset_unit"].values]
    index = pd.MultiIndex.from_arrays(keys, names=["technology", "unit"])
    table = pd.DataFrame(built, index=index).groupby(level=["technology", "unit"], sort=False).sum(min_count=1)
    return table[table.max(axis="columns") > LEAST_CAPACITY]


def spread(table: pd.DataFrame) -> pd.DataFrame:
    """Return least, median and most of each row, and the 10th and 90th percentile, over the runs with a result."""
    shares = {"least": 0.0, "10 %": 0.1, "median": 0.5, "90 %": 0.9, "most": 1.0}
    if table.empty:  # pandas computes no quantiles of it
        return pd.DataFrame(index=table.index, columns=list(shares), dtype=float)
    return pd.DataFrame({name: table.quantile(share, axis="columns") for name, share in shares.items()})


def _key_rows(cube: xr.Dataset) -> Iterator[tuple[tuple[str, str], np.ndarray]]:
    currency = str(cube["total_cost"].attrs["units"])
    yield (COST, f"million {currency}"), per_run(cube, "total_cost").values / MILLION
    for name, of, emissions in _counted(cube):
        for period, values in zip(cube["period"].values, emissions.transpose("period", "run").values, strict=True):
            yield (f"{name}{of}, {period}", "kt/year"), values / TONNES_PER_KILOTONNE
    if "co2_price" in cube:
        prices = per_run(cube, "co2_price")
        for cap in prices["cap"].values:
            for period in cube["period"].values:
                values = prices.sel(cap=cap, period=period).values
                yield (f"{CO2_PRICE}, cap {_words(cap)}, {period}", str(prices.attrs["units"])), values


def _counted(cube: xr.Dataset) -> Iterator[tuple[str, str, xr.DataArray]]:
    """Yield net emissions as each cap counts them, or of all regions without a cap; and stored carbon."""
    caps = cube["cap"].values.tolist() if "cap_emissions" in cube else []
    under = per_run(cube, "cap_emissions").sum("region", skipna=False) if caps else None
    for cap in caps:
        yield "net CO2 emissions", f", cap {_words(cap)}", under.sel(cap=cap)
    for name, variable in (("net CO2 emissions", "emissions"), ("CO2 stored for good", "carbon_stored")):
        if variable in cube and not (caps and variable == "emissions"):
            yield name, "", per_run(cube, variable).sum(("region", "origin"), skipna=False)


def _words(name: object) -> str:
    return str(name).replace("_", " ")
