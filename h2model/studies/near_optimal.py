"""Near-optimal plans: which plan a run of such a study looks for, and what it needs of the runs before it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

import numpy as np
import xarray as xr

from h2model.case import Faults, did_you_mean, present_value_factor
from h2model.constants import LEAST_SHARE
from h2model.results.prices import PRICES
from h2model.studies.campaign import Campaign
from h2model.studies.definition import NearOptimal
from h2model.studies.designs import GOAL, OPTIMUM, SLACK


def needed_runs(campaign: Campaign, run: int) -> list[int]:
    """The runs that must be done before this one: the optimum, and for an alternative those of its slack before it."""
    if not isinstance(campaign.study.design, NearOptimal) or run == 0:
        return []
    row = campaign.rows[run]
    if not row[GOAL].startswith("alternative "):
        return [0]
    same = [number for number in range(run) if campaign.rows[number][SLACK] == row[SLACK]]
    return [0, *(number for number in same if campaign.rows[number][GOAL].startswith("alternative "))]


def most_cost(campaign: Campaign, run: int, optimum: xr.Dataset) -> float:
    """What the plan of a run may cost: the least, and its slack as a share of that (of its size, if below zero)."""
    least = float(optimum.attrs["objective"])
    return least + float(campaign.rows[run][SLACK]) * abs(least)


def weights(campaign: Campaign, run: int, before: Sequence[xr.Dataset]) -> xr.DataArray:
    """The weight of every asset in what a run minimises; `before` are the results of its needed runs.

    For a capacity that is to be least or most: 1 or −1 for its assets. For an alternative, after SPORES: each plan
    before it adds to the weight of an asset the share that it builds of the most that any of them builds.
    """
    optimum, goal = before[0], campaign.rows[run][GOAL]
    sense, _, name = goal.partition(" ")
    if sense != "alternative":
        chosen = members(campaign.study.design.capacities[name], optimum)
        return chosen * (1.0 if sense == "least" else -1.0)
    built = xr.concat([plan["new_capacity"].sum("period") for plan in before], dim="plan", join="exact")
    most = built.max("plan")
    share = (built / most.where(most > LEAST_SHARE * max(float(most.max()), 1.0))).fillna(0.0)
    return (share.sum("plan") / most.where(most > 0, 1.0)).reset_coords(drop=True)


def members(patterns: Iterable[str], data: xr.Dataset) -> xr.DataArray:
    """1 for every asset whose name or technology matches one of the patterns, 0 for the others; dims (asset)."""
    names, technologies = data["asset"].values, data["asset_technology"].values
    chosen = [
        float(any(fnmatchcase(word, pattern) for word in pair for pattern in patterns))
        for pair in zip(names, technologies, strict=True)
    ]
    return xr.DataArray(chosen, {"asset": names}, ("asset",))


def check_capacities(design: NearOptimal, data: xr.Dataset, faults: Faults) -> None:
    """Every pattern must match an asset that can be built, and what is added up must have one unit."""
    known = [*data["asset"].values.tolist(), *data["asset_technology"].values.tolist()]
    for name, patterns in design.capacities.items():
        where = f"design.capacities.{name}"
        for pattern in patterns:
            if not members([pattern], data).any():
                faults.add(where, f"no asset or technology is called {pattern}", did_you_mean(pattern, known))
        chosen = members(patterns, data).astype(bool)
        units = np.unique(data["asset_unit"].values[chosen.values])
        if len(units) > 1:
            faults.add(where, f"adds up capacities in {' and '.join(units)}", "name only what has one unit")
        if chosen.any() and not (data["maximum_new_capacity"].sel(asset=chosen.values) > 0).any():
            faults.add(where, "none of it can be built in any period", "choose something that can be built")


def as_plan(results: xr.Dataset) -> xr.Dataset:
    """The results of an explored model, told as a plan: its cost is the objective, and it has no prices.

    Duals belong to what was minimised, which is no cost.
    """
    cost = (results["annual_cost"] * present_value_factor(results)).sum("period")
    priceless = results.drop_vars([name for name in results if str(name).startswith(PRICES)])
    plan = priceless.assign(total_cost=cost.assign_attrs(units=results.attrs["currency"], long_name="present cost"))
    value = float(cost)
    plan.attrs |= {"objective": value, "upper_bound": value, "lower_bound": "not sought", "gap": "not sought"}
    return plan


def is_optimum(campaign: Campaign, run: int) -> bool:
    """Whether a run is an ordinary one, of least cost."""
    return not isinstance(campaign.study.design, NearOptimal) or campaign.rows[run][GOAL] == OPTIMUM
