"""Dimensions: the sets that every concern is indexed by, and the length and order of time steps."""

from __future__ import annotations

import numpy as np
import xarray as xr

from h2model.engine import Model, Param, Set
from h2model.frame.concern import Concern, Sums
from h2model.frame.sets import labels
from h2model.frame.steps import position_before

DIMENSIONS = (
    "region", "carrier", "period", "time", "origin", "asset", "plant", "store", "link", "trade", "demand",
)  # fmt: skip


def declare(m: Model, data: xr.Dataset, sums: Sums) -> None:
    """Add the dimensions as sets, and the time, to the model."""
    for name in DIMENSIONS:
        description = data.variables[name].attrs.get("long_name", "")
        m.add_component(name, Set(initialize=labels(data, name), description=description))
    m.weight = Param(m.time, initialize=data["weight"], unit="1", description="how often the step occurs in the year")
    duration = data.variables["hours"] * data.variables["weight"]
    steps = labels(data, "time")
    before = np.array(steps)[position_before(data)]
    m.previous = Param(
        m.time, initialize=before, description="the step before; the last one for the first of a sequence"
    )
    m.hours = Param(m.time, initialize=data["hours"], unit="hour", description="length of the step")
    m.duration = Param(
        m.time, initialize=duration, unit="hour", description="hours of the year that the step represents"
    )


CONCERN = Concern(
    __name__,
    __doc__,
    declare=declare,
)
