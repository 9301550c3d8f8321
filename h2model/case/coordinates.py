"""Long names of coordinates, and units of those that are numbers, as CF attributes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import xarray as xr

_KINDS = {
    "asset": "asset",
    "plant": "plant",
    "store": "store",
    "link": "link",
    "trade": "connection to the world outside",
    "demand": "demand",
}
_LONG_NAMES = {
    "region": "places whose balances are kept",
    "latitude": "latitude of the region",
    "longitude": "longitude of the region",
    "period": "investment years",
    "time": "number of the step, from 0",
    "timestamp": "begin of the step",
    "origin": "where carbon comes from",
    "carrier": "what flows: energy, materials, CO2",
    "carrier_unit": "unit in which amounts of the carrier count",
    "segment": "number of the segment of a part-load curve, from 1",
    "asset": "everything that has a capacity: plants, stores, links and the power of stores",
    "asset_class": "kind of the asset: plant, store, link or power of a store",
    "asset_unit": "unit of the asset's capacity",
    "retrofit_of": "the asset that this one is converted from, if any",
    "plant": "conversion technologies in a region",
    "plant_mode_of": "the plant that this one is a mode of, if any",
    "store": "stores of a carrier in a region",
    "store_charger": "the power of the store that charging goes through, if any",
    "store_discharger": "the power of the store that discharging goes through, if any",
    "link": "transport technologies between two regions",
    "link_from": "region where the link begins",
    "link_to": "region where the link ends",
    "link_two_way": "whether the link may be used in both directions",
    "trade": "connections to the world outside",
    "trade_market": "market that the connection leads to",
    "trade_direction": "import or export",
    "demand": "what the region must deliver",
    **{f"{kind}_technology": f"technology of the {word}" for kind, word in _KINDS.items()},
    **{f"{kind}_carrier": f"carrier of the {word}" for kind, word in _KINDS.items()},
    **{f"{kind}_region": f"region of the {word}" for kind, word in _KINDS.items()},
}
_OF_NUMBERS = {
    "latitude": {"units": "degrees_north", "standard_name": "latitude"},
    "longitude": {"units": "degrees_east", "standard_name": "longitude"},
    "period": {"units": "year"},
    "time": {"units": "1"},
    "timestamp": {"standard_name": "time"},
    "segment": {"units": "1"},
}


def with_meaning(coords: Mapping[str, tuple[str, Any]]) -> dict[str, xr.Variable]:
    """Return coordinates (dimension, values) with their attributes; KeyError for one without a long name."""
    return {
        name: xr.Variable(dimension, values, {"long_name": _LONG_NAMES[name], **_OF_NUMBERS.get(name, {})})
        for name, (dimension, values) in coords.items()
    }


def unit_of_labels(coordinate: str) -> str:
    """Return the unit of a coordinate of numbers: year if its name ends with period or vintage, otherwise 1."""
    return "year" if coordinate.endswith(("period", "vintage")) else "1"
