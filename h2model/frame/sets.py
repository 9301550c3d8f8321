"""Labels, members and look-ups: the sets for the equations of concerns and policies.

One-dimensional asset sets keep the rules short. `members_by` makes set-valued look-ups
(`m.plants_making[carrier, region]`). They replace an `if` in each rule.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable

import numpy as np
import xarray as xr

from h2model.engine import Model, Set

CARRIERS_OF = {
    "plant": ("input", "output", "part_load_slope", "standby_use", "work_share", "source_share"),
    "demand": ("recoverable",),
}
"""Parameters that link a carrier to a region: if one of them is not zero, the carrier has a balance there."""


def labels(data: xr.Dataset, dimension: str) -> list:
    """Return the labels of a dimension, or the values of a variable over one dimension, as plain Python values."""
    # A variable is much faster here than an array, which would first collect its coordinates.
    return data.variables[dimension].values.tolist()


def members_by(keys: Iterable[Hashable], pairs: Iterable[tuple[Hashable, Hashable]]) -> dict[Hashable, list]:
    """Return the members of each key from (key, member) pairs, in order of appearance; keys may have no members."""
    groups: dict[Hashable, list] = defaultdict(list)
    for key, member in pairs:
        groups[key].append(member)
    return {key: list(dict.fromkeys(groups[key])) for key in keys}


def carrier_regions(data: xr.Dataset) -> list[tuple[str, str]]:
    """Return all pairs of carrier and region."""
    regions = labels(data, "region")
    return [(carrier, region) for carrier in labels(data, "carrier") for region in regions]


def nonzero_pairs(data: xr.Dataset, ratio: str | xr.Variable, first: str, second: str) -> list[tuple]:
    """Return pairs of labels of two dimensions whose ratio has a nonzero value along its other dimensions."""
    variable = data.variables[ratio] if isinstance(ratio, str) else ratio
    values = variable.transpose(first, second, ...).values
    used = ((values != 0) & ~np.isnan(values)).any(axis=tuple(range(2, values.ndim)))
    first_labels, second_labels = labels(data, first), labels(data, second)
    return [(first_labels[i], second_labels[j]) for i, j in np.argwhere(used).tolist()]


def plants_by_node(m: Model, data: xr.Dataset, pairs: Iterable[tuple[str, str]]) -> Set:
    """Return a look-up of plants by (carrier, region) from pairs (plant, carrier)."""
    region = dict(zip(labels(data, "plant"), labels(data, "plant_region"), strict=True))
    keyed = (((carrier, region[plant]), plant) for plant, carrier in pairs)
    return Set(m.carrier, m.region, within=m.plant, initialize=members_by(carrier_regions(data), keyed))


def occurring(data: xr.Dataset) -> list[tuple[str, str]]:
    """Return pairs of carrier and region with any use, production, storage, transport or demand, in case order."""
    touched: set[tuple[str, str]] = set()
    for owner, ratios in CARRIERS_OF.items():
        region = dict(zip(labels(data, owner), labels(data, f"{owner}_region"), strict=True))
        for ratio in ratios:
            touched |= {(c, region[name]) for name, c in nonzero_pairs(data, ratio, owner, "carrier")}
    for kind, end in (("store", "region"), ("link", "from"), ("link", "to"), ("trade", "region"), ("demand", "region")):
        columns = (labels(data, f"{kind}_carrier"), labels(data, f"{kind}_{end}"))
        touched |= set(zip(*columns, strict=True))
    start, end, two_way = (
        dict(zip(labels(data, "link"), labels(data, name), strict=True))
        for name in ("link_from", "link_to", "link_two_way")
    )
    for link, carrier in nonzero_pairs(data, "energy_use", "link", "carrier"):
        touched.add((carrier, start[link]))
        if two_way[link]:
            touched.add((carrier, end[link]))
    return [pair for pair in carrier_regions(data) if pair in touched]


def members_where(members: Set, data: xr.Dataset, condition: xr.DataArray | xr.Variable, description: str) -> Set:
    """Return the labels of a dimension that meet a condition, as a set; its description appears in the results."""
    (dimension,) = condition.dims
    names = [name for name, holds in zip(labels(data, dimension), condition.values, strict=True) if holds]
    return Set(within=members, initialize=names, description=description)
