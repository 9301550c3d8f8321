"""Near-optimal plans: the objective of each run of such a study, and the earlier runs needed for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

import numpy as np
import xarray as xr

from h2model.case import Faults, did_you_mean, present_value_factor
from h2model.constants import LEAST_SHARE
from h2model.results.prices import PRICES
from h2model.studies.campaign import Campaign
from h2model.studies.designs import NearOptimal
from h2model.studies.manifest import GOAL, OPTIMUM, SLACK


def needed_runs(campaign: Campaign, run: int) -> list[int]:
    """Return the runs needed by a run: the optimum and, for an alternative, the earlier ones with its slack."""
    if not isinstance(campaign.study.design, NearOptimal) or run == 0:
        return []
    row = campaign.rows[run]
    if not row[GOAL].startswith("alternative "):
        return [0]
    same = [number for number in range(run) if campaign.rows[number][SLACK] == row[SLACK]]
    return [0, *(number for number in same if campaign.rows[number][GOAL].startswith("alternative "))]


def most_cost(campaign: Campaign, run: int, optimum: xr.Dataset) -> float:
    """Return the highest cost of the plan of a run: the least cost, plus the slack times its absolute value."""
    least = float(optimum.attrs["objective"])
    return least + float(campaign.rows[run][SLACK]) * abs(least)


def weights(campaign: Campaign, run: int, before: Sequence[xr.Dataset]) -> xr.DataArray:
    """Return the weight of every asset in the objective of a run; `before` are the results of the runs it needs.

    Weights are 1 to minimise a capacity and −1 to maximise it, and 0 for other assets. For an alternative they follow
    SPORES: each earlier plan adds its new capacity as a share of the largest among these plans.
    """
    optimum, goal = before[0], campaign.rows[run][GOAL]
    sense, _, name = goal.partition(" ")
    if sense != "alternative":
        assets = members(campaign.study.design.capacities[name], optimum)
        return assets * (1.0 if sense == "least" else -1.0)
    built = xr.concat([plan["new_capacity"].sum("period") for plan in before], dim="plan", join="exact")
    most = built.max("plan")
    share = (built / most.where(most > LEAST_SHARE * max(float(most.max()), 1.0))).fillna(0.0)
    return (share.sum("plan") / most.where(most > 0, 1.0)).reset_coords(drop=True)


def members(patterns: Iterable[str], data: xr.Dataset) -> xr.DataArray:
    """Return 1 for every asset whose name or technology matches a pattern, and 0 for others; dims (asset)."""
    names, technologies = data["asset"].values, data["asset_technology"].values
    matches = [
        float(any(fnmatchcase(word, pattern) for word in pair for pattern in patterns))
        for pair in zip(names, technologies, strict=True)
    ]
    return xr.DataArray(matches, {"asset": names}, ("asset",))


def check_capacities(design: NearOptimal, data: xr.Dataset, faults: Faults) -> None:
    """Refuse patterns without assets, sums over several units, and capacities with a limit of 0 in all periods."""
    known = [*data["asset"].values.tolist(), *data["asset_technology"].values.tolist()]
    for name, patterns in design.capacities.items():
        where = f"design.capacities.{name}"
        for pattern in patterns:
            if not members([pattern], data).any():
                faults.add(where, f"no asset or technology has the name {pattern}", did_you_mean(pattern, known))
        is_member = members(patterns, data).astype(bool)
        units = np.unique(data["asset_unit"].values[is_member.values])
        if len(units) > 1:
            faults.add(where, f"adds up capacities in {' and '.join(units)}", "use assets with the same unit")
        if is_member.any() and not (data["maximum_new_capacity"].sel(asset=is_member.values) > 0).any():
            faults.add(where, "cannot be built in any period", "use assets that can be built")


def as_plan(results: xr.Dataset) -> xr.Dataset:
    """Return the results of an explored model as a plan: its cost is the objective, and prices are removed.

    The duals belong to the minimised weighted sum. They are not prices, since this sum is not a cost.
    """
    cost = (results["annual_cost"] * present_value_factor(results)).sum("period")
    priceless = results.drop_vars([name for name in results if str(name).startswith(PRICES)])
    plan = priceless.assign(total_cost=cost.assign_attrs(units=results.attrs["currency"], long_name="present cost"))
    value = float(cost)
    plan.attrs |= {"objective": value, "upper_bound": value, "lower_bound": "not sought", "gap": "not sought"}
    return plan


def is_optimum(campaign: Campaign, run: int) -> bool:
    """Return whether a run minimises cost, as every run of other designs does."""
    return not isinstance(campaign.study.design, NearOptimal) or campaign.rows[run][GOAL] == OPTIMUM
