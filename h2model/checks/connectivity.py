"""Connectivity: demands can be supplied, plants can run, and their products can be used."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr

from h2model.case import Provenance, rule
from h2model.checks.network import Network
from h2model.errors import Fault, Severity
from h2model.frame.sets import labels


def _demand_faults(data: xr.Dataset, provenance: Provenance, has_cost: bool, remedy: str) -> Iterable[Fault]:
    """Yield a fault for each demand that cannot be supplied under the most favourable assumptions (`at_best`)."""
    network = Network(data)
    costed = data.variables["unserved_cost"].notnull().values
    for i, y in network.unserved(network.at_best):
        if costed[i] == has_cost:
            demand, carrier, region = (labels(data, name)[i] for name in ("demand", "demand_carrier", "demand_region"))
            yield Fault(
                provenance.defined(demand),
                f"{demand} cannot be supplied with {carrier} in {region} in {labels(data, 'period')[y]}: "
                f"{network.shortage(i, y)}",
                remedy,
            )


@rule(Severity.ERROR, against="an infeasible scenario whose cause the solver does not report.")
def demand_can_be_served(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """A demand without an unserved_cost can be supplied by imports, inflows, plants or links."""
    remedy = "add a plant, an import or a link that supplies it, or set an unserved_cost"
    yield from _demand_faults(data, provenance, has_cost=False, remedy=remedy)


@rule(Severity.WARNING, against="a cost of unserved demand that hides a missing plant, import or link.")
def demand_is_not_always_unserved(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """A demand with an unserved_cost can be supplied by imports, inflows, plants or links."""
    remedy = "add a plant, an import or a link that supplies it, or remove the demand"
    yield from _demand_faults(data, provenance, has_cost=True, remedy=remedy)


@rule(Severity.WARNING, against="plants in a circle that produce from nothing, or can never start.")
def demand_is_served_from_outside(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """The supply of a demand begins with an import or another source, not with plants in a circle."""
    network = Network(data)
    unserved_at_best = set(network.unserved(network.at_best))
    for i, y in network.unserved(network.from_nothing):
        if (i, y) not in unserved_at_best:
            demand, carrier, region = (labels(data, name)[i] for name in ("demand", "demand_carrier", "demand_region"))
            yield Fault(
                provenance.defined(demand),
                f"{demand} gets {carrier} in {region} in {labels(data, 'period')[y]} only from plants that need each "
                "other's products, and not from outside",
                "add an import or another source for an input of one of these plants",
            )


@rule(Severity.WARNING, against="an option that can never be chosen.")
def plant_can_run(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """If a plant can have capacity, all its inputs are available in some period."""
    network = Network(data)
    never = network.may_run.any(axis=1) & ~network.running(network.at_best).any(axis=1)
    for i in np.flatnonzero(never).tolist():
        plant, region = labels(data, "plant")[i], labels(data, "plant_region")[i]
        lacking = network.lacking(i, int(np.argmax(network.may_run[i])))
        if lacking:
            yield Fault(
                provenance.defined(plant),
                f"{plant} can never run: it lacks {' and '.join(lacking)} in {region}",
                "add an import, a plant or a link for each of them",
            )


@rule(Severity.WARNING, against="a plant that cannot run because a by-product cannot leave.")
def product_has_a_taker(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """Each product of a plant can be used, sold, transported or vented in its region."""
    network = Network(data)
    made = (network.makes & network.may_run[:, None, :]).any(axis=2)
    for i, c in np.argwhere(made & ~network.outlets[network.region_of_plant]):
        plant, carrier, region = labels(data, "plant")[i], labels(data, "carrier")[c], labels(data, "plant_region")[i]
        yield Fault(
            provenance.where("output", plant, carrier=carrier),
            f"{plant} can never run: it makes {carrier}, and {carrier} cannot be used, sold, transported or vented in "
            f"{region}",
            f"add a demand, an export or a link for it, or set a disposal_cost of {carrier}",
        )


RULES = (
    demand_can_be_served,
    demand_is_not_always_unserved,
    demand_is_served_from_outside,
    plant_can_run,
    product_has_a_taker,
)
