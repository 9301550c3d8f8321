"""Time steps of the year: their order, the sequences they form, and their windows."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr

from h2model.constants import HOURS_PER_DAY, ROUNDING
from h2model.errors import Fault, InputError
from h2model.frame.sets import labels, members_by

WINDOWS = ("hour", "day", "month", "year")


def is_relaxed(data: xr.Dataset) -> bool:
    """Return whether steps of several hours are a relaxation of these hours (see `h2model.case.segments`)."""
    return bool(data.attrs.get("relaxed", 0)) and bool((data["hours"] > 1).any())


def sequences(data: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Return the positions of the first and of the last step of each sequence of consecutive steps."""
    begins = np.flatnonzero(np.diff(data["sequence"].values, prepend=-1))
    return begins, np.append(begins[1:], data.sizes["time"]) - 1


def position_before(data: xr.Dataset) -> np.ndarray:
    """Return the position of the step before each step; before the first one of a sequence comes its last."""
    before = np.arange(data.sizes["time"]) - 1
    first, last = sequences(data)
    before[first] = last
    return before


def refuse_uneven_weights(data: xr.Dataset, what: str) -> None:
    """Raise InputError if steps of a sequence have different weights, because values carried over would change."""
    weight = data["weight"].values
    if (weight != weight[position_before(data)]).any():
        problem = (
            f"the steps of a sequence have different weights, but the case has {what}, which run from step to step"
        )
        remedy = f"give all steps of a sequence the same weight, or remove the {what}"
        raise InputError([Fault("scenario: time.steps", problem, remedy)])


def windows(data: xr.Dataset, kinds: Iterable[str]) -> dict[str, dict[str, list[int]]]:
    """Return the windows of each kind: name of the window → its steps, in order.

    A step belongs to the day or month in which it begins. Windows of one hour are the steps themselves.
    """
    steps = labels(data, "time")
    keys = {
        "hour": lambda: [f"step {step}" for step in steps],
        "day": lambda: [f"day {day + 1}" for day in day_of_step(data).tolist()],
        "month": lambda: np.datetime_as_string(data["timestamp"].values, unit="M").tolist(),
        "year": lambda: ["year"] * len(steps),
    }
    steps_of = {}
    for kind in WINDOWS:
        if kind in kinds:
            names = keys[kind]()
            steps_of[kind] = members_by(dict.fromkeys(names), zip(names, steps, strict=True))
    return steps_of


def first_steps(data: xr.Dataset, kind: xr.Variable) -> xr.Variable:
    """Return the first step of the window of each member and step; `kind` is the kind of a member's windows."""
    (dimension,) = kind.dims
    first = np.empty((kind.size, data.sizes["time"]), dtype=data["time"].dtype)
    for name, steps_of in windows(data, set(kind.values.tolist())).items():
        starts = [steps[0] for steps in steps_of.values()]
        first[kind.values == name] = np.repeat(starts, [len(steps) for steps in steps_of.values()])
    return xr.Variable((dimension, "time"), first)


def day_of_step(data: xr.Dataset) -> np.ndarray:
    """Return the number of the day (from 0) in which each step begins; each sequence begins with a new day."""
    within = np.floor(_hours_since_begin(data) / HOURS_PER_DAY + ROUNDING).astype(int)
    first, last = sequences(data)
    days = within[last] + 1
    return within + np.repeat(np.cumsum(days) - days, last - first + 1)


def _hours_since_begin(data: xr.Dataset) -> np.ndarray:
    """Return the hours from the beginning of the sequence to the beginning of each step."""
    hours = data["hours"].values
    starts = np.cumsum(hours) - hours
    first, last = sequences(data)
    return starts - np.repeat(starts[first], last - first + 1)


def straddles(data: xr.Dataset, kind: str) -> bool:
    """Return whether any step crosses the end of a day or month, so that windows of this kind are not exact.

    Steps from a step table do not belong to a month.
    """
    if kind == "day":
        begins = _hours_since_begin(data)
        day = np.floor(begins / HOURS_PER_DAY + ROUNDING)
        return bool((np.ceil((begins + data["hours"].values) / HOURS_PER_DAY - ROUNDING) - day > 1).any())
    if data.attrs.get("step_table"):
        return True
    first = data["timestamp"].values
    last = first + (data["hours"].values * 3600 - 1).astype("timedelta64[s]")
    return bool((first.astype("datetime64[M]") != last.astype("datetime64[M]")).any())
