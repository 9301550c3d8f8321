"""Limits: minimum values beyond the reach of capacity, hours or imports.

These rules warn, because an infeasible scenario is a valid answer: the solver reports it (also to a study), and
`h2model explain` explains it. The warning comes before the model is built. Shares that exclude every mix of modes are
an error.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr

from h2model.case import Provenance, rule
from h2model.checks.existing_capacity import (
    annual_trade_limit,
    capacity_lower_bound,
    capacity_upper_bound,
    durations,
    host_positions,
    of_plants,
    positions,
)
from h2model.checks.network import Network, first_periods
from h2model.constants import LIMIT_TOLERANCE
from h2model.errors import Fault, Severity
from h2model.frame.sets import labels


def exceeds(least: np.ndarray, most: np.ndarray) -> np.ndarray:
    """Return whether lower bounds exceed upper bounds by more than rounding."""
    return least > most + LIMIT_TOLERANCE * np.maximum(1.0, np.abs(least))


@rule(
    Severity.WARNING,
    against="an infeasible scenario, because a minimum was set for an asset that cannot be built.",
)
def least_capacity_can_be_reached(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """Existing capacity and the largest living new capacity reach minimum_capacity."""
    least, most = data.variables["minimum_capacity"].transpose("asset", "period").values, capacity_upper_bound(data)
    allowed = data.variables["maximum_capacity"].transpose("asset", "period").values
    for i, y in first_periods(exceeds(least, most) & ~exceeds(least, allowed)):
        asset, period = labels(data, "asset")[i], labels(data, "period")[y]
        yield Fault(
            provenance.where("minimum_capacity", asset, period=period),
            f"{asset} must have {least[i, y]:.6g} in {period}, but can have at most {most[i, y]:.6g}: infeasible",
            "lower minimum_capacity, or raise existing_capacity or maximum_new_capacity",
        )


@rule(Severity.WARNING, against="an infeasible scenario, because decided projects exceed a limit.")
def decided_capacity_has_room(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """Existing and decided new capacity together do not exceed maximum_capacity."""
    least = capacity_lower_bound(data)
    most, existing, minimum = (
        data.variables[name].transpose("asset", "period").values
        for name in ("maximum_capacity", "existing_capacity", "minimum_capacity")
    )
    reported_by_other_rules = (existing > most) | (minimum > most)
    for i, y in first_periods(exceeds(least, most) & ~reported_by_other_rules):
        asset, period = labels(data, "asset")[i], labels(data, "period")[y]
        yield Fault(
            provenance.where("minimum_new_capacity", asset),
            f"{asset} has {least[i, y]:.6g} of existing and decided capacity in {period}, above its maximum_capacity "
            f"({most[i, y]:.6g}): infeasible",
            "lower minimum_new_capacity, or raise maximum_capacity",
        )


@rule(Severity.ERROR, against="a plant that cannot run with any mix of modes.")
def share_bounds_leave_room(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """The minimum_share of a mode does not exceed its maximum_share."""
    least, most = (
        data.variables[name].transpose("plant", "period").values for name in ("minimum_share", "maximum_share")
    )
    for i, y in first_periods(exceeds(least, most)):
        mode, period = labels(data, "plant")[i], labels(data, "period")[y]
        yield Fault(
            provenance.where("minimum_share", mode, period=period),
            f"{mode} has a minimum_share above its maximum_share in {period}",
            "lower minimum_share, or raise maximum_share",
        )


@rule(Severity.WARNING, against="an infeasible scenario, because a contract asks more of a plant than it can make.")
def annual_activity_can_be_reached(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """The minimum_annual_activity is possible with the largest capacity in all available hours."""
    least = data.variables["minimum_annual_activity"].transpose("plant", "period").values
    capacity, hours = of_plants(data, capacity_upper_bound(data)), _available_hours(data)
    # Unlimited capacity without available hours allows no activity (inf × 0).
    most = np.where(hours > 0, np.where(hours > 0, capacity, 0.0) * hours, 0.0)
    for i, y in first_periods(exceeds(least, most)):
        plant, period = labels(data, "plant")[i], labels(data, "period")[y]
        yield Fault(
            provenance.where("minimum_annual_activity", plant, period=period),
            f"{plant} has a minimum_annual_activity of {least[i, y]:.6g} in {period}, but reaches at most "
            f"{most[i, y]:.6g} ({hours[i, y]:,.0f} full-load hours of {capacity[i, y]:.6g}): infeasible",
            "lower minimum_annual_activity, or raise the capacity or availability",
        )


@rule(Severity.WARNING, against="an infeasible scenario, because a permit is smaller than the minimum load.")
def running_fits_into_the_year(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """The minimum load of a year does not exceed maximum_annual_activity."""
    rate, most = (
        data.variables[name].transpose("plant", "period").values
        for name in ("minimum_run_rate", "maximum_annual_activity")
    )
    least = rate * _available_hours(data) * of_plants(data, capacity_lower_bound(data))
    for i, y in first_periods(exceeds(least, most)):
        plant, period = labels(data, "plant")[i], labels(data, "period")[y]
        yield Fault(
            provenance.where("maximum_annual_activity", plant, period=period),
            f"{plant} has a minimum load of {least[i, y]:.6g} in {period}, above its maximum_annual_activity "
            f"({most[i, y]:.6g}): infeasible",
            "raise maximum_annual_activity, or lower minimum_run_rate or existing_capacity",
        )


@rule(Severity.WARNING, against="an infeasible scenario, or a level entered in another unit.")
def initial_level_has_room(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """The initial_level of a store does not exceed its largest possible capacity."""
    level = data.variables["initial_level"].values[:, None]
    most = capacity_upper_bound(data)[positions(data, "asset", labels(data, "store"))]
    for i, y in first_periods(exceeds(np.nan_to_num(level), most)):
        store, period = labels(data, "store")[i], labels(data, "period")[y]
        yield Fault(
            provenance.where("initial_level", store),
            f"{store} begins the year with {level[i, 0]:.6g}, but can hold at most {most[i, y]:.6g} in {period}: "
            "infeasible",
            "lower initial_level, or raise the capacity",
        )


@rule(
    Severity.WARNING,
    against="an infeasible scenario, because an annual import limit is below the current need of a region.",
)
def imports_cover_least_use(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """If only imports supply a carrier, they suffice for firm demands and plants with a minimum load.

    The rule compares sums for each carrier over regions joined by its links.
    """
    network = Network(data)
    need, most = _least_use(network), np.zeros(network.shape)
    is_import = data.variables["trade_direction"].values == "import"
    np.add.at(most, network.nodes("trade"), np.where(is_import[:, None], annual_trade_limit(data), 0.0))
    for c, carrier in enumerate(labels(data, "carrier")):
        for group in network.joined_regions(c):
            needed, imported = need[group, c].sum(axis=0), most[group, c].sum(axis=0)
            short = exceeds(needed, imported) & (imported > 0)
            short &= ~network.supplied_without_imports[group, c].any(axis=0)
            if short.any():
                y = int(np.argmax(short))
                unit, period = data["carrier_unit"].values[c], labels(data, "period")[y]
                regions, carriers = network.nodes("trade")
                imports = np.flatnonzero(is_import & (carriers == c) & np.isin(regions, group))
                trades = [labels(data, "trade")[i] for i in imports]
                yield Fault(
                    provenance.where("maximum_volume", trades[0], period=period),
                    f"imports supply at most {imported[y]:.6g} {unit}/year of {carrier} in {period}, but firm demands "
                    f"and minimum loads need at least {needed[y]:.6g} {unit}/year: infeasible",
                    f"raise maximum_volume or maximum_rate of {' or '.join(trades)}, or lower these demands and loads",
                )


def _available_hours(data: xr.Dataset) -> np.ndarray:
    """Return the full-load hours of a year (plant, period); a mode has those of its host."""
    hours = data.variables["availability"].transpose("plant", "period", "time").values @ durations(data)
    hosts = host_positions(data)
    hours[hosts >= 0] = hours[hosts[hosts >= 0]]
    return hours


def _least_use(network: Network) -> np.ndarray:
    """Return the unavoidable use, by firm demands and minimum loads of plants (region, carrier, period)."""
    data, inputs = network.data, network.data.variables
    need = np.zeros(network.shape)
    volume = inputs["rate"].transpose("demand", "period", "time").values @ durations(data)
    volume = volume + inputs["annual_volume"].transpose("demand", "period").values
    firm = np.where(inputs["unserved_cost"].notnull().values, 0.0, 1.0 - inputs["interruptible_share"].values)
    np.add.at(need, network.nodes("demand"), volume * firm[:, None])
    rate, annual, share = (
        inputs[name].transpose("plant", "period").values
        for name in ("minimum_run_rate", "minimum_annual_activity", "minimum_share")
    )
    hosts = host_positions(data)
    least = np.maximum(rate * _available_hours(data) * of_plants(data, capacity_lower_bound(data)), annual)
    is_mode = hosts >= 0
    least[is_mode] = np.maximum(annual[is_mode], share[is_mode] * least[hosts[is_mode]])
    ratios = inputs["input"].transpose("plant", "carrier", "period").values
    np.add.at(need, network.region_of_plant, ratios * least[:, None, :])
    return need


RULES = (
    least_capacity_can_be_reached,
    decided_capacity_has_room,
    share_bounds_leave_room,
    annual_activity_can_be_reached,
    running_fits_into_the_year,
    initial_level_has_room,
    imports_cover_least_use,
)
