"""Prices of carriers in every step, and as the mean of a year that weighs hours by what is used in them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr

from h2model.accounts.flows import each_flow
from h2model.accounts.run_data import RunData

Place = tuple[str, str]
#: Kinds of flows that use a carrier up; links and stores only move it.
USERS = ("plant", "trade", "demand")


def step_prices(run: xr.Dataset, data: RunData) -> dict[Place, np.ndarray]:
    """Price of each carrier in each region over (period, time), in currency per amount; empty if the run has none.

    A carrier that is balanced over a day, a month or the year has one price in all steps of it.
    """
    if "price_of_carrier" not in run:
        return {}
    found: dict[Place, np.ndarray] = {}
    prices = run["price_of_carrier"].transpose(..., "period", "time").values
    for place, price in zip(_places(run, "hourly_balance"), prices, strict=True):
        found[place] = price
    windows = dict(zip(data.names("carrier"), data.names("balance"), strict=True))
    prices = run["price_over_window"].transpose(..., "period").values
    by_place: dict[Place, list[int]] = {}
    for row, place in enumerate(_places(run, "window_balance")):
        by_place.setdefault(place, []).append(row)
    names = run["window_balance_window"].values
    for place, rows in by_place.items():
        kind = windows[place[0]]
        order = pd.Index(names[rows]).get_indexer(data.window_names(kind))
        lengths = np.diff(np.append(data.first_steps(kind), run.sizes["time"]))
        found[place] = np.repeat(prices[rows][order], lengths, axis=0).T
    return found


def uses(data: RunData) -> dict[Place, np.ndarray]:
    """What plants, exports and demands take of each carrier in each region, over (period, time)."""
    carriers, regions = data.names("carrier"), data.names("region")
    found: dict[Place, np.ndarray] = {}
    for flow in each_flow(data):
        if flow.kind in USERS:
            place = carriers[flow.carrier], regions[flow.region]
            found[place] = found.get(place, 0.0) + np.maximum(-flow.values, 0.0)
    return found


def mean_prices(
    data: RunData, prices: Mapping[Place, np.ndarray], used: Mapping[Place, np.ndarray]
) -> dict[Place, np.ndarray]:
    """Mean price of a year over (period), weighted by use; by time alone in periods in which nothing is used.

    The place (carrier, "") is the mean over all regions; NaN in periods in which no region uses the carrier.
    """
    duration = data.duration.values
    found: dict[Place, np.ndarray] = {}
    paid: dict[str, np.ndarray] = {}
    volumes: dict[str, np.ndarray] = {}
    for (carrier, region), price in prices.items():
        weight = used.get((carrier, region), np.zeros_like(price)) * duration
        volume, worth = weight.sum(axis=-1), (price * weight).sum(axis=-1)
        by_time = price @ duration / duration.sum()
        found[carrier, region] = np.divide(worth, volume, out=by_time.copy(), where=volume > 0)
        paid[carrier] = paid.get(carrier, 0.0) + worth
        volumes[carrier] = volumes.get(carrier, 0.0) + volume
    for carrier, volume in volumes.items():
        nothing = np.full_like(volume, np.nan)
        found[carrier, ""] = np.divide(paid[carrier], volume, out=nothing, where=volume > 0)
    return found


def carbon_prices(run: xr.Dataset) -> np.ndarray | None:
    """What one more tonne of CO2 released costs, over (region, origin, period), by all caps, budgets and prices.

    Undiscounted; None if the run has no prices.
    """
    if "dual_emission_account" not in run:
        return None
    years = run["years_represented"] * run["discount_factor"]
    # `+ 0.0` makes −0 a zero.
    return (run["dual_emission_account"] / years).transpose("region", "origin", "period").values + 0.0


def _places(run: xr.Dataset, pairs: str) -> list[Place]:
    return list(zip(run[f"{pairs}_carrier"].values.tolist(), run[f"{pairs}_region"].values.tolist(), strict=True))
