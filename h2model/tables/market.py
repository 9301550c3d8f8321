"""Prices of carriers as a planner looks at them: in every step, by place, and ordered by height."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from h2model.accounts.derived import read_run_data
from h2model.accounts.members import hours_of_year, require_known, require_named, unit_of
from h2model.accounts.run_data import LONGER_WINDOWS, RunData
from h2model.errors import Fault, InputError


def prices_of(run: xr.Dataset, data: RunData, carrier: str, region: str) -> np.ndarray | None:
    """Price of a carrier in a region in every step (period, time), in currency per amount; None if it has none there.

    A carrier that is balanced over a day, a month or the year has one price in each of these.
    """
    if "price_of_carrier" not in run:
        return None
    found = _at(run, "hourly_balance", carrier, region)
    if found.any():
        price = run["price_of_carrier"].transpose(..., "period", "time")
        return price.values[np.flatnonzero(found)[0]]
    own = np.flatnonzero(_at(run, "window_balance", carrier, region))
    if not own.size:
        return None
    kind = dict(zip(data.names("carrier"), data.names("balance"), strict=True))[carrier]
    assert kind in LONGER_WINDOWS
    price = run["price_over_window"].transpose(..., "period").values[own]
    order = pd.Index(run["window_balance_window"].values[own]).get_indexer(data.window_names(kind))
    lengths = np.diff(np.append(data.first_steps(kind), run.sizes["time"]))
    return np.repeat(price[order], lengths, axis=0).T


def price(run: xr.Dataset, carrier: str, region: str) -> xr.DataArray:
    """What one more unit of a carrier costs in each step, over (period, time), undiscounted.

    Raises
    ------
    InputError
        If there is no such carrier or region, if the carrier does not occur there, or if the run has no prices.
    """
    require_named(carrier=carrier, region=region)
    require_known(run, carrier=carrier, region=region)
    found = prices_of(run, read_run_data(run), carrier, region)
    if found is None:
        places = sorted(_regions_with(run, carrier))
        problem = f"{carrier} has no price in {region}: nothing makes, uses or moves it there"
        remedy = f"choose one of {', '.join(places)}" if places else "the run has no prices; see docs/prices.md"
        raise InputError([Fault(f"region={region!r}", problem, remedy)])
    attrs = {
        "units": f"{run.attrs['currency']}/{unit_of(run, carrier)}",
        "long_name": f"price of {carrier} in {region}",
    }
    coords = {"period": run["period"], "time": run["time"], "timestamp": run["timestamp"]}
    return xr.DataArray(found, coords, ("period", "time"), name="price", attrs=attrs)


def price_duration(run: xr.Dataset, carrier: str, region: str) -> pd.DataFrame:
    """Prices from the highest to the lowest: for each period, the price that is reached in so many hours of the year.

    The index counts the hours of the year that a price is reached or exceeded. `attrs["unit"]` names the unit.
    """
    found = price(run, carrier, region)
    duration = hours_of_year(run)
    columns = {}
    for period, values in zip(found["period"].values.tolist(), found.values, strict=True):
        order = np.argsort(-values, kind="stable")
        columns[period] = pd.Series(values[order], index=np.cumsum(duration[order]))
    table = pd.DataFrame(columns).bfill().rename_axis(index="hours of the year", columns="period")
    table.attrs = {"unit": found.attrs["units"], "carrier": carrier, "region": region}
    return table


def _at(run: xr.Dataset, pairs: str, carrier: str, region: str) -> np.ndarray:
    return (run[f"{pairs}_carrier"].values == carrier) & (run[f"{pairs}_region"].values == region)


def _regions_with(run: xr.Dataset, carrier: str) -> set[str]:
    if "price_of_carrier" not in run:
        return set()
    return {
        str(region)
        for pairs in ("hourly_balance", "window_balance")
        for of, region in zip(run[f"{pairs}_carrier"].values, run[f"{pairs}_region"].values, strict=True)
        if of == carrier
    }
