"""Standstill: planned windows (turnarounds) in which a plant does not run."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr

from h2model.case import Parameter, Provenance
from h2model.constants import HOURS_PER_DAY
from h2model.errors import Fault, InputError
from h2model.frame.concern import Concern
from h2model.frame.sets import labels
from h2model.frame.steps import is_relaxed

PARAMETERS = (
    Parameter(
        "standstill_begin", dims=("plant", "period"), unit="day", default=None, lower=0.0, upper=365.0,
        description="Beginning of a planned standstill, in days since the beginning of the year.",
    ),
    Parameter(
        "standstill_days", dims=("plant", "period"), unit="day", default=0.0, lower=0.0, upper=365.0,
        description="Length of the planned standstill; beyond the end of the year it continues at the beginning.",
    ),
)  # fmt: skip


def prepare(data: xr.Dataset) -> dict[str, xr.Variable]:
    """Return availability reduced by planned standstills, for the share of each step that they cover."""
    running = 1 - standstill_share(data)
    if is_relaxed(data) and bool(((running > 0) & (running < 1)).any()):
        problem = "a planned standstill begins or ends within a day, but segments have means only"
        remedy = "begin it at midnight and let it last whole days, or choose 1h"
        raise InputError([Fault("scenario: time.segments", problem, remedy)])
    return {
        name: (data.variables[name] * running).transpose("plant", "period", "time")
        for name in ("availability", "availability_least")
        if name in data
    }


def standstill_share(data: xr.Dataset) -> xr.Variable:
    """Return the share of each step within a planned standstill (plant, period, time)."""
    variables = data.variables
    hours = variables["hours"]
    ends = hours.cumsum("time")
    year = float(hours.sum())
    begin = variables["standstill_begin"].fillna(0.0) * HOURS_PER_DAY
    end = begin + variables["standstill_days"] * HOURS_PER_DAY
    # A standstill beyond the end of the year continues at its beginning.
    lost = sum(
        (np.minimum(ends, end - shift) - np.maximum(ends - hours, begin - shift)).clip(min=0) for shift in (0.0, year)
    )
    return (lost / hours).clip(max=1.0)


def check(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """A standstill has a beginning and a length, and belongs to a plant with a capacity."""
    begins, lasts = data["standstill_begin"].notnull(), data["standstill_days"] > 0
    if data.attrs.get("step_table") and lasts.any():
        problem = "standstills refer to days of the year, but a table of steps has none"
        yield Fault("scenario: time.steps", problem, "give the plants an availability in the table of steps instead")
        return
    for i, plant in enumerate(labels(data, "plant")):
        has_begin, has_length = begins.values[i], lasts.values[i]
        if (has_begin & ~has_length).any():
            problem = f"{plant} has a standstill_begin but no standstill_days"
            yield Fault(provenance.where("standstill_begin", plant), problem, "add a row standstill_days")
        if (has_length & ~has_begin).any():
            problem = f"{plant} has standstill_days but no standstill_begin"
            yield Fault(provenance.where("standstill_days", plant), problem, "add a row standstill_begin")
        if has_length.any() and str(data["plant_mode_of"].values[i]):
            problem = f"{plant} is a mode of {data['plant_mode_of'].values[i]}, which has the standstill"
            yield Fault(provenance.where("standstill_days", plant), problem, "move the standstill to the plant itself")


CONCERN = Concern(
    __name__,
    __doc__,
    prepare=prepare,
    check=check,
    parameters=PARAMETERS,
)
