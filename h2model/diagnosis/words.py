"""Relaxed parts and conflicts as sentences for planners."""

from __future__ import annotations

import numpy as np
import xarray as xr

from h2model.diagnosis.relaxable import Part
from h2model.diagnosis.search import Relaxed
from h2model.engine.irreducible import Group
from h2model.frame.concern import Stage
from h2model.frame.units import limit_unit
from h2model.numbers import quantity


def unit_of(part: Part, data: xr.Dataset) -> str:
    """Return the unit of the limit of a part, or of its amount over the year."""
    return limit_unit(part.source.relax.unit, data, str(part.labels[0]), part.source.unit_of)


def with_limit(part: Part, data: xr.Dataset) -> str:
    """Return the name of a part with its limit, if an input holds it."""
    return f"{part.name} ({quantity(part.limit, unit_of(part, data))})" if part.source.relax.limit else part.name


def remedy(changes: list[Relaxed], data: xr.Dataset) -> str:
    """Return the values that one limit would need, in its periods."""
    return "; ".join(relaxed(each, data, alone=True) for each in changes)


def relaxed(change: Relaxed, data: xr.Dataset, alone: bool) -> str:
    """Return the value that the limit of a part would need, or the amount by which it fails.

    `alone` says that no other part is relaxed.
    """
    part, unit = change.part, unit_of(change.part, data)
    if part.source.relax.stage == Stage.DEMAND:
        return (
            f"{quantity(change.amount, unit)} of {part.name} ({change.share:.2%}) cannot be served{_when(change, data)}"
        )
    if part.source.relax.stage == Stage.BALANCE:
        missing = "no use or outlet for" if part.bounds.upper else "no source of"
        return f"{part.name} has {missing} {quantity(change.amount, unit)}{_when(change, data)}"
    if not part.source.relax.limit:
        return f"{part.name} would have to be relaxed by {quantity(change.amount, unit)}{_when(change, data)}"
    reach = part.limit + (change.most if part.bounds.upper else -change.most)
    limit, needed = quantity(part.limit, unit), quantity(reach, unit)
    if part.source.relax.stage == Stage.POLICY:
        word = "the best reachable is" if alone else "with the other changes, it would have to be"
        return f"{part.name}: {limit} cannot be met; {word} {needed}"
    side = "at least" if part.bounds.upper else "at most"
    return f"{part.name} is {limit} and would have to be {side} {needed}{_when(change, data)}"


def _when(change: Relaxed, data: xr.Dataset) -> str:
    """The first time at which a part is relaxed, if it is not relaxed at all times."""
    times = len(change.part.duration)
    if times != data.sizes["time"] or not len(change.times) or len(change.times) == times:
        return ""
    first = np.datetime_as_string(data["timestamp"].values[change.times[0]], unit="h").replace("T", " ") + ":00"
    return f", from {first} on" if len(change.times) > 1 else f", at {first}"


def group(constraints: Group, data: xr.Dataset) -> str:
    """Return an equation or bound of a conflict, with its member."""
    name, member = constraints.component, ", ".join(map(str, constraints.labels))
    if not constraints.of_rows:
        name = f"{'upper' if constraints.upper else 'lower'} bound of {name}"
    rows = f" ({len(constraints.positions)} of them)" if len(constraints.positions) > 1 else ""
    return f"{name}: {member}{rows}" if member else f"{name}{rows}"
