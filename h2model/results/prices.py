"""Prices: duals of the solution per unit, in undiscounted money of the period.

A dual is the change of the total cost, which is a present value over all years of a period. A planner compares a tariff
with the dual divided by the present value factor of the period (`h2model.case.present_value_factor`).
"""

from __future__ import annotations

from collections.abc import Mapping

import xarray as xr

from h2model.case import present_value_factor

#: Variables whose reduced costs the solver returns: capacity between its limits, and its building.
REDUCED_COSTS = ("capacity", "new_capacity")
DERIVED = ("price_of_carrier", "price_over_window", "price_of_cap", "price_of_budget", "value_of_capacity")
#: Beginnings of the names that a plan without prices (one of several near the least cost) lacks.
PRICES = ("dual_", "price_", "value_", "reduced_cost_")


def prices(variables: Mapping[str, xr.Variable]) -> dict[str, xr.Variable]:
    """Return the value of one more unit, undiscounted, from the duals among variables of results.

    price_of_carrier    one more unit of a carrier used in a step (carriers and regions balanced in every step)
    price_over_window   the same, over a day, a month or the year (those balanced over a window)
    price_of_cap        one more tonne emitted under an emission cap: the price of CO2; zero where the cap has slack
    price_of_budget     one more tonne under an emission budget, at its present value in the base year
    value_of_capacity   one more unit of existing capacity of an asset, in each year of the period
    """
    factor = present_value_factor(variables)
    derived = {}
    if "dual_balance" in variables:
        per_step = factor * variables["hours"] * variables["weight"]
        text = "price of the carrier, undiscounted"
        derived["price_of_carrier"] = _described(variables["dual_balance"] / per_step, "money/carrier_unit", text)
    if "dual_balance_over_window" in variables:
        text = "price of the carrier, undiscounted"
        price = variables["dual_balance_over_window"] / factor
        derived["price_over_window"] = _described(price, "money/carrier_unit", text)
    if "dual_emission_cap" in variables:
        price = _saving(variables["dual_emission_cap"]) / _factor_of_caps(variables)
        derived["price_of_cap"] = _described(price, "money/t", "price of CO2 under the cap, undiscounted")
    if "dual_emission_budget" in variables:
        text = "price of CO2 under the budget, at its worth in the base year"
        derived["price_of_budget"] = _described(_saving(variables["dual_emission_budget"]), "money/t", text)
    if "dual_capacity_stock" in variables:
        text = "what one more unit of existing capacity would save in a year of the period, undiscounted"
        value = _saving(variables["dual_capacity_stock"]) / factor
        derived["value_of_capacity"] = _described(value, "money/asset_unit/year", text)
    return derived


def _factor_of_caps(variables: Mapping[str, xr.Variable]) -> xr.Variable:
    """Return the present value factor of each pair (cap, period): a cap binds the period that labels the pair."""
    (pairs,) = variables["dual_emission_cap"].dims
    factors = present_value_factor(variables).values.tolist()
    factor_of = dict(zip(variables["period"].values.tolist(), factors, strict=True))
    return xr.Variable(pairs, [factor_of[period] for period in variables[f"{pairs}_period"].values.tolist()])


def _saving(dual: xr.Variable) -> xr.Variable:
    """Return the saving from a looser upper limit, whose dual is not positive. `+ 0.0` makes −0 a zero."""
    return -1.0 * dual + 0.0


def _described(price: xr.Variable, unit: str, text: str) -> xr.Variable:
    price.attrs = {"units": unit, "long_name": text}
    return price
