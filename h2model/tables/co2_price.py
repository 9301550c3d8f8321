"""What a tonne of CO2 costs: under each cap and budget, and by all caps, budgets and prices together."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from h2model.tables.summary import carbon_prices

#: Prices that differ by less than this share of the largest are one price.
SAME = 1e-6


def co2_prices(results: xr.Dataset) -> pd.DataFrame:
    """What one more tonne costs in each period, undiscounted; empty if there is neither cap, budget nor price.

    Rows: "cap <name>", "budget <name>" (its one price at the worth of each period), and, where that is not the same as
    one of these, "fossil CO2 in <regions>": by all caps, budgets and prices together. `attrs["unit"]` names the unit.
    """
    periods = pd.Index(results["period"].values.tolist(), name="period")
    rows = {}
    if "price_of_cap" in results:
        of_caps = carbon_prices(results).reindex(columns=periods)
        rows = {f"cap {cap}": of_caps.loc[cap].to_numpy(dtype=float) for cap in of_caps.index}
    if "price_of_budget" in results:
        budgets = zip(results["budget"].values.tolist(), results["price_of_budget"].values.tolist(), strict=True)
        rows |= {f"budget {name}": price / results["discount_factor"].values for name, price in budgets}
    if "dual_emission_account" in results:
        for regions, price in _together(results):
            if not any(np.allclose(price, np.nan_to_num(own), rtol=SAME, atol=SAME) for own in rows.values()):
                rows[f"fossil CO2 in {', '.join(regions)}"] = price
    table = pd.DataFrame.from_dict(rows, orient="index", columns=periods).rename_axis(index="of")
    table.attrs["unit"] = f"{results.attrs['currency']}/t"
    return table


def _together(results: xr.Dataset) -> list[tuple[list[str], np.ndarray]]:
    """Regions that have one price of fossil carbon, and that price (period); not those where it costs nothing."""
    years = results["years_represented"] * results["discount_factor"]
    price = (results["dual_emission_account"].sel(origin="fossil") / years).transpose("region", "period").values
    groups: list[tuple[list[str], np.ndarray]] = []
    for region, own in zip(results["region"].values.tolist(), price, strict=True):
        if np.abs(own).max() <= SAME:
            continue
        same = next((names for names, known in groups if np.allclose(known, own, rtol=SAME, atol=SAME)), None)
        if same is None:
            groups.append(([region], own))
        else:
            same.append(region)
    return groups
