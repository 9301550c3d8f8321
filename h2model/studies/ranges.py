"""Ranges and distributions of an uncertain number."""

from __future__ import annotations

import re
from typing import Any, Literal

import numpy as np
from pydantic import ConfigDict, Field, field_validator, model_validator

from h2model.case.scenario import Section

_NUMBER = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(.*?)\s*")
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
    """Number and unit of a value; the unit is empty for a bare number.

    >>> split_quantity("-200 kt/year"), split_quantity(0.8)
    ((-200.0, 'kt/year'), (0.8, ''))

    Raises ValueError for a text that does not begin with a number.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value), ""
    match = _NUMBER.fullmatch(str(value))
    if match is None:
        raise ValueError(f"'{value}' is no number with a unit")
    return float(match.group(1)), match.group(2)


class Range(Section):
    """The values between two ends, or a distribution; every number is given with the same unit, or all without."""

    model_config = ConfigDict(populate_by_name=True)

    start: float | str | None = Field(None, alias="from", description="lowest value, or the first of points")
    end: float | str | None = Field(None, alias="to", description="highest value, or the last of points")
    points: int | None = Field(None, ge=2, le=10_000, description="number of values, evenly spaced, both ends included")
    distribution: Literal["uniform", "log_uniform", "triangular", "normal", "truncated_normal", "lognormal"] = Field(
        "uniform", description="how likely the values are, for sampled designs"
    )
    peak: float | str | None = Field(None, description="likeliest value, of a triangular distribution")
    mean: float | str | None = Field(None, description="mean, of a normal distribution")
    deviation: float | str | None = Field(None, description="standard deviation, of a normal distribution")
    median: float | str | None = Field(None, description="median, of a lognormal distribution")
    spread: float | None = Field(
        None, gt=1, description="factor by which a standard deviation of a lognormal distribution lies off its median"
    )

    @field_validator("start", "end", "peak", "mean", "deviation", "median")
    @classmethod
    def _is_a_quantity(cls, value: float | str | None) -> float | str | None:
        if value is not None and not np.isfinite(split_quantity(value)[0]):
            raise ValueError("a range needs finite numbers")
        return value

    @model_validator(mode="after")
    def _is_complete(self) -> Range:
        needed = NEEDED[self.distribution]
        words = {"start": "from", "end": "to"}
        numbers = ("start", "end", "peak", "mean", "deviation", "median", "spread")
        given = {name for name in numbers if getattr(self, name) is not None}
        for problem, names in (("needs", set(needed) - given), ("has no", given - set(needed))):
            if names:
                listed = ", ".join(words.get(name, name) for name in numbers if name in names)
                raise ValueError(f"a {self.distribution} range {problem} {listed}")
        self._check_order()
        return self

    def _check_order(self) -> None:
        units = {split_quantity(value)[1] for value in self._quantities()}
        if len(units) > 1:
            listed = " and ".join(f"'{unit}'" if unit else "none" for unit in sorted(units))
            raise ValueError(f"the numbers of a range need one unit, and here they have {listed}")
        low, high, peak = (self._number(name) for name in ("start", "end", "peak"))
        if self.points is not None and low == high:
            raise ValueError("'from' and 'to' are the same")
        # Points may run downwards, as from a loose cap to a strict one.
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
        """The unit that all its numbers have."""
        return next(split_quantity(value)[1] for value in self._quantities())

    @property
    def is_bounded(self) -> bool:
        """Whether there is a lowest and a highest value."""
        return self.distribution in BOUNDED

    def evenly(self) -> np.ndarray:
        """`points` values from one end to the other."""
        # Twelve digits: 0.7 is 0.7, and not 0.7000000000000001.
        return np.array([float(f"{value:.12g}") for value in np.linspace(*self._ends(), self.points)])

    def quantiles(self, shares: np.ndarray) -> np.ndarray:
        """The values below which the given shares of the distribution lie."""
        found = self._distribution().ppf(np.asarray(shares, dtype=float))
        return np.clip(found, *self._ends()) if self.is_bounded else found

    def _distribution(self) -> Any:
        from scipy import stats  # takes half a second, which only those who make a campaign should wait

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
        named = (self.start, self.end, self.peak, self.mean, self.deviation, self.median)
        return [value for value in named if value is not None]
