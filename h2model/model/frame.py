"""The frame that every concern hangs its equations on: the sets of the model and its time.

One-dimensional asset sets keep the rules short. `members_by` makes the set-valued look-ups
(`m.plants_making[carrier, region]`) that stand where other models write an `if`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field

import numpy as np
import xarray as xr

from h2model.engine import Model, Param, Set

DIMENSIONS = {
    "region": "places whose balances are kept",
    "carrier": "what flows: energy, materials, CO2",
    "period": "investment years",
    "time": "ordered steps of the year",
    "origin": "where carbon comes from",
    "asset": "everything that has a capacity: plants, stores, links and the power of stores",
    "plant": "conversion technologies in a region",
    "store": "stores of a carrier in a region",
    "link": "transport technologies between two regions",
    "trade": "connections to the world outside",
    "demand": "what the region must deliver",
}


@dataclass
class Sums:
    """The sums that several concerns add to: opened by `build`, filled by concerns, closed by balance and objective.

    supply: functions (m, carrier, region, period, time) → net supply of the carrier, amount per hour
    cost:   name of a cost part → function (m, period) → its annual cost
    """

    supply: list[Callable] = field(default_factory=list)
    cost: dict[str, Callable] = field(default_factory=dict)


def declare(m: Model, data: xr.Dataset, sums: Sums) -> None:
    """Add the dimensions as sets, and the time, to the model."""
    for name, description in DIMENSIONS.items():
        m.add_component(name, Set(initialize=labels(data, name), description=description))
    duration = data["hours"] * data["weight"]
    m.hours = Param(m.time, initialize=data["hours"], unit="hour", description="length of the step")
    m.duration = Param(
        m.time, initialize=duration, unit="hour", description="hours of the year that the step stands for"
    )


def labels(data: xr.Dataset, dimension: str) -> list:
    """The labels of a dimension as plain Python values, in order."""
    return data[dimension].values.tolist()


def members_by(keys: Iterable[Hashable], pairs: Iterable[tuple[Hashable, Hashable]]) -> dict[Hashable, list]:
    """Group (key, member) pairs: for every key, also those without any, its members in order of appearance."""
    groups: dict[Hashable, list] = defaultdict(list)
    for key, member in pairs:
        groups[key].append(member)
    return {key: list(dict.fromkeys(groups[key])) for key in keys}


def carrier_regions(data: xr.Dataset) -> list[tuple[str, str]]:
    """All pairs of carrier and region."""
    return [(c, r) for c in labels(data, "carrier") for r in labels(data, "region")]


def nonzero_pairs(ratio: xr.DataArray, first: str, second: str) -> list[tuple]:
    """Pairs of labels of two dimensions for which the array is not zero somewhere along its other dimensions."""
    others = [d for d in ratio.dims if d not in (first, second)]
    used = ((ratio != 0) & ratio.notnull()).any(others).transpose(first, second)
    rows, columns = np.nonzero(used.values)
    first_labels, second_labels = used[first].values.tolist(), used[second].values.tolist()
    return [(first_labels[i], second_labels[j]) for i, j in zip(rows, columns, strict=True)]
