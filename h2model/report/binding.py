"""What binds a plan, and what it would be worth to have more of it: duals and reduced costs in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from h2model.plots.words import words
from h2model.results.summary import carbon_prices

#: What is worth less than this in a year, for all that a limit holds back, is the solver's tolerance.
LEAST_WORTH = 1.0


@dataclass(frozen=True)
class Binding:
    """One limit that costs something: in words, when, and what one more unit of it would save."""

    what: str
    period: int
    worth: float
    unit: str


def bindings(run: xr.Dataset) -> list[Binding]:
    """Limits that bind, those of emissions first, then by what they are worth; empty for plans without prices."""
    if "price_of_cap" not in run:
        return []
    rest = [*_volumes(run), *_capacities(run), *_builds(run)]
    return [*_caps(run), *sorted(rest, key=lambda found: (-found.worth, found.what))]


def _caps(run: xr.Dataset) -> list[Binding]:
    prices = carbon_prices(run)
    return [
        Binding(f"emission cap {words(cap)}: one tonne more", int(period), float(value), prices.attrs["unit"])
        for cap, row in prices.iterrows()
        for period, value in row.dropna().items()
        if value > 1e-3
    ]


def _years(run: xr.Dataset) -> dict[int, float]:
    years = run["years_represented"] * run["discount_factor"]
    return dict(zip(run["period"].values.tolist(), years.values.tolist(), strict=True))


def _volumes(run: xr.Dataset) -> list[Binding]:
    """Imports and exports of which the limit on the year's volume binds."""
    dual = run["dual_trade_volume_limit"]
    (pairs,) = dual.dims
    years = _years(run)
    carriers = dict(zip(run["trade"].values.tolist(), run["trade_carrier"].values.tolist(), strict=True))
    units = dict(zip(run["carrier"].values.tolist(), run["carrier_unit"].values.tolist(), strict=True))
    names, periods = run[f"{pairs}_trade"].values.tolist(), run[f"{pairs}_period"].values.tolist()
    return [
        Binding(
            f"yearly volume of {words(trade)}: one {units[carriers[trade]]} more",
            period,
            float(-value / years[period]),
            f"{run.attrs['currency']}/{units[carriers[trade]]}",
        )
        for trade, period, value in zip(names, periods, dual.values, strict=True)
        if -value / years[period] > 1e-3
    ]


def _capacities(run: xr.Dataset) -> list[Binding]:
    return _at_upper_limit(run, "capacity", "maximum_capacity", "capacity of {}: one {} more room")


def _builds(run: xr.Dataset) -> list[Binding]:
    return _at_upper_limit(run, "new_capacity", "maximum_new_capacity", "building of {}: one {} more")


def _at_upper_limit(run: xr.Dataset, name: str, limit: str, text: str) -> list[Binding]:
    """Where more capacity, or more building, than is allowed would save: its reduced cost is negative at the limit."""
    cost = run[f"reduced_cost_{name}"].transpose("asset", "period").values
    value = run[name].transpose("asset", "period").values
    most = run[limit].transpose("asset", "period").values
    years = _years(run)
    found = []
    for place, position in np.argwhere((cost < 0) & np.isfinite(most) & (most > 0)).tolist():
        period = int(run["period"].values[position])
        worth = float(-cost[place, position] / years[period])
        at_limit = value[place, position] >= most[place, position] * (1 - 1e-6)
        if worth >= LEAST_WORTH and at_limit:
            unit = str(run["asset_unit"].values[place])
            what = text.format(words(run["asset"].values[place]), unit)
            found.append(Binding(what, period, worth, f"{run.attrs['currency']}/{unit}/year"))
    return found
