"""Finance as pure functions: annuities, discounting, the years that a period represents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr

MOMENTS = ("start", "middle", "end", "continuous")
"""Moments of a year at which a payment is due: its first day, its middle, its last day, or evenly over the year."""


def annuity_factor(interest_rate, lifetime):
    """Return the constant payment at the end of each year that repays one unit of money over the lifetime (1/year).

    r / (1 - (1 + r)^-n). At r = 0 it is 1/n; for an infinite lifetime it is r.
    Takes floats, arrays or DataArrays with the same coordinates; raises ValueError unless r >= 0 and n > 0.

    >>> round(float(annuity_factor(0.05, 20)), 6)
    0.080243
    >>> float(annuity_factor(0.0, 25))
    0.04
    >>> float(annuity_factor(0.05, float("inf")))
    0.05
    """
    if np.any(np.less(interest_rate, 0)) or np.any(np.less_equal(lifetime, 0)):
        raise ValueError("annuity_factor: the interest rate must be at least 0 and the lifetime above 0")

    def annuity(rate, years):
        rate, years = np.asarray(rate, dtype=float), np.asarray(years, dtype=float)
        with np.errstate(divide="ignore", invalid="ignore"):
            # expm1 and log1p keep all digits at rates so small that 1 + r would lose them.
            factor = rate / -np.expm1(-years * np.log1p(rate))
            # Below the smallest number with full precision even these lose digits, and 1/n has all of them.
            return np.where(rate < np.finfo(float).tiny, np.maximum(rate, 1.0 / years), factor)

    return xr.apply_ufunc(annuity, interest_rate, lifetime, join="exact")


def years_represented(periods: Sequence[int], last_period_years: int | None = None) -> np.ndarray:
    """Return the years that each period represents: those until the next period begins.

    The last period lasts `last_period_years`; by default as long as the one before it, or one year if it is the only
    one.

    >>> years_represented([2030, 2040, 2045]).tolist()
    [10.0, 5.0, 5.0]
    >>> years_represented([2030]).tolist()
    [1.0]
    """
    gaps = np.diff(np.asarray(periods, dtype=float))
    if np.any(gaps <= 0):
        raise ValueError(f"years_represented: the periods {list(periods)} do not rise")
    last = last_period_years if last_period_years is not None else (gaps[-1] if len(gaps) else 1.0)
    return np.append(gaps, float(last))


def worth_in_year(moment: str, rate: float) -> float:
    """Return the value at the start of a year of one unit of money that is paid in it, at one of MOMENTS.

    1, (1 + r)^-½, (1 + r)^-1, or the mean of (1 + r)^-t over the year, (1 − (1 + r)^-1) / ln(1 + r).

    >>> [round(worth_in_year(moment, 0.05), 6) for moment in MOMENTS]
    [1.0, 0.9759, 0.952381, 0.975997]
    >>> worth_in_year("continuous", 0.0)
    1.0
    """
    growth = np.log1p(rate)
    if moment == "continuous":
        return float(-np.expm1(-growth) / growth) if growth else 1.0
    return float(np.exp(-growth * {"start": 0.0, "middle": 0.5, "end": 1.0}[moment]))


def discount_factor(
    periods: Sequence[int], years: Sequence[float], discount_rate: float, base_year: float, moment: str = "start"
):
    """Return the value in the base year of money of each period, as a mean over the years of the period.

    w * (1/n) * sum over k = 0 .. n-1 of (1 + r)^-(period + k - base year), dimensionless, one value per period. w is
    the value at the start of a year of money paid at `moment` (`worth_in_year`).

    >>> discount_factor([2030], [1], 0.05, 2030).tolist()
    [1.0]
    >>> [round(x, 6) for x in discount_factor([2030, 2031], [1, 2], 0.05, 2030).tolist()]
    [1.0, 0.929705]
    >>> round(float(discount_factor([2030], [10], 0.05, 2030, "end")[0]), 6)   # (1 − 1.05^-10) / 0.05 / 10
    0.772173
    """
    starts = np.asarray(periods, dtype=float) - base_year
    of_years = [
        np.mean((1.0 + discount_rate) ** -(start + np.arange(int(count))))
        for start, count in zip(starts, years, strict=True)
    ]
    return worth_in_year(moment, discount_rate) * np.array(of_years)


def present_value_factor(data: Mapping):
    """Return the present value of 1 in each year of each period (period): years_represented × discount_factor.

    A cost of a year times this factor is what the period adds to the objective. A dual divided by it is a price of the
    period, undiscounted. `data` is a Dataset, or a mapping of Variables, that holds both factors.

    >>> data = {"years_represented": np.array([10.0, 5.0]), "discount_factor": np.array([0.8, 0.5])}
    >>> present_value_factor(data).tolist()
    [8.0, 2.5]
    """
    return data["years_represented"] * data["discount_factor"]


def present_value(annual_payment, interest_rate, years):
    """Return the value today of a constant payment at the end of each coming year: payment / annuity_factor.

    >>> round(float(present_value(100.0, 0.05, 2)), 4)
    185.941
    >>> float(present_value(100.0, 0.0, 3))
    300.0
    """
    return annual_payment / annuity_factor(interest_rate, years)
