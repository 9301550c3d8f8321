"""Ramps: limits on the change of a plant's activity.

A step has a limit only if it is so short that the limit can bind: if a plant covers its whole range in a step, it has
none.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr

from h2model.case import Parameter, Provenance
from h2model.engine import Constraint, Model, Param, Set
from h2model.errors import Fault
from h2model.frame.concern import Concern, Sums, equation
from h2model.frame.sets import labels
from h2model.frame.steps import first_steps, position_before, refuse_uneven_weights

PARAMETERS = (
    Parameter(
        "ramp_rate", dims=("plant",), unit="1/hour", default=np.inf, lower=1e-6,
        description="Maximum change of activity within an hour, as a share of the capacity.",
    ),
)  # fmt: skip


def declare(m: Model, data: xr.Dataset, sums: Sums) -> None:
    """Add the limits of change from each step to the next; the first step follows the last."""
    reach = (data.variables["ramp_rate"] * hours_to_change(data)).transpose("plant", "time")
    if bool(np.isfinite(data["ramp_rate"]).any()):
        refuse_uneven_weights(data, "plants with a ramp_rate")
    plants, steps = labels(data, "plant"), labels(data, "time")
    m.ramp_reach = Param(m.plant, m.time, initialize=reach.where(reach < 1, 1.0))
    m.ramping = Set(
        dimen=2, initialize=[(plants[i], steps[j]) for i, j in np.argwhere(reach.values < 1)],
        levels=("ramping_plant", "ramping_time"), description="plants and steps in which a ramp limit can bind",
    )  # fmt: skip
    m.ramp_up = Constraint(m.ramping, m.period, rule=ramp_up.rule, unit="plant_unit")
    m.ramp_down = Constraint(m.ramping, m.period, rule=ramp_down.rule, unit="plant_unit")


def hours_to_change(data: xr.Dataset) -> xr.Variable:
    """Return the hours for a change from one step to the next; infinite within a window (plant, time).

    From the middle of a step, or window, to the middle of the next: the means of two of them differ by no more.
    """
    hours, begins = data["hours"].values, first_steps(data, data.variables["steady_run"])
    is_first = begins.values == data["time"].values
    lengths = np.empty(begins.shape)
    for row, is_first_of_plant in enumerate(is_first):
        starts = np.flatnonzero(is_first_of_plant)
        counts = np.diff(np.append(starts, len(hours)))
        lengths[row] = np.repeat(np.add.reduceat(hours, starts), counts)
    between = (lengths + lengths[:, position_before(data)]) / 2
    return begins.copy(data=np.where(is_first, between, np.inf))


@equation(
    dual="saving from rising by one unit more from the step before",
    relax="never: a technical limit of the plant, not a choice of the planner",
    segments="the middles of two segments are at least as many hours apart as their means need",
)
def ramp_up(m, p, t, y):
    """activity − activity in the step before ≤ ramp_rate × hours from middle to middle × capacity"""
    return m.activity[p, y, t] - m.activity[p, y, m.previous[t]] <= m.ramp_reach[p, t] * m.capacity[p, y]


@equation(
    dual="saving from falling by one unit more from the step before",
    relax="never: a technical limit of the plant, not a choice of the planner",
    segments="the middles of two segments are at least as many hours apart as their means need",
)
def ramp_down(m, p, t, y):
    """activity in the step before − activity ≤ ramp_rate × hours from middle to middle × capacity"""
    return m.activity[p, y, m.previous[t]] - m.activity[p, y, t] <= m.ramp_reach[p, t] * m.capacity[p, y]


def check(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """A mode has no ramp_rate, because it has no capacity of its own."""
    limited = np.isfinite(data["ramp_rate"].values) & (data["plant_mode_of"].values != "")
    for plant, host in zip(data["plant"].values[limited], data["plant_mode_of"].values[limited], strict=True):
        problem = f"{plant} is a mode of {host} and has no capacity of its own"
        yield Fault(provenance.where("ramp_rate", str(plant)), problem, f"move the ramp_rate to {host}")


CONCERN = Concern(
    __name__,
    __doc__,
    declare=declare,
    check=check,
    parameters=PARAMETERS,
    equations=(ramp_up, ramp_down),
    needs=("capacity", "activity"),
)
