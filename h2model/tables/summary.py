"""Summary of a run in small tables: rows by name, one column per period.

Every function takes the results Dataset and returns a DataFrame whose `attrs["unit"]` names the unit of its values
(where units differ by row, they are part of the index).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from h2model.case import did_you_mean, present_value_factor
from h2model.constants import LEAST_AMOUNT, LEAST_CAPACITY, TONNES_PER_KILOTONNE
from h2model.errors import Fault, InputError
from h2model.tables.cost_tables import costs_by_part


def annual_amount(results: xr.Dataset, name: str) -> xr.DataArray:
    """Return the sum of a flow (amount per hour) over the year, in amount per year."""
    return (results[name] * results["hours"] * results["weight"]).sum("time")


def costs(results: xr.Dataset) -> pd.DataFrame:
    """Return the annual cost by part, in million currency units per year, undiscounted.

    The column `share` is the contribution of the part to the objective, which weighs periods by their present value
    factor; the shares of all rows but `total` sum to 1.
    """
    table = costs_by_part(results)
    present = table @ present_value_factor(results).values
    table.loc["total"] = table.sum()
    table["share"] = pd.concat([present, pd.Series({"total": present.sum()})]) / present.sum()
    return _named(table, "part", f"million {results.attrs['currency']}/year")


def emissions(results: xr.Dataset) -> pd.DataFrame:
    """Return net emissions (released less taken up) by region and origin, in kt of CO2 per year, without zero rows."""
    return _carbon(results["emissions"], ["region", "origin"])


def carbon_stored(results: xr.Dataset) -> pd.DataFrame:
    """Return carbon stored permanently, by region, in kt of CO2 per year; all-zero rows are left out."""
    return _carbon(results["carbon_stored"].sum("origin"), ["region"])


def new_capacities(results: xr.Dataset) -> pd.DataFrame:
    """Return new capacity by technology, region and unit of capacity; rows of zeros are left out."""
    return capacities(results, "new_capacity")


def capacities(results: xr.Dataset, name: str = "capacity") -> pd.DataFrame:
    """Return `capacity`, or another quantity of assets, by technology, region and unit; zero rows are left out.

    Raises
    ------
    InputError
        If the quantity is not counted in the unit of assets, by period.
    """
    names = [
        str(key)
        for key, array in results.data_vars.items()
        if {*array.dims} == {"asset", "period"} and results.attrs["currency"] not in array.attrs.get("units", "")
    ]
    if name not in names:
        problem = "is not a capacity of assets by period"
        raise InputError([Fault(f"of={name!r}", problem, did_you_mean(str(name), names))])
    built = results[name].transpose("asset", "period")
    keys = [results[f"asset_{name}"].values for name in ("technology", "region", "unit")]
    index = pd.MultiIndex.from_arrays(keys, names=["technology", "region", "unit"])
    table = pd.DataFrame(built.values, index=index, columns=_columns(built))
    table = table.groupby(level=["technology", "region", "unit"], sort=False).sum()
    return _named(_without_small_values(table, LEAST_CAPACITY), None, "unit of capacity")


def unserved(results: xr.Dataset) -> pd.DataFrame:
    """Return unserved demand, in amount per year, by demand, region and unit; empty if all demand is served."""
    amounts = annual_amount(results, "unserved_demand").transpose("demand", "period")
    carriers = results["demand_carrier"].values
    index = pd.MultiIndex.from_arrays(
        [results["demand"].values, results["demand_region"].values, _units(results, carriers)],
        names=["demand", "region", "unit"],
    )
    table = pd.DataFrame(amounts.values, index=index, columns=_columns(amounts))
    return _named(_without_small_values(table, LEAST_AMOUNT), None, "amount per year")


def disposed(results: xr.Dataset) -> pd.DataFrame:
    """Return vented or dumped amounts per year, by carrier, region and unit; empty if there are none."""
    amounts = annual_amount(results, "disposal")
    carriers, regions = (pair_labels(amounts, level) for level in ("carrier", "region"))
    amounts = amounts.transpose(..., "period")
    index = pd.MultiIndex.from_arrays(
        [carriers, regions, _units(results, carriers)], names=["carrier", "region", "unit"]
    )
    table = pd.DataFrame(amounts.values, index=index, columns=_columns(amounts))
    return _named(_without_small_values(table, LEAST_AMOUNT), None, "amount per year")


def pair_labels(array: xr.DataArray, level: str) -> np.ndarray:
    """Return one label of each pair of a set, such as the carriers of `disposal` over (carrier, region)."""
    pairs = array.dims[0]
    return array[f"{pairs}_{level}"].values


def _units(results: xr.Dataset, carriers: np.ndarray) -> np.ndarray:
    return results["carrier_unit"].sel(carrier=carriers).values


def _carbon(tonnes: xr.DataArray, rows: list[str]) -> pd.DataFrame:
    values = (tonnes / TONNES_PER_KILOTONNE).transpose(*rows, "period")
    index = pd.MultiIndex.from_product([values[row].values for row in rows], names=rows)
    table = pd.DataFrame(values.values.reshape(len(index), -1), index=index, columns=_columns(values))
    return _named(_without_small_values(table, LEAST_AMOUNT / TONNES_PER_KILOTONNE), None, "kt/year")


def _without_small_values(table: pd.DataFrame, least: float) -> pd.DataFrame:
    """Return the table with values below `least` set to zero, and without rows of zeros."""
    clean = table.where(table.abs() >= least, 0.0)
    return clean[(clean != 0).any(axis="columns")]


def _columns(labelled: xr.Dataset | xr.DataArray) -> pd.Index:
    return pd.Index(labelled["period"].values.tolist(), name="period")


def _named(table: pd.DataFrame, index: str | None, unit: str) -> pd.DataFrame:
    if index is not None:
        table = table.rename_axis(index=index)
    table.attrs["unit"] = unit
    return table
