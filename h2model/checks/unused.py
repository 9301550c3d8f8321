"""Unused: everything that is declared takes part."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr

from h2model.case import Provenance, rule
from h2model.checks.existing_capacity import most_capacity, most_import
from h2model.errors import Fault, Severity
from h2model.frame.sets import labels, occurring


@rule(
    Severity.WARNING,
    against="a carrier whose name is written otherwise where it is used, or a table that was left out.",
)
def carrier_takes_part(data: xr.Dataset, rows: Provenance) -> Iterable[Fault]:
    """A carrier is used, made, kept, moved, traded or asked for somewhere."""
    taking_part = {carrier for carrier, _ in occurring(data)}
    for carrier in labels(data, "carrier"):
        if carrier not in taking_part:
            yield Fault(
                rows.where("unit", carrier),
                f"{carrier} is used by no plant, store, link, trade or demand",
                "remove it from carriers.csv, or add what uses or makes it",
            )


@rule(Severity.WARNING, against="an option that was entered and is shut off by a limit of 0.")
def asset_can_stand(data: xr.Dataset, rows: Provenance) -> Iterable[Fault]:
    """A plant, store or link stands in some period, or may be built."""
    for i in np.flatnonzero(~(most_capacity(data) > 0).any(axis=1)):
        asset = labels(data, "asset")[i]
        limits = (rows.row(name, asset) for name in ("maximum_new_capacity", "maximum_capacity"))
        yield Fault(
            next(filter(None, limits), "") or rows.defined(asset),
            f"{asset} can never have any capacity: none stands, and none may be built",
            "give it an existing_capacity or a maximum_new_capacity, or remove it",
        )


@rule(Severity.WARNING, against="a trade that was entered and is shut off by a limit of 0.")
def trade_can_flow(data: xr.Dataset, rows: Provenance) -> Iterable[Fault]:
    """An import or export is possible in some period."""
    for i in np.flatnonzero(~(most_import(data) > 0).any(axis=1)):
        trade = labels(data, "trade")[i]
        limits = (rows.row(name, trade) for name in ("maximum_rate", "maximum_volume"))
        yield Fault(
            next(filter(None, limits), "") or rows.defined(trade),
            f"{trade} can never flow: its limits are 0 in every period",
            "raise the limit, or remove it",
        )


RULES = (carrier_takes_part, asset_can_stand, trade_can_flow)
