"""Prices: what the duals of a solution say, per unit and in the money of the period.

A dual is the change of the total cost, which counts all years that a period stands for at their worth in the base year.
What a planner compares with a tariff is that divided by these years and their worth.
"""

from __future__ import annotations

from collections.abc import Mapping

import xarray as xr

#: Variables whose reduced costs are asked of the solver: what can be built, and between which limits.
REDUCED_COSTS = ("capacity", "new_capacity")
DERIVED = ("price_of_carrier", "price_over_window", "price_of_cap", "price_of_budget", "value_of_capacity")
#: Names of what a plan without prices (one of several that cost nearly the same) does not have.
PRICES = ("dual_", "price_", "value_", "reduced_cost_")


def prices(given: Mapping[str, xr.Variable]) -> dict[str, xr.Variable]:
    """What one more unit is worth, undiscounted, from the duals in `given` (variables of results by name).

    price_of_carrier    one more unit of a carrier used in a step (carriers and regions balanced in every step)
    price_over_window   the same, over a day, a month or the year (those balanced over a window)
    price_of_cap        one more tonne emitted under an emission cap: the price of CO2; zero where the cap has slack
    price_of_budget     one more tonne under an emission budget, at its worth in the base year
    value_of_capacity   one more unit of existing capacity of an asset, in each year of the period
    """
    years = given["years_represented"] * given["discount_factor"]
    found = {}
    if "dual_balance" in given:
        per_step = years * given["hours"] * given["weight"]
        text = "price of the carrier, undiscounted"
        found["price_of_carrier"] = _named(given["dual_balance"] / per_step, "money/carrier_unit", text)
    if "dual_balance_over_window" in given:
        text = "price of the carrier, undiscounted"
        found["price_over_window"] = _named(given["dual_balance_over_window"] / years, "money/carrier_unit", text)
    if "dual_emission_cap" in given:
        found["price_of_cap"] = _price_of_cap(given)
    if "dual_emission_budget" in given:
        text = "price of CO2 under the budget, at its worth in the base year"
        found["price_of_budget"] = _named(_saved(given["dual_emission_budget"]), "money/t", text)
    if "dual_capacity_stock" in given:
        text = "what one more unit of existing capacity would save in a year of the period, undiscounted"
        value = _saved(given["dual_capacity_stock"]) / years
        found["value_of_capacity"] = _named(value, "money/asset_unit/year", text)
    return found


def _price_of_cap(given: Mapping[str, xr.Variable]) -> xr.Variable:
    """A cap binds one period, whose year stands among the labels of the pair (cap, period)."""
    dual = given["dual_emission_cap"]
    (pairs,) = dual.dims
    years = given["years_represented"] * given["discount_factor"]
    of_period = dict(zip(given["period"].values.tolist(), years.values.tolist(), strict=True))
    own = xr.Variable(pairs, [of_period[period] for period in given[f"{pairs}_period"].values.tolist()])
    return _named(_saved(dual) / own, "money/t", "price of CO2 under the cap, undiscounted")


def _saved(dual: xr.Variable) -> xr.Variable:
    """What loosening saves: the dual of an upper limit is not positive. `+ 0.0` makes −0 a zero."""
    return -1.0 * dual + 0.0


def _named(price: xr.Variable, unit: str, text: str) -> xr.Variable:
    price.attrs = {"units": unit, "long_name": text}
    return price
