"""Audit of the policy renewable_hydrogen: in each window, counted generation covers what the consumers use."""

from __future__ import annotations

import numpy as np
import xarray as xr

from h2model.accounts.audit.account import IDENTITY, LIMIT, Account
from h2model.accounts.audit.capacity import living
from h2model.accounts.run_data import RunData

DIMENSION = "renewable_rule"
EQUATIONS = {
    "renewable_consumption": IDENTITY,
    "claim_limit": LIMIT,
    "additionality": LIMIT,
    "renewable_matching": LIMIT,
    "renewable_matching_over_window": LIMIT,
}


def check(data: RunData, account: Account) -> None:
    """Recompute consumption, and check claims and matching, for every rule and every period with matching."""
    claims = data.result("claimed_generation")
    account.at_least("claimed_generation", claims, 0.0)
    consumption = data.result("renewable_consumption")
    kinds = data.input("renewable_window").transpose("renewable_rule", "period").values
    matched = [data.results[f"matched_{part}"].values.tolist() for part in ("rule", "period")]
    positions = {pair: position for position, pair in enumerate(zip(*matched, strict=True))}
    for rule, period in np.argwhere(kinds != ""):
        used = _used_and_matched(data, account, int(rule), int(period), str(kinds[rule, period]))
        position = positions[data.names("renewable_rule")[rule], data.names("period")[period]]
        account.equal("renewable_consumption", consumption[position], data.over_year(used))
    for equation, kind in EQUATIONS.items():
        if equation not in account.findings:
            account.nothing_to_check(equation, kind)


def _used_and_matched(data: RunData, account: Account, rule: int, period: int, kind: str) -> xr.Variable:
    """Check one rule in one period, and return the use of its consumers."""
    carrier = int(data.positions("carrier", [data.names("renewable_carrier")[rule]])[0])
    activity = data.result("activity").transpose("plant", "period", "time").values[:, period]
    consumers, generators, stores = (
        data.input(f"renewable_{role}").values[rule] > 0 for role in ("consumer", "generator", "store")
    )
    ratio_in, ratio_out = (
        data.input(name).transpose("plant", "carrier", "period").values[:, carrier, period]
        for name in ("input", "output")
    )
    used = (ratio_in[consumers, None] * activity[consumers]).sum(axis=0)
    supply, claims = _counted_generation(data, account, rule, period, generators, ratio_out, activity)
    moved = (data.result("discharge") - data.result("charge")).transpose("store", "period", "time").values
    supply = supply + claims + moved[stores, period].sum(axis=0)
    size = used + np.abs(supply)
    used, supply, size = (xr.Variable("time", values) for values in (used, supply, size))
    if kind == "hour":
        account.at_most("renewable_matching", used, supply, size)
    else:
        over = [data.over_windows(flow, kind) for flow in (used, supply, size)]
        account.at_most("renewable_matching_over_window", *over)
    return used


def _counted_generation(
    data: RunData, account: Account, rule: int, period: int, generators: np.ndarray, ratio: np.ndarray,
    activity: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Return the generation of plants that count in full, and the sum of the claims of the others, by time step.

    A plant of which only part of the capacity counts claims a part of its generation. The limits of claims are checked.
    """
    year = float(data.input("commissioned_from").values[rule, period])
    counts = bool(data.input("existing_counts").values[rule]) or np.isnan(year)
    years, name = np.array(data.names("period"), dtype=float), data.names("renewable_rule")[rule]
    built_in_time = np.isnan(year) | (years >= year)
    assets = data.positions("asset", data.names("plant"))
    alive = living(data).values[:, :, period]
    buildable = data.input("maximum_new_capacity").transpose("asset", "period").values > 0
    existing = data.input("existing_capacity").transpose("asset", "period").values[:, period]
    new = data.result("new_capacity").transpose("asset", "period").values
    available = data.input("availability").transpose("plant", "period", "time").values[:, period]
    claimed = data.result("claimed_generation").values
    of_claims = [data.results[f"claim_{part}"].values for part in ("rule", "plant", "period")]
    whole, claims = np.zeros(activity.shape[-1]), np.zeros(activity.shape[-1])
    for plant in np.flatnonzero(generators):
        asset = assets[plant]
        vintages = alive[asset] * buildable[asset] > 0
        kept = existing[asset] if counts else 0.0
        if kept == existing[asset] and not (vintages & ~built_in_time).any():
            whole += ratio[plant] * activity[plant]
            continue
        is_claim = (
            (of_claims[0] == name) & (of_claims[1] == data.names("plant")[plant]) & (of_claims[2] == years[period])
        )
        claim = claimed[is_claim].sum(axis=0)
        capacity = kept + new[asset, vintages & built_in_time].sum()
        most = available[plant] * ratio[plant] * capacity
        account.at_most("claim_limit", xr.Variable("time", claim), xr.Variable("time", ratio[plant] * activity[plant]))
        account.at_most("additionality", xr.Variable("time", claim), xr.Variable("time", most))
        claims += claim
    return whole, claims
