"""Emission budget: the counted emissions of all years together may not exceed a total.

Each period, also the last, counts with the years that it represents.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import xarray as xr
from pydantic import Field

from h2model.case import Provenance, Units
from h2model.engine import Constraint, Model, Param
from h2model.errors import Fault
from h2model.frame.concern import Binding, Dual, Policy, Relax, Stage, Sums, equation
from h2model.policies.parts.entries import address, described, quantity, raise_if_any, table
from h2model.policies.parts.scope import EmissionScope, check_pooled, declare_scope, scope_data, scope_meanings

NAME = "emission_budget"
DIMENSION = "budget"
UNIT = "t"
MEANINGS = {"budget_total": ("Net emissions allowed in all years together", UNIT)}


class Settings(EmissionScope):
    """One budget: its total over all years and its scope."""

    total: str = Field(
        description="Maximum emissions over all years of all periods together, as text with a unit, such as "
        "'20 Mt'; may be negative. A year of a period counts as often as the period represents years.",
    )


def to_data(settings: Mapping[str, Settings], units: Units, coords: Mapping) -> xr.Dataset:
    """Return the budgets of a scenario as arrays; InputError lists every fault."""
    faults: list[Fault] = []
    data = scope_data(NAME, DIMENSION, settings, coords, faults)
    totals = [
        quantity(address(NAME, name, "total"), entry.total, UNIT, units, faults) for name, entry in settings.items()
    ]
    raise_if_any(faults)
    data = data.assign(budget_total=((DIMENSION,), table(totals)))
    return described(data, scope_meanings(DIMENSION, "budgets of emissions") | MEANINGS, units)


def declare(m: Model, data: xr.Dataset, sums: Sums) -> None:
    """Add one row for every budget."""
    declare_scope(m, data, DIMENSION)
    m.budget_total = Param(m.budget, initialize=data["budget_total"])
    m.budget_years = Param(m.period, initialize=data["years_represented"])
    m.emission_budget = Constraint(m.budget, rule=emission_budget.rule, unit=UNIT)


@equation(
    dual=Dual(
        "saving from one more tonne under the budget, at its worth in the base year",
        Binding("emission budget {0}: one tonne more", unit="t"),
    ),
    relax=Relax(Stage.POLICY, "the emission budget '{0}'", limit="budget_total", unit="t"),
    segments="sums over years: the means of segments have the same sums",
)
def emission_budget(m, k):
    """Σ over periods of years_represented × counted emissions ≤ total"""
    emitted = sum(m.budget_years[y] * m.budget_emissions[k, r, y] for r in m.region for y in m.period)
    return emitted <= m.budget_total[k]


def check(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """CO2 of mixed origin cannot leave the counted regions and be released elsewhere."""
    yield from check_pooled(NAME, DIMENSION, data)


POLICY = Policy(
    __name__,
    __doc__,
    declare=declare,
    check=check,
    equations=(emission_budget,),
    settings=Settings,
    to_data=to_data,
    dimension=DIMENSION,
    counts_emissions=True,
)
