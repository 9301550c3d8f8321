"""Emission cap: net emissions of a year may not exceed a limit; the limit may be negative."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from pydantic import Field

from h2model.case import Units
from h2model.engine import Constraint, Model, Param, Set
from h2model.errors import Fault
from h2model.policies.scope import EmissionScope, by_period, declare_scope, raise_if_any, scope_data

if TYPE_CHECKING:
    from h2model.model.frame import Sums

NAME = "emission_cap"
DIMENSION = "cap"
UNIT = "t/year"


class Settings(EmissionScope):
    """One cap: its limit per period and what it counts."""

    limit: Mapping[int, str] = Field(
        min_length=1,
        description="Limit by period, as text with a unit, such as '-200 kt/year'. Periods left out are not capped.",
    )


def to_data(settings: Mapping[str, Settings], units: Units, coords: Mapping) -> xr.Dataset:
    """The caps of a scenario as arrays; InputError lists every fault."""
    faults: list[Fault] = []
    periods = coords["period"].values.tolist()
    data = scope_data(DIMENSION, settings, coords, faults)
    limits = [
        by_period(f"policies.{NAME}.{name}.limit", cap.limit, UNIT, units, periods, faults)
        for name, cap in settings.items()
    ]
    raise_if_any(faults)
    limit = np.array(limits).reshape(len(settings), len(periods))
    return data.assign(cap_limit=((DIMENSION, "period"), limit)).assign_coords(period=periods)


def declare(m: Model, data: xr.Dataset, sums: Sums) -> None:
    """Add one row for every cap and period with a limit."""
    declare_scope(m, data, DIMENSION)
    names, periods = data[DIMENSION].values.tolist(), data["period"].values.tolist()
    limited = np.argwhere(data["cap_limit"].notnull().values)
    m.cap_limit = Param(m.cap, m.period, initialize=data["cap_limit"])
    m.capped = Set(
        dimen=2, initialize=[(names[i], periods[j]) for i, j in limited], levels=("capped_cap", "capped_period"),
        description="caps and the periods that they limit",
    )  # fmt: skip
    m.emission_cap = Constraint(m.capped, rule=emission_cap, unit=UNIT)


def emission_cap(m, k, y):
    """Σ over regions of counted emissions ≤ limit"""
    return sum(m.cap_emissions[k, r, y] for r in m.region) <= m.cap_limit[k, y]


EQUATIONS = (emission_cap,)
