"""Prices of carriers: in every step, ordered by height, and as the mean of a year weighted by use."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from h2model.accounts.derived import read_run_data
from h2model.accounts.flows import each_flow
from h2model.accounts.members import hours_of_year, unit_of
from h2model.accounts.run_data import RunData
from h2model.errors import Fault, InputError
from h2model.tables.arguments import require_known, require_named

#: A carrier and a region.
Node = tuple[str, str]
#: Kinds of flows that use a carrier; links and stores only move it.
USERS = ("plant", "trade", "demand")


def price(run: xr.Dataset, carrier: str, region: str) -> xr.DataArray:
    """Return the cost of one more unit of a carrier in each step (period, time), undiscounted.

    Raises
    ------
    InputError
        If the run lacks the carrier, the region or prices, or if the carrier does not occur in the region.
    """
    require_named(carrier=carrier, region=region)
    require_known(run, carrier=carrier, region=region)
    prices = step_prices(run, read_run_data(run))
    if (carrier, region) not in prices:
        regions = sorted(other for of, other in prices if of == carrier)
        problem = f"{carrier} has no price in {region}: nothing makes, uses or moves it there"
        remedy = f"choose one of {', '.join(regions)}" if regions else "the run has no prices; see docs/prices.md"
        raise InputError([Fault(f"region={region!r}", problem, remedy)])
    attrs = {
        "units": f"{run.attrs['currency']}/{unit_of(run, carrier)}",
        "long_name": f"price of {carrier} in {region}",
    }
    coords = {"period": run["period"], "time": run["time"], "timestamp": run["timestamp"]}
    return xr.DataArray(prices[carrier, region], coords, ("period", "time"), name="price", attrs=attrs)


def price_duration(run: xr.Dataset, carrier: str, region: str) -> pd.DataFrame:
    """Return prices from the highest to the lowest, a column for each period.

    The index counts the hours of the year in which a price is reached or exceeded. `attrs["unit"]` names the unit.
    """
    prices = price(run, carrier, region)
    duration = hours_of_year(run)
    columns = {}
    for period, values in zip(prices["period"].values.tolist(), prices.values, strict=True):
        order = np.argsort(-values, kind="stable")
        columns[period] = pd.Series(values[order], index=np.cumsum(duration[order]))
    table = pd.DataFrame(columns).bfill().rename_axis(index="hours of the year", columns="period")
    table.attrs = {"unit": prices.attrs["units"], "carrier": carrier, "region": region}
    return table


def step_prices(run: xr.Dataset, data: RunData) -> dict[Node, np.ndarray]:
    """Return the price of each carrier in each region (period, time), in currency per amount; empty without prices.

    A carrier that is balanced over a day, a month or the year has one price in all steps of it.
    """
    if "price_of_carrier" not in run:
        return {}
    hourly = run["price_of_carrier"].transpose(..., "period", "time").values
    prices = dict(zip(_nodes(run, "hourly_balance"), hourly, strict=True))
    rows_of_node: dict[Node, list[int]] = {}
    for row, node in enumerate(_nodes(run, "window_balance")):
        rows_of_node.setdefault(node, []).append(row)
    windows = dict(zip(data.names("carrier"), data.names("balance"), strict=True))
    of_windows = run["price_over_window"].transpose(..., "period").values
    names = run["window_balance_window"].values
    for node, rows in rows_of_node.items():
        kind = windows[node[0]]
        order = pd.Index(names[rows]).get_indexer(data.window_names(kind))
        lengths = np.diff(np.append(data.first_steps(kind), run.sizes["time"]))
        prices[node] = np.repeat(of_windows[rows][order], lengths, axis=0).T
    return prices


def mean_prices(run: xr.Dataset, data: RunData) -> dict[Node, np.ndarray]:
    """Return the mean price of a year (period), weighted by use; by time alone in periods without use.

    The node (carrier, "") is the mean over all regions: NaN in periods in which no region uses the carrier.
    """
    duration, used = data.duration.values, _uses(data)
    means: dict[Node, np.ndarray] = {}
    paid: dict[str, np.ndarray] = {}
    volumes: dict[str, np.ndarray] = {}
    for (carrier, region), prices in step_prices(run, data).items():
        weight = used.get((carrier, region), np.zeros_like(prices)) * duration
        volume, cost = weight.sum(axis=-1), (prices * weight).sum(axis=-1)
        by_time = prices @ duration / duration.sum()
        means[carrier, region] = np.divide(cost, volume, out=by_time.copy(), where=volume > 0)
        paid[carrier] = paid.get(carrier, 0.0) + cost
        volumes[carrier] = volumes.get(carrier, 0.0) + volume
    for carrier, volume in volumes.items():
        unused = np.full_like(volume, np.nan)
        means[carrier, ""] = np.divide(paid[carrier], volume, out=unused, where=volume > 0)
    return means


def _uses(data: RunData) -> dict[Node, np.ndarray]:
    """Return the use of each carrier by plants, exports and demands in each region (period, time)."""
    carriers, regions = data.names("carrier"), data.names("region")
    uses: dict[Node, np.ndarray] = {}
    for flow in each_flow(data):
        if flow.kind in USERS:
            node = carriers[flow.carrier], regions[flow.region]
            uses[node] = uses.get(node, 0.0) + np.maximum(-flow.values, 0.0)
    return uses


def _nodes(run: xr.Dataset, pairs: str) -> list[Node]:
    return list(zip(run[f"{pairs}_carrier"].values.tolist(), run[f"{pairs}_region"].values.tolist(), strict=True))
