"""Emission cap: the counted emissions of a year may not exceed a limit, which may be negative.

`regions` restricts a cap to the sum of the emissions in these regions. Separate limits need an entry each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import xarray as xr
from pydantic import Field

from h2model.case import Provenance, Units
from h2model.engine import Constraint, Model, Param, Set
from h2model.errors import Fault
from h2model.frame.concern import Binding, Dual, Policy, Relax, Stage, Sums, equation
from h2model.policies.parts.entries import address, by_period, described, pairs_with_value, raise_if_any, table
from h2model.policies.parts.scope import EmissionScope, check_pooled, declare_scope, scope_data, scope_meanings

NAME = "emission_cap"
DIMENSION = "cap"
UNIT = "t/year"
MEANINGS = {"cap_limit": ("Net emissions allowed under the cap", UNIT)}


class Settings(EmissionScope):
    """One cap: its limit per period and its scope."""

    limit: Mapping[int, str] = Field(
        min_length=1,
        description="Limit by period, as text with a unit, such as '-200 kt/year'. Periods left out are not capped.",
    )


def to_data(settings: Mapping[str, Settings], units: Units, coords: Mapping) -> xr.Dataset:
    """Return the caps of a scenario as arrays; InputError lists every fault."""
    faults: list[Fault] = []
    periods = coords["period"].values.tolist()
    data = scope_data(NAME, DIMENSION, settings, coords, faults)
    limits = [
        by_period(address(NAME, name, "limit"), cap.limit, UNIT, units, periods, faults)
        for name, cap in settings.items()
    ]
    raise_if_any(faults)
    data = data.assign(cap_limit=((DIMENSION, "period"), table(limits, len(periods))))
    return described(data, scope_meanings(DIMENSION, "caps on emissions") | MEANINGS, units)


def declare(m: Model, data: xr.Dataset, sums: Sums) -> None:
    """Add one row for every cap and period with a limit."""
    declare_scope(m, data, DIMENSION)
    m.cap_limit = Param(m.cap, m.period, initialize=data["cap_limit"])
    m.capped = Set(
        dimen=2, initialize=pairs_with_value(data["cap_limit"], DIMENSION), levels=("capped_cap", "capped_period"),
        description="caps and the periods that they limit",
    )  # fmt: skip
    m.emission_cap = Constraint(m.capped, rule=emission_cap.rule, unit=UNIT)


@equation(
    dual=Dual(
        "saving from one more tonne under the cap, as a negative cost: minus the price of CO2",
        Binding("emission cap {0}: one tonne more", unit="t"),
    ),
    relax=Relax(Stage.POLICY, "the cap '{0}' of {1}", limit="cap_limit", unit="t/year"),
    segments="a sum over the year: the means of segments have the same sum",
)
def emission_cap(m, k, y):
    """Σ over regions of counted emissions ≤ limit"""
    return sum(m.cap_emissions[k, r, y] for r in m.region) <= m.cap_limit[k, y]


def check(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """CO2 of mixed origin cannot leave the counted regions and be released elsewhere."""
    yield from check_pooled(NAME, DIMENSION, data)


POLICY = Policy(
    __name__,
    __doc__,
    declare=declare,
    check=check,
    equations=(emission_cap,),
    settings=Settings,
    to_data=to_data,
    dimension=DIMENSION,
    counts_emissions=True,
)
