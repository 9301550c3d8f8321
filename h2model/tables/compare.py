"""Comparison of runs: costs, emissions, stored carbon and capacity of each, and differences to the first run.

Every table has the columns run × period, and then, for every further run, its difference to the first ("b − a" for runs
called a and b). If a run lacks a row or period, its value and the difference are NaN.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from h2model.constants import LEAST_AMOUNT, LEAST_CAPACITY, MILLION, TONNES_PER_KILOTONNE
from h2model.errors import Fault, InputError
from h2model.tables import summary
from h2model.tables.co2_price import prices_of_caps
from h2model.tables.cost_tables import costs_by_part

#: Relative difference between solvers that end at the same best plan.
RELATIVE = 1e-5
#: The sum of the rows above it. It is kept if it is zero.
TOTAL = "total"


def compare(runs: Mapping[str, xr.Dataset]) -> dict[str, pd.DataFrame]:
    """Return tables of several runs, by name: objective, cost, emissions, stored, co2_price, capacity, unserved.

    Parameters
    ----------
    runs
        Two or more runs by their name in the tables; others are compared with the first.

    Raises
    ------
    InputError
        If there are fewer than two runs, or if they count in different currencies.
    """
    if len(runs) < 2:
        raise InputError([Fault("runs", f"{len(runs)} given, which leaves nothing to compare", "name two or more")])
    first, *others = runs
    currency = runs[first].attrs["currency"]
    faults = [
        Fault(name, f"counts in {runs[name].attrs['currency']}, and {first} in {currency}", "repeat one in the other")
        for name in others
        if runs[name].attrs["currency"] != currency
    ]
    if faults:
        raise InputError(faults)
    return {"objective": _objectives(runs), **{name: _beside(runs, of_run) for name, of_run in TABLES.items()}}


def named_runs(folders: Sequence[str | Path]) -> dict[str, Path]:
    """Return short names for run folders: the last part of their paths that is distinct.

    Raises
    ------
    InputError
        If a folder is given twice, or fewer than two are.
    """
    paths = [Path(folder) for folder in folders]
    whole = [path.resolve() for path in paths]
    repeated = [str(path) for number, path in enumerate(paths) if whole[number] in whole[:number]]
    faults = [Fault(path, "is given twice", "name each run once") for path in repeated]
    if len(paths) < 2:
        faults.append(Fault("runs", f"{len(paths)} given, which leaves nothing to compare", "name two or more"))
    if faults:
        raise InputError(faults)
    longest = max(len(path.parts) for path in whole)
    for length in range(1, longest + 1):
        names = ["/".join(path.parts[-length:]) for path in whole]
        if len(set(names)) == len(names):
            break
    return dict(zip(names, paths, strict=True))


def difference(run: str, first: str) -> str:
    """Return the name of the columns of a difference."""
    return f"{run} − {first}"


def differs(table: pd.DataFrame, runs: Sequence[str]) -> pd.Series:
    """Return True for rows in which a run differs from the first by more than solvers do, or only one has a value.

    Only common periods are compared; without common periods every row differs.
    """
    differ = np.zeros(len(table), dtype=bool)
    for run in runs[1:]:
        shared = [period for period in table[runs[0]] if period in table[run]]
        ours, theirs = (table[name][shared].to_numpy(dtype=float) for name in (runs[0], run))
        allowed = np.fmax(table.attrs["least"], RELATIVE * np.fmax(np.abs(ours), np.abs(theirs)))
        unlike = (np.abs(theirs - ours) > allowed) | (np.isnan(ours) != np.isnan(theirs))
        differ |= unlike.any(axis=1) if shared else True
    return pd.Series(differ, index=table.index)


def _objectives(runs: Mapping[str, xr.Dataset]) -> pd.DataFrame:
    """Return the objective of each run, in million: one row, without periods."""
    first = next(iter(runs))
    values = {name: float(run.attrs["objective"]) / MILLION for name, run in runs.items()}
    values |= {difference(name, first): values[name] - values[first] for name in list(runs)[1:]}
    table = pd.DataFrame(values, index=pd.Index(["objective"], name="quantity"))
    years = [(_periods(run), run["years_represented"].values.tolist()) for run in runs.values()]
    table.attrs = {
        "unit": f"million {runs[first].attrs['currency']}",
        "runs": list(runs),
        "same_years": all(each == years[0] for each in years),
    }
    return table


def _beside(runs: Mapping[str, xr.Dataset], of_run: Callable[[xr.Dataset], pd.DataFrame]) -> pd.DataFrame:
    """Return the table of every run side by side; rows that are small in all of them are left out."""
    tables = {name: of_run(run) for name, run in runs.items()}
    first, *others = tables
    rows = list(dict.fromkeys(row for table in tables.values() for row in table.index))
    rows.sort(key=_is_total)
    index = tables[first].index
    index = pd.MultiIndex.from_tuples(rows, names=index.names) if index.nlevels > 1 else pd.Index(rows, name=index.name)
    tables = {name: table.reindex(index) for name, table in tables.items()}
    apart = {difference(name, first): (tables[name] - tables[first]).sort_index(axis="columns") for name in others}
    whole = pd.concat({**tables, **apart}, axis="columns", names=["run", "period"])
    whole.attrs = dict(tables[first].attrs)
    large = (whole[list(tables)].abs() >= whole.attrs["least"]).any(axis="columns")
    # A price of zero is kept: the cap has slack.
    return whole[large | np.array([_is_total(row) for row in rows], dtype=bool) | ("cap" in index.names)]


def _is_total(row: object) -> bool:
    return row == TOTAL or (isinstance(row, tuple) and row[0] == TOTAL)


def costs(run: xr.Dataset) -> pd.DataFrame:
    """Return costs by part and their total, in million per year."""
    table = costs_by_part(run)
    table.loc[TOTAL] = table.sum()
    return _described(table, ["part"], f"million {run.attrs['currency']}/year", least=1e-3)


def _carbon(tonnes: xr.DataArray, keys: list[str]) -> pd.DataFrame:
    """Return kilotonnes by `keys`, and their sum."""
    rows = list(product(*(tonnes[key].values.tolist() for key in keys)))
    values = (tonnes / TONNES_PER_KILOTONNE).transpose(*keys, "period").values.reshape(len(rows), -1)
    rows.append((TOTAL, *[""] * (len(keys) - 1)))
    index = pd.MultiIndex.from_tuples(rows) if len(keys) > 1 else pd.Index([row[0] for row in rows])
    table = pd.DataFrame(np.vstack([values, values.sum(axis=0)]), index, _periods(tonnes))
    return _described(table, keys, "kt/year", least=1e-3)


def cap_prices(run: xr.Dataset) -> pd.DataFrame:
    """Return the price of CO2 under each cap."""
    table = prices_of_caps(run)
    table.index = table.index.astype(object)
    return _described(table, ["cap"], table.attrs["unit"], least=1e-2)


def capacities(run: xr.Dataset) -> pd.DataFrame:
    """Return capacity by technology, region and unit."""
    keys = ("technology", "region", "unit")
    index = pd.MultiIndex.from_arrays([run[f"asset_{key}"].values.tolist() for key in keys])
    table = pd.DataFrame(run["capacity"].transpose("asset", "period").values, index, _periods(run))
    table = table.groupby(level=[0, 1, 2], sort=False).sum()
    return _described(table, list(keys), "unit of capacity", least=LEAST_CAPACITY)


def unserved(run: xr.Dataset) -> pd.DataFrame:
    """Return unserved demand by demand, region and unit."""
    amounts = summary.annual_amount(run, "unserved_demand").transpose("demand", "period").values
    units = dict(zip(run["carrier"].values.tolist(), run["carrier_unit"].values.tolist(), strict=True))
    keys = {
        "demand": run["demand"].values.tolist(),
        "region": run["demand_region"].values.tolist(),
        "unit": [units[carrier] for carrier in run["demand_carrier"].values.tolist()],
    }
    table = pd.DataFrame(amounts, pd.MultiIndex.from_arrays(list(keys.values())), _periods(run))
    return _described(table, list(keys), "amount per year", least=LEAST_AMOUNT)


def _periods(run: xr.Dataset | xr.DataArray) -> list[int]:
    return run["period"].values.tolist()


def _described(table: pd.DataFrame, keys: list[str], unit: str, least: float) -> pd.DataFrame:
    """Return the table with names of its index, its unit, and the size below which a value is negligible."""
    table = table.rename_axis(index=keys, columns="period")
    table.attrs = {"unit": unit, "least": least}
    return table


TABLES: dict[str, Callable[[xr.Dataset], pd.DataFrame]] = {
    "cost": costs,
    "emissions": lambda run: _carbon(run["emissions"], ["region", "origin"]),
    "stored": lambda run: _carbon(run["carbon_stored"].sum("origin"), ["region"]),
    "co2_price": cap_prices,
    "capacity": capacities,
    "unserved": unserved,
}
