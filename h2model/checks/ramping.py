"""Ramping: conflicts between ramp rates, minimum loads and standstills of a plant."""

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
    """Return the highest profile below `most` that changes by at most `step` from the step before (…, time).

    The year is cyclic. Each hour limits any other one to its own value of `most` plus all steps between them. This is a
    running minimum of `most` less the sum of steps so far, over two years, once for each direction.

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
    against="an infeasible scenario: a sudden turnaround, a minimum load before it and a slow ramp.",
)
def ramps_allow_standstills(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """The ramp_rate of a plant with a minimum load lets it follow its availability down and up."""
    rate = data.variables["minimum_run_rate"].transpose("plant", "period").values
    tied = np.isfinite(data.variables["ramp_rate"].values) & (rate > 0).any(axis=1)
    if not tied.any():
        return
    plants = data.isel(plant=np.flatnonzero(tied))
    step = np.minimum(plants.variables["ramp_rate"] * hours_to_change(plants), 1.0).transpose("plant", "time").values
    most = plants.variables["availability"].transpose("plant", "period", "time").values
    reached = reachable(most, np.broadcast_to(step[:, None, :], most.shape))
    short = rate[tied][..., None] * most - reached
    for i in np.flatnonzero((short > LIMIT_TOLERANCE).any(axis=(1, 2))):
        plant = labels(plants, "plant")[i]
        y, t = np.unravel_index(int(np.argmax(short[i])), short[i].shape)
        moment = np.datetime_as_string(data["timestamp"].values[t], unit="h").replace("T", " ")
        yield Fault(
            provenance.where("ramp_rate", plant),
            f"{plant} must run at {rate[tied][i, y] * most[i, y, t]:.3g} of its capacity on {moment}:00 of "
            f"{labels(data, 'period')[y]}, but its ramp_rate allows only {reached[i, y, t]:.3g}, because its "
            "availability is lower shortly before or after",
            "raise ramp_rate, lower minimum_run_rate, or let availability change more slowly",
        )


RULES = (ramps_allow_standstills,)
