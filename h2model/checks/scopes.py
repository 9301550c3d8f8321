"""Scopes: caps, budgets and prices that count nothing, or ask for removals that nobody can make."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr

from h2model.case import Provenance, rule
from h2model.checks.existing_capacity import most_import, positions
from h2model.errors import Fault, Severity
from h2model.frame.sets import labels, occurring
from h2model.model.carbon import NO_REMOVAL_WHEN_EXPORTED, TAKEN_FROM_AIR, link_release, plant_surplus
from h2model.policies import POLICIES

#: Dimension of the entries of each policy that counts emissions → its name in a scenario.
COUNTING = {policy.dimension: name for name, policy in POLICIES.items() if policy.counts_emissions}


def _contents(data: xr.Dataset, carriers: Iterable[str]) -> np.ndarray:
    """Carbon content of named carriers (…, origin)."""
    content = data.variables["carbon_content"].transpose("carrier", "origin").values
    return content[positions(data, "carrier", list(carriers))]


def _add(total: np.ndarray, data: xr.Dataset, regions: Iterable[str], holds: np.ndarray) -> None:
    """Note where (region, origin) something is, from one row per member (member, origin)."""
    np.logical_or.at(total, positions(data, "region", list(regions)), holds)


def _nowhere(data: xr.Dataset) -> np.ndarray:
    return np.zeros((data.sizes["region"], data.sizes["origin"]), dtype=bool)


def released_somewhere(data: xr.Dataset) -> np.ndarray:
    """Where carbon of an origin could be released at all (region, origin)."""
    found, given = _nowhere(data), data.variables
    leaves = plant_surplus(data) * (1 - given["stored_share"])
    _add(found, data, labels(data, "plant_region"), (leaves > 0).any("period").transpose("plant", "origin").values)
    lost = link_release(data).values > 0
    _add(found, data, labels(data, "link_from"), lost)
    _add(found, data, labels(data, "link_to"), lost & given["link_two_way"].values.astype(bool)[:, None])
    burnt = _contents(data, labels(data, "demand_carrier")) * np.nan_to_num(given["released_share"].values)[:, None]
    _add(found, data, labels(data, "demand_region"), burnt > 0)
    vented = dict(zip(labels(data, "carrier"), given["disposal_cost"].notnull().values, strict=True))
    places = [(c, r) for c, r in occurring(data) if vented[c]]
    _add(found, data, [r for _, r in places], _contents(data, [c for c, _ in places]) > 0)
    return found


def leaves_in_products(data: xr.Dataset) -> np.ndarray:
    """Where carbon of an origin can leave in exports and products, and is not stored or released (region, origin)."""
    found, given = _nowhere(data), data.variables
    sold = (given["trade_direction"].values == "export") & (most_import(data) > 0).any(axis=1)
    kept = np.where(sold, 1 - given["export_stored_share"].values, 0.0)
    _add(found, data, labels(data, "trade_region"), _contents(data, labels(data, "trade_carrier")) * kept[:, None] > 0)
    kept = 1 - np.nan_to_num(given["released_share"].values)
    _add(
        found, data, labels(data, "demand_region"), _contents(data, labels(data, "demand_carrier")) * kept[:, None] > 0
    )
    return found


def taken_from_air(data: xr.Dataset) -> np.ndarray:
    """Where carbon of an origin can be taken up: in imports, and in what links bring (region, origin)."""
    found = _nowhere(data)
    from_air = np.isin(data.variables["origin"].values, TAKEN_FROM_AIR)
    bought = (data.variables["trade_direction"].values == "import") & (most_import(data) > 0).any(axis=1)
    holds = _contents(data, labels(data, "trade_carrier")) * from_air > 0
    _add(found, data, labels(data, "trade_region"), holds & bought[:, None])
    carried = _contents(data, labels(data, "link_carrier")) * from_air > 0
    for end in ("link_from", "link_to"):
        _add(found, data, labels(data, end), carried)
    return found


def _upstream(data: xr.Dataset) -> np.ndarray:
    """Regions with imports that have emissions upstream."""
    given = data.variables
    counts = (given["upstream_emissions"].values != 0) & (given["trade_direction"].values == "import")
    return np.isin(labels(data, "region"), np.array(labels(data, "trade_region"))[counts])


def _scope(data: xr.Dataset, dimension: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """What the entries of a policy count: regions, origins, and whether exports and upstream do."""
    given = data.variables
    return (
        given[f"{dimension}_region"].transpose(dimension, "region").values > 0,
        (given[f"{dimension}_origin"] > 0).any("period").transpose(dimension, "origin").values,
        given[f"{dimension}_exports"].values > 0,
        given[f"{dimension}_upstream"].values > 0,
    )


@rule(Severity.WARNING, against="a policy that looks where nothing happens, and so costs nothing.")
def policy_counts_something(data: xr.Dataset, rows: Provenance) -> Iterable[Fault]:
    """Something of what a cap, a budget or a carbon price counts can be emitted or taken up in its regions."""
    no_removal = np.isin(data.variables["origin"].values, NO_REMOVAL_WHEN_EXPORTED)
    products = leaves_in_products(data)
    base = released_somewhere(data) | taken_from_air(data) | (products & no_removal)
    upstream = _upstream(data)
    for dimension, policy in COUNTING.items():
        if dimension not in data.dims:
            continue
        for name, regions, origins, exports, ahead in zip(
            labels(data, dimension), *_scope(data, dimension), strict=True
        ):
            counted = (base | products if exports else base)[np.ix_(regions, origins)].any()
            if not counted and not (ahead and upstream[regions].any()):
                yield Fault(
                    f"scenario: policies.{policy}.{name}",
                    f"nothing that it counts can be emitted in {', '.join(data['region'].values[regions].tolist())}",
                    "correct its regions or scope, or remove it",
                )


@rule(
    Severity.WARNING,
    against="a scenario without a plan: nothing but biogenic and atmospheric carbon can be taken from the air.",
)
def removals_are_possible(data: xr.Dataset, rows: Provenance) -> Iterable[Fault]:
    """Below zero goes only a cap in whose regions carbon from the air comes in, and whose scope credits it."""
    if "cap" not in data.dims:
        return
    air = taken_from_air(data)
    limit = data.variables["cap_limit"].transpose("cap", "period").values
    gains = data.variables["upstream_emissions"].values < 0
    for name, own, regions, origins, _, ahead in zip(labels(data, "cap"), limit, *_scope(data, "cap"), strict=True):
        below = np.nan_to_num(own) < 0
        if below.any() and not air[np.ix_(regions, origins)].any() and not (ahead and gains.any()):
            period = labels(data, "period")[int(np.argmax(below))]
            yield Fault(
                f"scenario: policies.emission_cap.{name}.limit.{period}",
                "it is below zero, but nothing that the cap counts can be taken from the air in "
                f"{', '.join(data['region'].values[regions].tolist())}: no plan",
                "let biogenic or atmospheric carbon be imported there, choose scope: net, or raise the limit to 0",
            )


RULES = (policy_counts_something, removals_are_possible)
