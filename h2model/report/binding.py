"""Binding limits of a plan, and the saving from one unit more of each: duals and reduced costs in words.

Concerns and policies say how each of their limits binds (`h2model.frame.concern.Binding`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr

from h2model.case import present_value_factor
from h2model.frame.concern import Binding, Bound, Concern, Equation, Policy
from h2model.frame.units import limit_unit
from h2model.model import CONCERNS
from h2model.plots.words import words

#: Smallest saving per unit of a variable's bound that is reported. Smaller ones are within the solver's tolerance.
LEAST_SAVING = 1.0
#: The same for the limit of an equation, per unit such as a tonne or MWh.
LEAST_PRICE = 1e-3
#: Period of a limit on the sum of all periods. The saving of such a limit is a present value in the base year.
ALL = "all"


@dataclass(frozen=True)
class BindingLimit:
    """One binding limit: its description, its period, the saving per unit if it is relaxed, and the unit."""

    what: str
    period: int | str
    saving: float
    unit: str


def binding_limits(run: xr.Dataset) -> list[BindingLimit]:
    """Return the binding limits of a run, group by group and the largest saving first; empty for plans without duals.

    Limits on emissions come first, then other policies, other equations, and bounds of variables.

    Parameters
    ----------
    run
        Results merged with their inputs.
    """
    policies = [concern for concern in CONCERNS if isinstance(concern, Policy)]
    others = [concern for concern in CONCERNS if not isinstance(concern, Policy)]
    counting = [concern for concern in policies if concern.counts_emissions]
    groups = (counting, [concern for concern in policies if concern not in counting], others)
    limits = []
    for group in groups:
        pairs = ((concern, each) for concern in group for each in concern.equations if each.dual.binding)
        limits += _by_saving(limit for concern, each in pairs for limit in _of_equation(run, concern, each))
    for bound in (bound for concern in others for bound in concern.bounds if bound.binding):
        limits += _by_saving(_of_bound(run, bound, bound.binding))
    return limits


def _by_saving(limits: Iterable[BindingLimit]) -> list[BindingLimit]:
    return sorted(limits, key=lambda limit: (-limit.saving, limit.what))


def _of_equation(run: xr.Dataset, concern: Concern, equation: Equation) -> Iterator[BindingLimit]:
    """Yield where an equation binds. If it limits every step or window, its saving is the sum over all of them."""
    dual, binding = run.get(f"dual_{equation.name}"), equation.dual.binding
    if dual is None or not dual.size:
        return
    years, unit_of = _years(run), concern.unit_of if isinstance(concern, Policy) else None
    for (name, period), total in _saved(run, dual).items():
        saving = total if binding.over_life or period == ALL else total / years[period]
        if saving > LEAST_PRICE:
            yield _limit(run, binding, name, limit_unit(binding.unit, run, name, unit_of), period, saving)


def _saved(run: xr.Dataset, dual: xr.DataArray) -> dict[tuple[str, int | str], float]:
    """Return the saving by member and period, summed over all steps.

    The first dimension contains members, or pairs of member and period. If the dual has no periods, the limit applies
    to all periods together (`ALL`).
    """
    members = str(dual.dims[0])
    if "period" in dual.dims:
        summed = np.abs(dual).sum([dim for dim in dual.dims if dim not in (members, "period")])
        return {(name, period): value for (name, period), value in summed.to_series().to_dict().items()}
    names, periods = run[members].values.tolist() if members in run.coords else [], [ALL] * run.sizes[members]
    if f"{members}_period" in run.coords:
        member = next(name for name, values in run.coords.items() if _is_label_of(str(name), values, members))
        names, periods = run[member].values.tolist(), run[f"{members}_period"].values.tolist()
    values = np.abs(dual).sum([dim for dim in dual.dims if dim != members]).values.tolist()
    saved: dict[tuple[str, int | str], float] = {}
    for name, period, value in zip(names, periods, values, strict=True):
        saved[name, period] = saved.get((name, period), 0.0) + value
    return saved


def _is_label_of(name: str, values: xr.DataArray, members: str) -> bool:
    """Whether a coordinate labels the members of a dimension, such as `capped_cap`, but not `capped_period`."""
    return values.dims == (members,) and name.startswith(f"{members}_") and not name.endswith("_period")


def _of_bound(run: xr.Dataset, bound: Bound, binding: Binding) -> Iterator[BindingLimit]:
    """Where a variable of assets is at its upper bound and more would save: its reduced cost is negative there."""
    cost = run.get(f"reduced_cost_{bound.variable}")
    if cost is None:
        return
    cost = cost.transpose("asset", "period").values
    value = run[bound.variable].transpose("asset", "period").values
    most = run[bound.relax.limit].transpose("asset", "period").values
    assets, periods, years = run["asset"].values.tolist(), run["period"].values.tolist(), _years(run)
    at_limit = (value >= most * (1 - 1e-6)) & (cost < 0) & np.isfinite(most) & (most > 0)
    for row, column in np.argwhere(at_limit).tolist():
        saving = float(-cost[row, column] / (1.0 if binding.over_life else years[periods[column]]))
        if saving >= LEAST_SAVING:
            unit = limit_unit(binding.unit, run, assets[row])
            yield _limit(run, binding, assets[row], unit, periods[column], saving)


def _limit(run: xr.Dataset, binding: Binding, member: str, unit: str, period: int | str, saving: float) -> BindingLimit:
    per = f"{run.attrs['currency']}/{binding.per.format(unit)}"
    return BindingLimit(binding.text.format(words(member), unit), period, float(saving), per)


def _years(run: xr.Dataset) -> dict[int, float]:
    """Present worth of one unit of money in every year of a period, by period."""
    return dict(zip(run["period"].values.tolist(), present_value_factor(run).values.tolist(), strict=True))
