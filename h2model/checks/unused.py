"""Unused: carriers, assets and trades that take no part in the case."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr

from h2model.case import Provenance, rule
from h2model.checks.existing_capacity import annual_trade_limit, capacity_upper_bound
from h2model.errors import Fault, Severity
from h2model.frame.sets import labels, occurring


@rule(Severity.WARNING, against="a carrier with a misspelt name, or a missing table.")
def carrier_takes_part(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """A carrier is used, made, stored, transported, traded or demanded in some region."""
    taking_part = {carrier for carrier, _ in occurring(data)}
    for carrier in labels(data, "carrier"):
        if carrier not in taking_part:
            yield Fault(
                provenance.where("unit", carrier),
                f"no plant, store, link, trade or demand uses {carrier}",
                "remove it from carriers.csv, or add a plant, store, link, trade or demand of it",
            )


@rule(Severity.WARNING, against="an option that a limit of 0 excludes.")
def asset_can_stand(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """A plant, store or link exists or can be built in some period."""
    for i in np.flatnonzero(~(capacity_upper_bound(data) > 0).any(axis=1)):
        asset = labels(data, "asset")[i]
        limits = (provenance.row(name, asset) for name in ("maximum_new_capacity", "maximum_capacity"))
        yield Fault(
            next(filter(None, limits), "") or provenance.defined(asset),
            f"{asset} can never have capacity: its existing capacity is 0, and new capacity is not allowed",
            "set an existing_capacity or a maximum_new_capacity, or remove it",
        )


@rule(Severity.WARNING, against="a trade that a limit of 0 excludes.")
def trade_can_flow(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """An import or export is possible in some period."""
    for i in np.flatnonzero(~(annual_trade_limit(data) > 0).any(axis=1)):
        trade = labels(data, "trade")[i]
        limits = (provenance.row(name, trade) for name in ("maximum_rate", "maximum_volume"))
        yield Fault(
            next(filter(None, limits), "") or provenance.defined(trade),
            f"{trade} can never flow: its limits are 0 in every period",
            "raise the limit, or remove it",
        )


RULES = (carrier_takes_part, asset_can_stand, trade_can_flow)
