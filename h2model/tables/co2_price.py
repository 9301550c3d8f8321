"""Prices of CO2: under each cap and budget, and by all caps, budgets and prices together."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from h2model.case import present_value_factor

#: Prices that differ by less than this share, or by less than this in currency per tonne, are one price.
SAME = 1e-6


def co2_prices(results: xr.Dataset) -> pd.DataFrame:
    """Return the undiscounted cost of emitting one more tonne of CO2, by period (column).

    The rows "cap <name>" and "budget <name>" hold the price of each cap and budget. A budget has one discounted price;
    the row has this price divided by the discount factor of each period. A row "fossil CO2 in <regions>" holds the
    price that results from all caps, budgets and prices together, if it differs from the other rows. The
    table is empty if the run has no cap, no budget and no price. `attrs["unit"]` names the unit.
    """
    periods = pd.Index(results["period"].values.tolist(), name="period")
    caps = prices_of_caps(results)
    rows = {f"cap {cap}": prices.to_numpy() for cap, prices in caps.iterrows()}
    if "price_of_budget" in results:
        budgets = zip(results["budget"].values.tolist(), results["price_of_budget"].values.tolist(), strict=True)
        rows |= {f"budget {name}": price / results["discount_factor"].values for name, price in budgets}
    for regions, price in _fossil_prices(results):
        if not any(np.allclose(price, np.nan_to_num(other), rtol=SAME, atol=SAME) for other in rows.values()):
            rows[f"fossil CO2 in {', '.join(regions)}"] = price
    table = pd.DataFrame.from_dict(rows, orient="index", columns=periods).rename_axis(index="of")
    table.attrs["unit"] = f"{results.attrs['currency']}/t"
    return table


def prices_of_caps(results: xr.Dataset) -> pd.DataFrame:
    """Return the undiscounted saving if an emission cap (row) allows one more tonne of CO2, by period (column).

    A positive value means that the cap raises the cost. Zero means that the cap has slack. NaN means that the cap has
    no limit in the period. The table is empty if the run has no caps or no prices. `attrs["unit"]` names the unit.
    """
    table = pd.DataFrame(index=pd.Index([], dtype=object))
    if "price_of_cap" in results and results["price_of_cap"].size:
        prices = results["price_of_cap"]
        caps, periods = (prices[f"{prices.dims[0]}_{label}"].values for label in ("cap", "period"))
        table = pd.Series(prices.values, index=pd.MultiIndex.from_arrays([caps, periods])).unstack()  # noqa: PD010
        table = table.loc[list(dict.fromkeys(caps))]
    periods = pd.Index(results["period"].values.tolist(), name="period")
    table = table.reindex(columns=periods).astype(float).rename_axis(index="cap")
    table.attrs["unit"] = f"{results.attrs['currency']}/t"
    return table


def price_of_co2(results: xr.Dataset) -> xr.DataArray | None:
    """Return the cost of releasing one more tonne of CO2 (region, origin, period), undiscounted; None without prices.

    It counts all caps, budgets and prices of the scenario together: the dual of the account of emissions.
    """
    if "dual_emission_account" not in results:
        return None
    # `+ 0.0` makes −0 a zero.
    price = results["dual_emission_account"] / present_value_factor(results) + 0.0
    return price.transpose("region", "origin", "period")


def _fossil_prices(results: xr.Dataset) -> list[tuple[list[str], np.ndarray]]:
    """Return each price of fossil CO2 (period) with its regions; regions where it is zero are left out."""
    prices = price_of_co2(results)
    if prices is None:
        return []
    groups: list[tuple[list[str], np.ndarray]] = []
    for region, price in zip(results["region"].values.tolist(), prices.sel(origin="fossil").values, strict=True):
        if np.abs(price).max() <= SAME:
            continue
        same = next((regions for regions, other in groups if np.allclose(other, price, rtol=SAME, atol=SAME)), None)
        if same is None:
            groups.append(([region], price))
        else:
            same.append(region)
    return groups
