"""Declarations of parameters: name, dimensions, unit, bounds, default, description.

Each concern of the model declares the parameters that it reads, once, as data. A declaration checks and converts the
table rows, documents the parameter (`h2model describe`), labels the netCDF and bounds the studies.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import inf

from h2model.case.finance import MOMENTS


class Missing(Enum):
    """The mark of a parameter without default: the tables need a value."""

    REQUIRED = "required"


REQUIRED = Missing.REQUIRED

ORIGINS = ("fossil", "biogenic", "atmospheric", "mineral", "pooled")
ASSET_DIMS = ("asset", "plant", "store", "link")
AGGREGATIONS = ("mean", "min", "max", "sum")
RELAXATIONS = ("mean", "min", "buyer", "range", "mean and peak", "mean and least")
_TABLE_OF_FIRST_DIM = dict.fromkeys(ASSET_DIMS, "technologies.csv") | {
    "trade": "assets.csv",
    "demand": "assets.csv",
    "carrier": "carriers.csv",
}
_FURTHER_DIMS = {"carrier", "origin", "period", "time"}


@dataclass(frozen=True)
class Plausible:
    """The usual range of a value, wide on purpose: a value outside gives a warning and is not refused.

    `unit` is the unit in which the owner counts its capacity or amounts (MW, t/h, MWh, t). It is empty if the unit of
    the parameter has no such slot. Money is in euros. `basis` is the source of the range.
    """

    lowest: float
    highest: float
    unit: str = ""
    basis: str = "assumption: orders of magnitude of process and energy plants"


@dataclass(frozen=True)
class Parameter:
    """One input of the model.

    Attributes
    ----------
    dims
        The dimensions in order; the first one decides which table contains the values.
    unit
        A template: {money}, {capacity}, {amount} (of the asset's own carrier) and {carrier} (of the row's carrier) are
        replaced by the units of the case.
    default
        A number, a choice, `None` (NaN) or `REQUIRED`.
    lower, upper
        Bounds in the declared unit; values outside are refused.
    aggregation
        How an hourly series becomes longer steps of equal length.
    relaxation
        How it becomes segments, so that the means of any plan for the hours are a plan for the segments that costs no
        more. "mean" and "min" over the segment; "buyer", the best price of its hours for the buyer or seller; "range",
        the highest value, with `<name>_spread` below it; or the mean with `<name>_peak` or `<name>_least`.
    choices
        Words that are allowed instead of a number.
    plausible, profile_mean
        Usual values, and usual means of profiles; a value outside gives a warning.
    """

    name: str
    dims: tuple[str, ...]
    unit: str
    description: str
    default: float | str | Missing | None = REQUIRED
    lower: float = 0.0
    upper: float = inf
    aggregation: str = "mean"
    relaxation: str = "mean"
    choices: tuple[str, ...] = ()
    plausible: tuple[Plausible, ...] = ()
    profile_mean: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        """Refuse a declaration with conflicting parts. This is a mistake in code, so a ValueError."""
        if self.dims and self.dims[0] not in _TABLE_OF_FIRST_DIM:
            raise ValueError(f"{self.name}: no table has parameters whose first dimension is {self.dims[0]}")
        unknown = set(self.dims[1:]) - _FURTHER_DIMS
        if unknown or len(set(self.dims)) < len(self.dims):
            raise ValueError(f"{self.name}: dimensions {self.dims} are not possible")
        if "time" in self.dims and (self.dims[-1] != "time" or self.choices):
            raise ValueError(f"{self.name}: time must be the last dimension, and of a number")
        if self.aggregation not in AGGREGATIONS:
            raise ValueError(f"{self.name}: aggregation {self.aggregation!r} is not one of {AGGREGATIONS}")
        if self.relaxation not in RELAXATIONS:
            raise ValueError(f"{self.name}: relaxation {self.relaxation!r} is not one of {RELAXATIONS}")
        if isinstance(self.default, str) and self.default not in self.choices:
            raise ValueError(f"{self.name}: default {self.default!r} is not one of {self.choices}")
        if isinstance(self.default, int | float) and not self.lower <= self.default <= self.upper:
            raise ValueError(f"{self.name}: default {self.default} is not within {self.lower} and {self.upper}")
        if any(not self.lower <= usual.lowest < usual.highest <= self.upper for usual in self.plausible):
            raise ValueError(f"{self.name}: the plausible range is not within {self.lower} and {self.upper}")

    @property
    def table(self) -> str:
        """Name of the table with the values; for assets the one by technology, which assets.csv overrides."""
        return _TABLE_OF_FIRST_DIM[self.dims[0]] if self.dims else "case.yaml"

    @property
    def label_dims(self) -> tuple[str, ...]:
        """The dimensions between the first one and time, which a table row can name."""
        return tuple(dim for dim in self.dims[1:] if dim != "time")

    @property
    def varies_in_time(self) -> bool:
        """Whether a row may name a profile."""
        return "time" in self.dims


CASE_PARAMETERS = (
    Parameter("unit", ("carrier",), "1", "Unit in which amounts of the carrier are counted", choices=("MWh", "t")),
    Parameter(
        "balance",
        ("carrier",),
        "1",
        "Time over which supply and use of the carrier must balance",
        default="hour",
        choices=("hour", "day", "month", "year"),
    ),
    Parameter(
        "lower_heating_value",
        ("carrier",),
        "MWh/t",
        "Heat of combustion of the carrier without condensation; turns tonnes into MWh",
        default=None,
        lower=1e-6,
        plausible=(Plausible(0.5, 33.4, basis="no fuel holds more than hydrogen: 120 MJ/kg (lower heating value)"),),
    ),
    Parameter(
        "discount_rate",
        (),
        "1/year",
        "Rate at which later years count less in the objective",
        upper=1.0,
        plausible=(Plausible(0.005, 0.15),),
    ),
    Parameter(
        "base_year",
        (),
        "1",
        "Year to which costs are discounted; the first period if not given",
        default=None,
        lower=1900,
        upper=2200,
    ),
    Parameter(
        "cost_moment",
        (),
        "1",
        "Moment of each year at which its costs are paid, and from which they are discounted",
        default="start",
        choices=MOMENTS,
    ),
)
"""Parameters that the case itself needs for conversion and discounting; every case has them."""
