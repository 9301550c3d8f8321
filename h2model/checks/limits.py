"""Limits: minima that no capacity, no year and no import can reach.

They are warnings: a scenario without a plan is an answer, which the solver gives (also to a study that goes there) and
`h2model explain` explains. The warning says it before anything is built. Shares that no mix can hold are errors.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr

from h2model.case import Provenance, rule
from h2model.checks.connectivity import Network
from h2model.checks.existing_capacity import (
    durations,
    host_positions,
    least_capacity,
    most_capacity,
    most_import,
    of_plants,
    positions,
)
from h2model.constants import LIMIT_TOLERANCE
from h2model.errors import Fault, Severity
from h2model.frame.sets import labels


def exceeds(least: np.ndarray, most: np.ndarray) -> np.ndarray:
    """Where a least is above a most, by more than rounding."""
    return least > most + LIMIT_TOLERANCE * np.maximum(1.0, np.abs(least))


@rule(
    Severity.WARNING,
    against="a scenario without a plan, because a minimum was meant for something that may not be built.",
)
def least_capacity_can_be_reached(data: xr.Dataset, rows: Provenance) -> Iterable[Fault]:
    """What stands and what may be built and lives until then reaches the minimum_capacity."""
    least, most = data.variables["minimum_capacity"].transpose("asset", "period").values, most_capacity(data)
    allowed = data.variables["maximum_capacity"].transpose("asset", "period").values
    for i, y in _first_period_each(exceeds(least, most) & ~exceeds(least, allowed)):
        asset, period = labels(data, "asset")[i], labels(data, "period")[y]
        yield Fault(
            rows.where("minimum_capacity", asset, period=period),
            f"{asset} must have {least[i, y]:.6g} in {period}, but {most[i, y]:.6g} can stand at most: no plan",
            "lower minimum_capacity, or raise existing_capacity or maximum_new_capacity",
        )


@rule(Severity.WARNING, against="a scenario without a plan, because projects that are decided exceed a limit.")
def decided_capacity_has_room(data: xr.Dataset, rows: Provenance) -> Iterable[Fault]:
    """What stands and what must be built fits below the maximum_capacity."""
    least = least_capacity(data)
    given = data.variables
    most, existing, minimum = (
        given[name].transpose("asset", "period").values
        for name in ("maximum_capacity", "existing_capacity", "minimum_capacity")
    )
    told_elsewhere = (existing > most) | (minimum > most)
    for i, y in _first_period_each(exceeds(least, most) & ~told_elsewhere):
        asset, period = labels(data, "asset")[i], labels(data, "period")[y]
        yield Fault(
            rows.where("minimum_new_capacity", asset),
            f"{asset} has {least[i, y]:.6g} in {period} with what is decided, and {most[i, y]:.6g} may stand: no plan",
            "lower minimum_new_capacity or raise maximum_capacity",
        )


@rule(Severity.ERROR, against="a plant that can run by no recipe at all.")
def share_bounds_leave_room(data: xr.Dataset, rows: Provenance) -> Iterable[Fault]:
    """The least share of a mode is no more than its largest."""
    least, most = (
        data.variables[name].transpose("plant", "period").values for name in ("minimum_share", "maximum_share")
    )
    for i, y in _first_period_each(exceeds(least, most)):
        mode, period = labels(data, "plant")[i], labels(data, "period")[y]
        yield Fault(
            rows.where("minimum_share", mode, period=period),
            f"{mode} has a minimum_share above its maximum_share in {period}",
            "lower minimum_share or raise maximum_share",
        )


@rule(Severity.WARNING, against="a scenario without a plan, because a contract asks more of a plant than it can do.")
def annual_activity_can_be_reached(data: xr.Dataset, rows: Provenance) -> Iterable[Fault]:
    """The least annual activity is possible with all capacity that may stand, whenever it is available."""
    least = data.variables["minimum_annual_activity"].transpose("plant", "period").values
    stands, hours = of_plants(data, most_capacity(data)), _available_hours(data)
    # Without any limit of capacity and without any hour nothing is possible all the same.
    most = np.where(hours > 0, np.where(hours > 0, stands, 0.0) * hours, 0.0)
    for i, y in _first_period_each(exceeds(least, most)):
        plant, period = labels(data, "plant")[i], labels(data, "period")[y]
        yield Fault(
            rows.where("minimum_annual_activity", plant, period=period),
            f"{plant} must do {least[i, y]:.6g} in {period}, but can do {most[i, y]:.6g} at most: "
            f"{hours[i, y]:,.0f} full-load hours of {stands[i, y]:.6g}: no plan",
            "lower minimum_annual_activity, or raise its capacity or availability",
        )


@rule(Severity.WARNING, against="a scenario without a plan, because a permit is smaller than the least load.")
def running_fits_into_the_year(data: xr.Dataset, rows: Provenance) -> Iterable[Fault]:
    """What must run at all times does not exceed what may run in a year."""
    given = data.variables
    rate, most = (
        given[name].transpose("plant", "period").values for name in ("minimum_run_rate", "maximum_annual_activity")
    )
    least = rate * _available_hours(data) * of_plants(data, least_capacity(data))
    for i, y in _first_period_each(exceeds(least, most)):
        plant, period = labels(data, "plant")[i], labels(data, "period")[y]
        yield Fault(
            rows.where("maximum_annual_activity", plant, period=period),
            f"{plant} must run for {least[i, y]:.6g} in {period} at least, but may do {most[i, y]:.6g}: no plan",
            "raise maximum_annual_activity, or lower minimum_run_rate or what stands",
        )


@rule(Severity.WARNING, against="a scenario without a plan, or a level entered in another unit.")
def initial_level_has_room(data: xr.Dataset, rows: Provenance) -> Iterable[Fault]:
    """A store can be as large as the level at which its year begins."""
    level = data.variables["initial_level"].values[:, None]
    most = most_capacity(data)[positions(data, "asset", labels(data, "store"))]
    for i, y in _first_period_each(exceeds(np.nan_to_num(level), most)):
        store, period = labels(data, "store")[i], labels(data, "period")[y]
        yield Fault(
            rows.where("initial_level", store),
            f"{store} begins the year with {level[i, 0]:.6g}, but holds {most[i, y]:.6g} at most in {period}: no plan",
            "lower initial_level or raise the capacity",
        )


@rule(
    Severity.WARNING,
    against="a scenario without a plan, because an annual import limit is below what the region needs today.",
)
def imports_cover_least_use(data: xr.Dataset, rows: Provenance) -> Iterable[Fault]:
    """What only imports bring is enough for the demands that must be served and the plants that must run.

    Looked at for each carrier, over the regions that its links join, where no plant, inflow or recovery adds to it.
    """
    network = Network(data)
    need, most = _least_use(network), np.zeros(network.shape)
    is_import = data.variables["trade_direction"].values == "import"
    np.add.at(most, network.places("trade"), np.where(is_import[:, None], most_import(data), 0.0))
    other = _other_supply(network)
    for c, carrier in enumerate(labels(data, "carrier")):
        for group in _joined_regions(network, c):
            asked, brought = need[group, c].sum(axis=0), most[group, c].sum(axis=0)
            short = exceeds(asked, brought) & (brought > 0) & ~other[group, c].any(axis=0)
            if short.any():
                y = int(np.argmax(short))
                unit, period = data["carrier_unit"].values[c], labels(data, "period")[y]
                trades = [
                    trade
                    for trade, own, region, bought in zip(
                        labels(data, "trade"), *network.places("trade")[::-1], is_import, strict=True
                    )
                    if own == c and region in group and bought
                ]
                yield Fault(
                    rows.where("maximum_volume", trades[0], period=period),
                    f"imports bring at most {brought[y]:.6g} {unit}/year of {carrier} in {period}, but what must be "
                    f"served and must run needs {asked[y]:.6g} {unit}/year at least: no plan",
                    f"raise maximum_volume or maximum_rate of {' or '.join(trades)}, or lower what must run",
                )


def _available_hours(data: xr.Dataset) -> np.ndarray:
    """Full-load hours of a year (plant, period); a mode has those of its plant."""
    hours = data.variables["availability"].transpose("plant", "period", "time").values @ durations(data)
    hosts = host_positions(data)
    hours[hosts >= 0] = hours[hosts[hosts >= 0]]
    return hours


def _least_use(network: Network) -> np.ndarray:
    """Use that cannot be avoided: demands without a way out, plants that must run (region, carrier, period)."""
    data, given = network.data, network.data.variables
    need = np.zeros(network.shape)
    volume = given["rate"].transpose("demand", "period", "time").values @ durations(data)
    volume = volume + given["annual_volume"].transpose("demand", "period").values
    firm = np.where(given["unserved_cost"].notnull().values, 0.0, 1.0 - given["interruptible_share"].values)
    np.add.at(need, network.places("demand"), volume * firm[:, None])
    run, annual, share = (
        given[name].transpose("plant", "period").values
        for name in ("minimum_run_rate", "minimum_annual_activity", "minimum_share")
    )
    hosts = host_positions(data)
    least = np.maximum(run * _available_hours(data) * of_plants(data, least_capacity(data)), annual)
    is_mode = hosts >= 0
    least[is_mode] = np.maximum(annual[is_mode], share[is_mode] * least[hosts[is_mode]])
    ratios = given["input"].transpose("plant", "carrier", "period").values
    np.add.at(need, network.region_of_plant, ratios * least[:, None, :])
    return need


def _other_supply(network: Network) -> np.ndarray:
    """Where something else than an import supplies a carrier (region, carrier, period)."""
    given = network.data.variables
    other = np.zeros(network.shape, dtype=bool)
    np.logical_or.at(other, network.region_of_plant, network.makes & network.may_run[:, None, :])
    inflow = (given["inflow"] > 0).any("time").transpose("store", "period").values
    np.logical_or.at(other, network.places("store"), inflow)
    _, target, is_open, link = network.edges
    changed = link < 0
    np.logical_or.at(other, tuple(end[changed] for end in target), is_open[changed])
    return other


def _joined_regions(network: Network, carrier: int) -> Iterable[np.ndarray]:
    """Regions that links of a carrier join, in groups."""
    count = network.shape[0]
    group = np.arange(count)
    source, target, _, link = network.edges
    own = (link >= 0) & (source[1] == carrier)
    for start, end in zip(source[0][own].tolist(), target[0][own].tolist(), strict=True):
        group[group == group[end]] = group[start]
    return [np.flatnonzero(group == number) for number in np.unique(group)]


def _first_period_each(where: np.ndarray) -> list[tuple[int, int]]:
    """Place of each entity for which a condition holds, and of the first period in which it does."""
    return [(int(i), int(np.argmax(where[i]))) for i in np.flatnonzero(where.any(axis=1))]


RULES = (
    least_capacity_can_be_reached,
    decided_capacity_has_room,
    share_bounds_leave_room,
    annual_activity_can_be_reached,
    running_fits_into_the_year,
    initial_level_has_room,
    imports_cover_least_use,
)
