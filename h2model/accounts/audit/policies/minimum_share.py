"""Audit of minimum shares: named technologies make their share of a carrier in a year."""

from __future__ import annotations

import numpy as np
import xarray as xr

from h2model.accounts.audit.account import Account
from h2model.accounts.audit.production import production
from h2model.accounts.run_data import RunData

DIMENSION = "share_rule"


def check(data: RunData, account: Account) -> None:
    """Check that named technologies make their share of the annual production of a carrier."""
    made = {}
    carriers = data.positions("carrier", data.names("share_carrier"))
    for group in ("named", "counted"):
        made[group] = np.zeros((len(carriers), len(data.names("period"))))
        members = data.input(f"share_{group}").transpose("share_rule", "plant").values > 0
        for rule, carrier in enumerate(carriers):
            made[group][rule] = production(data, carrier)[members[rule]].sum(axis=0)
    rules = data.positions("share_rule", data.results["share_bound_rule"].values)
    periods = data.positions("period", data.results["share_bound_period"].values)
    for name, group in (("named_production", "named"), ("total_production", "counted")):
        expected = xr.Variable("share_bound", made[group][rules, periods])
        account.equal(name, data.result(name), expected)
    least = data.input("share_required").fillna(0.0)
    named, total = (xr.Variable(("share_rule", "period"), made[group]) for group in ("named", "counted"))
    account.at_least("production_share", named, least * total, total)
