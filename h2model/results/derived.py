"""What the tables mean for the equations, worked out anew: worn stacks, standstills, the length of links, heat pumps.

Each function takes the books and returns quantities that stand in place of, or beside, those of the inputs.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from h2model.results.books import HOURS_PER_DAY, Books

KELVIN = 273.15


def derive(books: Books) -> None:
    """Bring the inputs of the books to what the equations see."""
    for step in (worn_ratios, standing_still, running_evenly, longer_ways, pumped_heat):
        books.inputs.update(step(books))


def worn_ratios(books: Books) -> dict[str, xr.Variable]:
    """Ratios of plants over the life of their stacks, whose consumption per output rises evenly until the end.

    On average a stack has half of the final rise. Where the output that suffers is the one the plant refers to, which
    stays 1, the inputs grow instead.
    """
    final_rise = books.given("degradation") * books.given("stack_lifetime").fillna(0.0)
    factor = 1 + 0.5 * final_rise
    carriers, references = books.words("carrier"), books.words("plant_carrier")
    own = xr.Variable(("plant", "carrier"), references[:, None] == carriers[None, :])
    inputs = books.given("input") * factor.where(own, 1.0).prod("carrier")
    outputs = {
        name: books.given(name) / factor.where(~own, 1.0)
        for name in ("output", "part_load_slope", "part_load_intercept")
    }
    return {"input": inputs, **outputs}


def standing_still(books: Books) -> dict[str, xr.Variable]:
    """Availability without planned standstills, hour by hour of the year, as the mean of each step."""
    days = books.given("standstill_days").transpose("plant", "period").values
    begin = np.nan_to_num(books.given("standstill_begin").transpose("plant", "period").values)
    if not (days > 0).any():
        return {}
    ends = np.cumsum(books.hours.values)
    starts, year = ends - books.hours.values, ends[-1]
    running = np.ones((*days.shape, len(ends)))
    for i, j in np.argwhere(days > 0):
        first, last = begin[i, j] * HOURS_PER_DAY, (begin[i, j] + days[i, j]) * HOURS_PER_DAY
        # What runs over the end of the year goes on at its beginning.
        for low, high in ((first, min(last, year)), (0.0, last - year)):
            overlap = np.minimum(ends, high) - np.maximum(starts, low)
            running[i, j] -= np.clip(overlap, 0.0, None) / books.hours.values
    share = xr.Variable(("plant", "period", "time"), np.clip(running, 0.0, 1.0))
    names = [name for name in ("availability", "availability_least") if name in books.inputs]
    return {name: (books.given(name) * share).transpose("plant", "period", "time") for name in names}


def running_evenly(books: Books) -> dict[str, xr.Variable]:
    """A plant that runs evenly over a window can use, in all of it, what it can use in the worst hour."""
    kinds = books.words("steady_run")
    available = books.given("availability").transpose("plant", "period", "time").copy(deep=True)
    hourly = books.given("availability_least" if "availability_least" in books.inputs else "availability")
    hourly = hourly.transpose("plant", "period", "time").values
    for kind in set(kinds.tolist()) - {"hour"}:
        starts = books.first_steps(kind)
        least = np.minimum.reduceat(hourly[kinds == kind], starts, axis=-1)
        lengths = np.diff(np.append(starts, books.hours.size))
        available.values[kinds == kind] = np.repeat(least, lengths, axis=-1)
    return {"availability": available}


def longer_ways(books: Books) -> dict[str, xr.Variable]:
    """Costs, losses and uses of links with what grows with their length, and the vehicles that a capacity needs."""
    distance = books.given("distance")
    grown = {
        name: books.given(name) + distance * books.given(f"{name}_per_distance")
        for name in ("transport_cost", "energy_use", "loss")
    }
    hours_of_a_trip = (2 * distance / books.given("speed")).fillna(0.0) + books.given("handling_time")
    extra = distance * books.given("overnight_cost_per_distance") + hours_of_a_trip * books.given("vehicle_cost")
    cost = books.given("overnight_cost").transpose("asset", "period").copy(deep=True)
    links = books.places("asset", books.names("link"))
    extra = extra.transpose("link", "period").values
    cost.values[links] = np.where(extra > 0, np.nan_to_num(cost.values[links]) + extra, cost.values[links])
    return {**grown, "overnight_cost": cost}


def pumped_heat(books: Books) -> dict[str, xr.Variable]:
    """Work per heat of heat pumps, 1 ÷ COP, in the warmest hour of a step and what the coldest needs beyond it."""
    sink = books.given("sink_temperature") + KELVIN
    source = books.given("source_temperature") + KELVIN

    def work(of_source: xr.Variable) -> xr.Variable:
        return ((1 - of_source / sink) / books.given("carnot_share")).transpose("plant", "time").fillna(0.0)

    warm, more = work(source), work(source) * 0.0
    if "source_temperature_spread" in books.inputs:
        more = work(source - books.given("source_temperature_spread")) - warm
    return {"work_per_heat": warm, "more_work_per_heat": more}
