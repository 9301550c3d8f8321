"""Numbers with units, and ranges and distributions of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from math import isfinite
from typing import Any, Literal

import numpy as np
from pydantic import ConfigDict, Field, field_validator, model_validator

from h2model.case.scenario import Section

Number = int | float | str

_NUMBER = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(.*?)\s*")
#: The numbers that define each distribution.
NEEDED = {
    "uniform": ("start", "end"),
    "log_uniform": ("start", "end"),
    "triangular": ("start", "end", "peak"),
    "normal": ("mean", "deviation"),
    "truncated_normal": ("start", "end", "mean", "deviation"),
    "lognormal": ("median", "spread"),
}
BOUNDED = ("uniform", "log_uniform", "triangular", "truncated_normal")


def split_quantity(value: float | str) -> tuple[float, str]:
    """Return number and unit of a value; a number without unit has the unit "".

    >>> split_quantity("-200 kt/year"), split_quantity(0.8)
    ((-200.0, 'kt/year'), (0.8, ''))

    Raises ValueError if a text does not begin with a number.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value), ""
    match = _NUMBER.fullmatch(str(value))
    if match is None:
        raise ValueError(f"'{value}' is not a number with a unit")
    return float(match.group(1)), match.group(2)


def refuse_invalid_numbers(values: Iterable[Any]) -> None:
    """Raise ValueError if a value of an axis is true, false or an infinite number."""
    for value in values:
        if isinstance(value, bool):
            raise ValueError("true and false cannot be values of an axis")
        if isinstance(value, float) and not isfinite(value):
            raise ValueError("the values of an axis must be finite numbers; write a large one instead of .inf")


class Range(Section):
    """Values between two ends, or a distribution; either all numbers have the same unit, or none has one."""

    model_config = ConfigDict(populate_by_name=True)

    start: float | str | None = Field(None, alias="from", description="lowest value; with 'points', the first value")
    end: float | str | None = Field(None, alias="to", description="highest value; with 'points', the last value")
    points: int | None = Field(None, ge=2, le=10_000, description="number of evenly spaced values, including both ends")
    distribution: Literal["uniform", "log_uniform", "triangular", "normal", "truncated_normal", "lognormal"] = Field(
        "uniform", description="distribution of the values, for sampled designs"
    )
    peak: float | str | None = Field(None, description="most likely value of a triangular distribution")
    mean: float | str | None = Field(None, description="mean of a normal distribution")
    deviation: float | str | None = Field(None, description="standard deviation of a normal distribution")
    median: float | str | None = Field(None, description="median of a lognormal distribution")
    spread: float | None = Field(
        None,
        gt=1,
        description="exp(standard deviation of the logarithm of the value), for a lognormal distribution",
    )

    @field_validator("start", "end", "peak", "mean", "deviation", "median")
    @classmethod
    def check_quantity(cls, value: float | str | None) -> float | str | None:
        """Refuse infinite numbers."""
        if value is not None and not np.isfinite(split_quantity(value)[0]):
            raise ValueError("a range needs finite numbers")
        return value

    @model_validator(mode="after")
    def check_completeness(self) -> Range:
        """Refuse missing, superfluous and contradictory numbers."""
        needed = NEEDED[self.distribution]
        words = {"start": "from", "end": "to"}
        numbers = ("start", "end", "peak", "mean", "deviation", "median", "spread")
        present = {name for name in numbers if getattr(self, name) is not None}
        for problem, names in (("needs", set(needed) - present), ("does not use", present - set(needed))):
            if names:
                listed = ", ".join(words.get(name, name) for name in numbers if name in names)
                raise ValueError(f"a {self.distribution} range {problem} {listed}")
        self._check_order()
        return self

    def _check_order(self) -> None:
        units = {split_quantity(value)[1] for value in self._quantities()}
        if len(units) > 1:
            listed = " and ".join(f"'{unit}'" if unit else "none" for unit in sorted(units))
            raise ValueError(f"the numbers of a range must have the same unit, but they have {listed}")
        low, high, peak = (self._number(name) for name in ("start", "end", "peak"))
        if self.points is not None and low == high:
            raise ValueError("'from' and 'to' are equal")
        # Points may decrease, for example from a loose cap to a strict one.
        if self.points is None and low is not None and not low < high:
            raise ValueError("'from' must be below 'to'")
        if peak is not None and not low <= peak <= high:
            raise ValueError("'peak' must lie between 'from' and 'to'")
        if self.distribution == "log_uniform" and low <= 0:
            raise ValueError("a log_uniform range must lie above 0")
        for name in ("deviation", "median"):
            number = self._number(name)
            if number is not None and number <= 0:
                raise ValueError(f"'{name}' must be above 0")

    @property
    def unit(self) -> str:
        """The unit of all numbers."""
        return next(split_quantity(value)[1] for value in self._quantities())

    @property
    def is_bounded(self) -> bool:
        """Whether the values have a minimum and a maximum."""
        return self.distribution in BOUNDED

    def evenly(self) -> np.ndarray:
        """Return `points` evenly spaced values from one end to the other."""
        # Twelve digits, so that 0.7 does not become 0.7000000000000001.
        return np.array([float(f"{value:.12g}") for value in np.linspace(*self._ends(), self.points)])

    def quantiles(self, shares: np.ndarray) -> np.ndarray:
        """Return the quantiles of the distribution at `shares` (between 0 and 1); same shape as `shares`."""
        values = self._distribution().ppf(np.asarray(shares, dtype=float))
        return np.clip(values, *self._ends()) if self.is_bounded else values

    def _distribution(self) -> Any:
        from scipy import stats  # its import takes half a second, and only a new campaign needs it

        number = self._number
        if self.distribution == "normal":
            return stats.norm(number("mean"), number("deviation"))
        if self.distribution == "lognormal":
            return stats.lognorm(np.log(self.spread), scale=number("median"))
        low, high = self._ends()
        if self.distribution == "truncated_normal":
            mean, deviation = number("mean"), number("deviation")
            return stats.truncnorm((low - mean) / deviation, (high - mean) / deviation, mean, deviation)
        if self.distribution == "triangular":
            return stats.triang((number("peak") - low) / (high - low), low, high - low)
        return stats.loguniform(low, high) if self.distribution == "log_uniform" else stats.uniform(low, high - low)

    def _ends(self) -> tuple[float, float]:
        return self._number("start"), self._number("end")

    def _number(self, name: str) -> float | None:
        value = getattr(self, name)
        return None if value is None else split_quantity(value)[0]

    def _quantities(self) -> list[float | str]:
        quantities = (self.start, self.end, self.peak, self.mean, self.deviation, self.median)
        return [value for value in quantities if value is not None]
