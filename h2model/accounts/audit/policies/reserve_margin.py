"""Audit of reserve margins: firm capacity exceeds production in every step, by the margin."""

from __future__ import annotations

import numpy as np
import xarray as xr

from h2model.accounts.audit.account import Account
from h2model.accounts.run_data import RunData

DIMENSION = "margin_rule"


def check(data: RunData, account: Account) -> None:
    """Check that firm capacity exceeds production by the margin in every step."""
    carriers = data.positions("carrier", data.names("margin_carrier"))
    ratio = data.input("output").transpose("plant", "carrier", "period")
    share = data.input("margin_firm_share").transpose("margin_rule", "plant").values
    inside = data.input("margin_counted").transpose("margin_rule", "plant").values
    stands = data.of_assets("capacity", "plant").values
    activity = data.result("activity").transpose("plant", "period", "time").values
    firm = np.zeros((len(carriers), stands.shape[1]))
    made = np.zeros((len(carriers), *activity.shape[1:]))
    curved = data.result("part_load_output")
    curved_plants = data.positions("plant", data.results["curved_output_plant"].values)
    curved_carriers = data.positions("carrier", data.results["curved_output_carrier"].values)
    for rule, carrier in enumerate(carriers):
        ratio_of_carrier = ratio.values[:, carrier]
        firm[rule] = (share[rule, :, None] * ratio_of_carrier * stands).sum(axis=0)
        made[rule] = (inside[rule, :, None, None] * ratio_of_carrier[:, :, None] * activity).sum(axis=0)
        weight = inside[rule, curved_plants] * (curved_carriers == carrier)
        made[rule] += (weight[:, None, None] * curved.values).sum(axis=0)
    rules = data.positions("margin_rule", data.results["margin_bound_rule"].values)
    periods = data.positions("period", data.results["margin_bound_period"].values)
    account.equal("firm_capacity", data.result("firm_capacity"), xr.Variable("margin_bound", firm[rules, periods]))
    needed = 1 + data.input("margin_required").transpose("margin_rule", "period").values[rules, periods, None]
    least = xr.Variable(("margin_bound", "time"), needed * made[rules, periods])
    account.at_least("reserve_margin", xr.Variable("margin_bound", firm[rules, periods]) + 0 * least, least)
