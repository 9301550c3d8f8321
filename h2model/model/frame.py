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
from h2model.errors import Fault, InputError

HOURS_PER_DAY = 24
WINDOWS = ("hour", "day", "month", "year")
CARRIERS_OF = {
    "plant": ("input", "output", "part_load_slope", "standby_use", "work_share", "source_share"),
    "demand": ("recoverable",),
}
"""Parameters by which something in a region has to do with a carrier: where one is not zero there is a balance."""

DIMENSIONS = (
    "region", "carrier", "period", "time", "origin", "asset", "plant", "store", "link", "trade", "demand",
)  # fmt: skip


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
    for name in DIMENSIONS:
        description = data.variables[name].attrs.get("long_name", "")
        m.add_component(name, Set(initialize=labels(data, name), description=description))
    m.weight = Param(m.time, initialize=data["weight"], unit="1", description="how often the step stands in the year")
    duration = data.variables["hours"] * data.variables["weight"]
    steps = labels(data, "time")
    before = np.array(steps)[place_before(data)]
    m.previous = Param(
        m.time, initialize=before, description="the step before; the last one for the first of a sequence"
    )
    m.hours = Param(m.time, initialize=data["hours"], unit="hour", description="length of the step")
    m.duration = Param(
        m.time, initialize=duration, unit="hour", description="hours of the year that the step stands for"
    )


def labels(data: xr.Dataset, dimension: str) -> list:
    """The labels of a dimension as plain Python values, in order; or the values of a variable over one dimension."""
    # Of the variable alone: an array would first collect its coordinates, which takes longer than all else here.
    return data.variables[dimension].values.tolist()


def members_by(keys: Iterable[Hashable], pairs: Iterable[tuple[Hashable, Hashable]]) -> dict[Hashable, list]:
    """Group (key, member) pairs: for every key, also those without any, its members in order of appearance."""
    groups: dict[Hashable, list] = defaultdict(list)
    for key, member in pairs:
        groups[key].append(member)
    return {key: list(dict.fromkeys(groups[key])) for key in keys}


def carrier_regions(data: xr.Dataset) -> list[tuple[str, str]]:
    """All pairs of carrier and region."""
    regions = labels(data, "region")
    return [(carrier, region) for carrier in labels(data, "carrier") for region in regions]


def nonzero_pairs(data: xr.Dataset, ratio: str | xr.Variable, first: str, second: str) -> list[tuple]:
    """Pairs of labels of two dimensions for which a ratio is not zero somewhere along its other dimensions."""
    variable = data.variables[ratio] if isinstance(ratio, str) else ratio
    values = variable.transpose(first, second, ...).values
    used = ((values != 0) & ~np.isnan(values)).any(axis=tuple(range(2, values.ndim)))
    first_labels, second_labels = labels(data, first), labels(data, second)
    return [(first_labels[i], second_labels[j]) for i, j in np.argwhere(used).tolist()]


def plants_by_place(m: Model, data: xr.Dataset, pairs: Iterable[tuple[str, str]]) -> Set:
    """Look-up of plants by (carrier, region) from pairs (plant, carrier)."""
    region = dict(zip(labels(data, "plant"), labels(data, "plant_region"), strict=True))
    keyed = (((carrier, region[plant]), plant) for plant, carrier in pairs)
    return Set(m.carrier, m.region, within=m.plant, initialize=members_by(carrier_regions(data), keyed))


def occurring(data: xr.Dataset) -> list[tuple[str, str]]:
    """Pairs of carrier and region that anything uses, makes, keeps, moves or asks for, in case order."""
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
    return [place for place in carrier_regions(data) if place in touched]


def with_link_cost(data: xr.Dataset, extra: xr.Variable) -> xr.Variable:
    """The overnight cost of all assets, with a cost per capacity of links (link, period) added to that of links.

    Not given and not given is not given, everything else is a sum.
    """
    cost = data.variables["overnight_cost"].transpose("asset", "period").copy()
    links = data.get_index("asset").get_indexer(data.get_index("link"))
    given, more = cost.values[links], extra.transpose("link", "period").values
    cost.values[links] = np.where(more > 0, np.nansum([given, more], axis=0), given)
    return cost


def members_where(members: Set, data: xr.Dataset, condition: xr.DataArray | xr.Variable, description: str) -> Set:
    """The labels of a dimension for which a condition over this dimension holds; results tell the description."""
    (dimension,) = condition.dims
    names = [name for name, holds in zip(labels(data, dimension), condition.values, strict=True) if holds]
    return Set(within=members, initialize=names, description=description)


def buildable(data: xr.Dataset) -> xr.Variable:
    """Where (asset × period) new capacity is possible at all."""
    return data.variables["maximum_new_capacity"] > 0


def living_vintages(data: xr.Dataset) -> dict[tuple[str, int], list[int]]:
    """For each asset and period: the periods whose new capacity lives in it (built ≤ period < built + lifetime).

    Capacity lives in whole periods: what reaches into a period serves, and is paid for, until its end.
    """
    periods = labels(data, "period")
    lifetimes = labels(data, "lifetime")
    can_build = buildable(data).transpose("asset", "period").values
    return {
        (asset, period): [
            built
            for column, built in enumerate(periods)
            if can_build[row, column] and built <= period < built + lifetimes[row]
        ]
        for row, asset in enumerate(labels(data, "asset"))
        for period in periods
    }


def years_to_build(data: xr.Dataset) -> np.ndarray:
    """Years in which the new capacity of each period is built: those since the period before.

    For the first period, before which there is none, the years that it represents.
    """
    periods, represented = data["period"].values.astype(float), data["years_represented"].values
    return np.concatenate([represented[:1], np.diff(periods)])


def is_filled(data: xr.Dataset) -> xr.Variable:
    """Stores into which something comes, so that they have a level (store)."""
    return (data.variables["charge_rate"] > 0) | (data.variables["inflow"] > 0).any(("period", "time"))


def is_relaxed(data: xr.Dataset) -> bool:
    """Whether steps of several hours stand for a relaxation of these hours: see `h2model.case.segments`."""
    return bool(data.attrs.get("relaxed", 0)) and bool((data["hours"] > 1).any())


def sequences(data: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Places of the first and of the last step of each sequence of steps that follow each other."""
    begins = np.flatnonzero(np.diff(data["sequence"].values, prepend=-1))
    return begins, np.append(begins[1:], data.sizes["time"]) - 1


def place_before(data: xr.Dataset) -> np.ndarray:
    """Place of the step before each step; before the first one of a sequence comes its last."""
    before = np.arange(data.sizes["time"]) - 1
    first, last = sequences(data)
    before[first] = last
    return before


def refuse_uneven_weights(data: xr.Dataset, what: str) -> None:
    """InputError where steps have different weights: what runs from step to step would gain between them."""
    weight = data["weight"].values
    if (weight != weight[place_before(data)]).any():
        problem = (
            f"the steps of a sequence have different weights, but the case has {what}, which run from step to step"
        )
        remedy = f"give all steps of a sequence the same weight, or remove the {what}"
        raise InputError([Fault("scenario: time.steps", problem, remedy)])


def windows(data: xr.Dataset, kinds: Iterable[str]) -> dict[str, dict[str, list[int]]]:
    """Windows of each kind of WINDOWS: name of the window → its steps, in order.

    A step belongs to the day or month in which it begins. Windows of one hour are the steps themselves.
    """
    steps = labels(data, "time")
    keys = {
        "hour": lambda: [f"step {step}" for step in steps],
        "day": lambda: [f"day {day + 1}" for day in day_of_step(data).tolist()],
        "month": lambda: np.datetime_as_string(data["timestamp"].values, unit="M").tolist(),
        "year": lambda: ["year"] * len(steps),
    }
    found = {}
    for kind in WINDOWS:
        if kind in kinds:
            names = keys[kind]()
            found[kind] = members_by(dict.fromkeys(names), zip(names, steps, strict=True))
    return found


def first_steps(data: xr.Dataset, kind: xr.Variable) -> xr.Variable:
    """For each member and step, the first step of the window in which it lies; `kind` names the member's windows."""
    (dimension,) = kind.dims
    first = np.empty((kind.size, data.sizes["time"]), dtype=data["time"].dtype)
    for name, named in windows(data, set(kind.values.tolist())).items():
        starts = [steps[0] for steps in named.values()]
        first[kind.values == name] = np.repeat(starts, [len(steps) for steps in named.values()])
    return xr.Variable((dimension, "time"), first)


def day_of_step(data: xr.Dataset) -> np.ndarray:
    """Number of the day (from 0) in which each step begins; each sequence begins with a new day."""
    within = np.floor(_hours_since_begin(data) / HOURS_PER_DAY + 1e-9).astype(int)
    first, last = sequences(data)
    days = within[last] + 1
    return within + np.repeat(np.cumsum(days) - days, last - first + 1)


def _hours_since_begin(data: xr.Dataset) -> np.ndarray:
    """Hours from the beginning of the sequence to that of each step."""
    hours = data["hours"].values
    starts = np.cumsum(hours) - hours
    first, last = sequences(data)
    return starts - np.repeat(starts[first], last - first + 1)


def straddles(data: xr.Dataset, kind: str) -> bool:
    """Whether some step reaches over the end of a day or a month, so that windows of this kind are not exact.

    Steps of a table of their own stand for no month.
    """
    if kind == "day":
        begins = _hours_since_begin(data)
        day = np.floor(begins / HOURS_PER_DAY + 1e-9)
        return bool((np.ceil((begins + data["hours"].values) / HOURS_PER_DAY - 1e-9) - day > 1).any())
    if data.attrs.get("step_table"):
        return True
    first = data["timestamp"].values
    last = first + (data["hours"].values * 3600 - 1).astype("timedelta64[s]")
    return bool((first.astype("datetime64[M]") != last.astype("datetime64[M]")).any())
