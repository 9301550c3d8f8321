"""Parts and amounts in words that a planner knows."""

from __future__ import annotations

import numpy as np
import xarray as xr

from h2model.diagnosis.relaxable import Part
from h2model.diagnosis.search import Loosened
from h2model.engine.irreducible import Group
from h2model.frame.concern import Stage
from h2model.frame.units import limit_unit
from h2model.numbers import quantity


def unit_of(part: Part, data: xr.Dataset) -> str:
    """Return the unit of the limit of a part, or of its amount over the year."""
    return limit_unit(part.source.relax.unit, data, str(part.labels[0]), part.source.unit_of)


def limited(part: Part, data: xr.Dataset) -> str:
    """A part with its limit, where it has one of its own."""
    return f"{part.name} ({quantity(part.limit, unit_of(part, data))})" if part.source.relax.limit else part.name


def remedy(found: list[Loosened], data: xr.Dataset) -> str:
    """How far one limit would have to go, in which periods."""
    return "; ".join(loosened(each, data, alone=True) for each in found)


def loosened(found: Loosened, data: xr.Dataset, alone: bool) -> str:
    """What it takes to loosen a part: to where its limit would have to go, or how much of it cannot be."""
    part, unit = found.part, unit_of(found.part, data)
    if part.source.relax.stage == Stage.DEMAND:
        return f"{quantity(found.amount, unit)} of {part.name} ({found.share:.2%}) cannot be served{_when(found, data)}"
    if part.source.relax.stage == Stage.BALANCE:
        what = "there is no use or outlet for" if part.bounds.upper else "there is no source of"
        return f"{what} {quantity(found.amount, unit)} in {part.name}{_when(found, data)}"
    if not part.source.relax.limit:
        return f"{part.name} would have to be loosened by {quantity(found.amount, unit)}{_when(found, data)}"
    reach = part.limit + (found.most if part.bounds.upper else -found.most)
    given, needed = quantity(part.limit, unit), quantity(reach, unit)
    if part.source.relax.stage == Stage.POLICY:
        word = "the best reachable is" if alone else "beside the rest, it would have to be"
        return f"{part.name}: {given} cannot be met; {word} {needed}"
    side = "at least" if part.bounds.upper else "at most"
    return f"{part.name} is {given} and would have to be {side} {needed}{_when(found, data)}"


def _when(found: Loosened, data: xr.Dataset) -> str:
    """At which times, where that says something."""
    times = len(found.part.duration)
    if times != data.sizes["time"] or not len(found.times) or len(found.times) == times:
        return ""
    first = np.datetime_as_string(data["timestamp"].values[found.times[0]], unit="h").replace("T", " ") + ":00"
    return f", from {first} on" if len(found.times) > 1 else f", at {first}"


def group(found: Group, data: xr.Dataset) -> str:
    """An equation or bound that takes part in a contradiction, with its place."""
    place = ", ".join(map(str, found.labels))
    what = found.component if found.of_rows else f"{'most' if found.upper else 'least'} {found.component}"
    rows = f" ({len(found.positions)} of them)" if len(found.positions) > 1 else ""
    return f"{what}: {place}{rows}" if place else f"{what}{rows}"
