"""Time series: from 8,760 hours to the steps of a scenario."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from h2model.constants import HOURS_PER_YEAR

_REDUCTIONS = {"mean": np.add, "sum": np.add, "min": np.minimum, "max": np.maximum}


def parse_resolution(text: str) -> int:
    """Return the hours per step of a resolution such as "3h"; ValueError unless they divide the year.

    >>> parse_resolution("3h")
    3
    """
    match = re.fullmatch(r"\s*([1-9]\d*)\s*h\s*", str(text))
    if match is None:
        raise ValueError(f"'{text}' is not a resolution; write whole hours such as 1h or 3h")
    hours = int(match.group(1))
    if HOURS_PER_YEAR % hours:
        divisors = [n for n in range(1, HOURS_PER_YEAR + 1) if HOURS_PER_YEAR % n == 0]
        near = sorted(sorted(divisors, key=lambda n: abs(n - hours))[:2])
        raise ValueError(
            f"a year of {HOURS_PER_YEAR:,} hours has no whole number of steps of {hours} hours; "
            f"near ones that fit: {', '.join(f'{n}h' for n in near)}"
        )
    return hours


def equal_steps(hours_per_step: int) -> np.ndarray:
    """Return the length in hours of each step of the year, all equal."""
    return np.full(HOURS_PER_YEAR // hours_per_step, float(hours_per_step))


def aggregate(values: np.ndarray, hours: Sequence[float], rule: str) -> np.ndarray:
    """Return hourly values (last axis: hours) aggregated to steps of whole, possibly unequal, lengths in hours.

    `rule` is mean, min, max or sum over the hours of each step. ValueError if the steps do not cover the hours.

    >>> aggregate(np.array([1.0, 3.0, 5.0, 9.0]), [2, 1, 1], "mean").tolist()
    [2.0, 5.0, 9.0]
    """
    if rule not in _REDUCTIONS:
        raise ValueError(f"aggregate: '{rule}' is not one of {', '.join(_REDUCTIONS)}")
    lengths = np.asarray(hours).astype(int)
    if np.any(lengths != np.asarray(hours)) or np.any(lengths < 1) or lengths.sum() != values.shape[-1]:
        raise ValueError(f"aggregate: the steps must be whole hours that add up to the {values.shape[-1]} hours given")
    if np.all(lengths == 1):
        return np.array(values, dtype=float)
    reduced = _REDUCTIONS[rule].reduceat(values, step_starts(lengths), axis=-1)
    return reduced / lengths if rule == "mean" else reduced


def step_starts(hours: Sequence[float]) -> np.ndarray:
    """Return the index of the first hour of each step."""
    return np.concatenate([[0], np.cumsum(np.asarray(hours).astype(int))[:-1]])
