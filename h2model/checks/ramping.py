"""Ramping: ramps, must-run and standstills that no course of a plant can satisfy together."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr

from h2model.case import Provenance, rule
from h2model.constants import LIMIT_TOLERANCE
from h2model.errors import Fault, Severity
from h2model.frame.sets import labels
from h2model.model.ramp import hours_to_change


def reachable(most: np.ndarray, step: np.ndarray) -> np.ndarray:
    """Highest course below `most` that rises, and falls, by no more than `step` from the step before (…, time).

    The year is a circle. Without a loop: what an hour allows another one is its own most plus all steps between, which
    is a running minimum of `most` less the sum of steps so far; twice around the year, once for each direction.

    >>> reachable(np.array([1.0, 1.0, 0.0, 1.0]), np.full(4, 0.4)).tolist()
    [0.8, 0.4, 0.0, 0.4]
    """
    twice = np.concatenate([most, most], axis=-1)
    so_far = np.cumsum(np.concatenate([step, step], axis=-1), axis=-1)
    rising = np.minimum.accumulate(twice - so_far, axis=-1) + so_far
    falling = np.minimum.accumulate((twice + so_far)[..., ::-1], axis=-1)[..., ::-1] - so_far
    count = most.shape[-1]
    return np.minimum(rising[..., count:], falling[..., :count]).round(12)


@rule(
    Severity.ERROR,
    against="a scenario without a plan: a turnaround that begins at once, a must-run before it and a slow ramp.",
)
def ramps_allow_standstills(data: xr.Dataset, rows: Provenance) -> Iterable[Fault]:
    """A plant that must run can slow down by its ramp_rate to where its availability falls, and come back."""
    given = data.variables
    rate = given["minimum_run_rate"].transpose("plant", "period").values
    tied = np.isfinite(given["ramp_rate"].values) & (rate > 0).any(axis=1)
    if not tied.any():
        return
    own = data.isel(plant=np.flatnonzero(tied))
    step = np.minimum(own.variables["ramp_rate"] * hours_to_change(own), 1.0).transpose("plant", "time").values
    most = own.variables["availability"].transpose("plant", "period", "time").values
    course = reachable(most, np.broadcast_to(step[:, None, :], most.shape))
    short = rate[tied][..., None] * most - course
    for i in np.flatnonzero((short > LIMIT_TOLERANCE).any(axis=(1, 2))):
        plant = labels(own, "plant")[i]
        y, t = np.unravel_index(int(np.argmax(short[i])), short[i].shape)
        moment = np.datetime_as_string(data["timestamp"].values[t], unit="h").replace("T", " ")
        yield Fault(
            rows.where("ramp_rate", plant),
            f"{plant} must run at {rate[tied][i, y] * most[i, y, t]:.3g} of its capacity on {moment}:00 of "
            f"{labels(data, 'period')[y]}, but its ramp_rate allows {course[i, y, t]:.3g}, so near to where its "
            "availability falls",
            "raise ramp_rate, lower minimum_run_rate, or let availability fall and rise as slowly as the plant",
        )


RULES = (ramps_allow_standstills,)
