"""Declarations: what a parameter is called, over what it varies, in which unit, within which bounds.

A concern of the model declares each parameter that it reads once, as data. The declaration checks and converts
the table rows, documents the parameter (`h2model describe`), labels the netCDF and bounds the studies.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import inf

from h2model.case.finance import MOMENTS


class Missing(Enum):
    """The default of a parameter that has none: the tables must give a value."""

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
    """The range in which a value is usual, far apart on purpose: what lies outside is warned of, not refused.

    `unit` is that in which the owner counts its capacity or amounts (MW, t/h, MWh, t), blank where the parameter has no
    such unit. Money is in euros. `basis` says where the range is from.
    """

    lowest: float
    highest: float
    unit: str = ""
    basis: str = "assumption: orders of magnitude of process and energy plants"


@dataclass(frozen=True)
class Parameter:
    """One input of the model.

    `dims` are the dimensions in order; the first one decides which table holds the values. `unit` is a template:
    {money}, {capacity}, {amount} (of the asset's own carrier) and {carrier} (of the row's carrier) stand for the
    units of the case. `default` is a number, a choice, `None` (not given: NaN) or `REQUIRED`. Values outside
    `lower` to `upper` are refused; both are in the declared unit. `aggregation` says how an hourly series becomes
    longer steps of equal length. `relaxation` says what it becomes in segments, so that the means of any plan for the
    hours are a plan for the segments that costs no more: its mean; its min; the price of the best hour for who buys or
    sells; its range, as the highest value and `<name>_spread` below it; or its mean, with `<name>_peak` or
    `<name>_least` beside it. A parameter with `choices` holds one of these words instead of a number. A value
    outside `plausible`, or with a profile whose mean is outside `profile_mean`, is warned of.
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
        """Refuse a declaration that contradicts itself; this is a mistake in code, so a ValueError."""
        if self.dims and self.dims[0] not in _TABLE_OF_FIRST_DIM:
            raise ValueError(f"{self.name}: no table holds parameters whose first dimension is {self.dims[0]}")
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
            raise ValueError(f"{self.name}: what is plausible is not within {self.lower} and {self.upper}")

    @property
    def table(self) -> str:
        """Name of the table that holds the values; for assets the one by technology (assets.csv goes before it)."""
        return _TABLE_OF_FIRST_DIM[self.dims[0]] if self.dims else "case.yaml"

    @property
    def label_dims(self) -> tuple[str, ...]:
        """The dimensions between the first one and time: those that a table row can name."""
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
