"""Carbon price: every counted tonne costs money; a removed tonne earns it if the scope credits removals.

The EU's emission trading counts fossil and mineral carbon and credits no removals: `scope: fossil`, with `pooled_share`
if a stack is partly biogenic. The default, `scope: net`, also pays for each tonne taken from the air and stored
permanently.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import xarray as xr
from pydantic import Field

from h2model.case import Provenance, Units
from h2model.engine import Expression, Model, Param
from h2model.errors import Fault
from h2model.frame.concern import Policy, Sums
from h2model.policies.parts.entries import address, by_period, described, raise_if_any, table
from h2model.policies.parts.scope import EmissionScope, check_pooled, declare_scope, scope_data, scope_meanings

NAME = "carbon_price"
UNIT = "{money}/t"
MEANINGS = {"carbon_price_height": ("Price of a tonne", UNIT)}


class Settings(EmissionScope):
    """One price: its value per period and its scope."""

    price: Mapping[int, str] = Field(
        min_length=1,
        description="Price by period, as text with a unit, such as '135 EUR2025/t'. Periods left out are free. "
        "scope: fossil is emission trading without credit for removals, scope: net pays for removals as well.",
    )


def to_data(settings: Mapping[str, Settings], units: Units, coords: Mapping) -> xr.Dataset:
    """Return the prices of a scenario as arrays; InputError lists every fault."""
    faults: list[Fault] = []
    periods = coords["period"].values.tolist()
    data = scope_data(NAME, NAME, settings, coords, faults)
    prices = [
        by_period(address(NAME, name, "price"), entry.price, UNIT, units, periods, faults)
        for name, entry in settings.items()
    ]
    raise_if_any(faults)
    price = np.nan_to_num(table(prices, len(periods)), nan=0.0)
    data = data.assign(carbon_price_height=((NAME, "period"), price))
    return described(data, scope_meanings(NAME, "prices of CO2") | MEANINGS, units)


def declare(m: Model, data: xr.Dataset, sums: Sums) -> None:
    """Add the cost of counted emissions."""
    declare_scope(m, data, NAME)
    m.carbon_price_height = Param(m.carbon_price, m.period, initialize=data["carbon_price_height"])
    m.carbon_price_cost = Expression(
        m.carbon_price, m.region, m.period, rule=carbon_price_cost, unit="money/year",
        description="cost of emissions, negative for removals",
    )  # fmt: skip
    sums.cost["carbon_price_cost"] = lambda m, y: sum(
        m.carbon_price_cost[k, r, y] for k in m.carbon_price for r in m.region
    )


def carbon_price_cost(m, k, r, y):
    """carbon_price_cost = price × counted emissions"""
    return m.carbon_price_height[k, y] * m.carbon_price_emissions[k, r, y]


def check(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """CO2 of mixed origin cannot leave the counted regions and be released elsewhere."""
    yield from check_pooled(NAME, NAME, data)


POLICY = Policy(
    __name__,
    __doc__,
    declare=declare,
    check=check,
    expressions=(carbon_price_cost,),
    settings=Settings,
    to_data=to_data,
    dimension=NAME,
    counts_emissions=True,
)
