"""Units of limits: a template filled with the unit of a member's carrier or capacity."""

from __future__ import annotations

from collections.abc import Callable

import xarray as xr

#: Dimension of members with one carrier → coordinate with this carrier.
CARRIER_OF = {"trade": "trade_carrier", "demand": "demand_carrier"}


def limit_unit(
    template: str, data: xr.Dataset, member: str, unit_of: Callable[[xr.Dataset, str], str] | None = None
) -> str:
    """Return the unit of a limit.

    Parameters
    ----------
    template
        Such as "t/year", "{amount}/year" or "{capacity}": see `h2model.frame.concern.Relax`.
    data
        A case, or results merged with their inputs.
    member
        A trade, demand, carrier or asset, or the entry of a policy.
    unit_of
        For the entry of a policy: (data, entry) → unit of its amounts.
    """
    if "{" not in template:
        return template
    amount = unit_of(data, member) if unit_of is not None else _amount_unit(data, member)
    capacity = amount if unit_of is not None else _capacity_unit(data, member)
    volume = "MWh" if capacity == "MW" else capacity.removesuffix("/h")
    return template.format(amount=amount, capacity=capacity, volume=volume) if amount or capacity else ""


def carrier_unit(data: xr.Dataset, carrier: str) -> str:
    """Return the unit in which amounts of a carrier are counted: MWh or t."""
    return str(data["carrier_unit"].sel(carrier=carrier).values)


def _amount_unit(data: xr.Dataset, member: str) -> str:
    """Return the unit of the carrier of a trade or demand, or of a carrier itself; empty for other members."""
    for dimension, carrier in CARRIER_OF.items():
        if member in data[dimension].values:
            return carrier_unit(data, str(data[carrier].sel({dimension: member}).values))
    return carrier_unit(data, member) if member in data["carrier"].values else ""


def _capacity_unit(data: xr.Dataset, member: str) -> str:
    """Return the unit of the capacity of an asset; empty for other members, such as a mode."""
    return str(data["asset_unit"].sel(asset=member).values) if member in data["asset"].values else ""
