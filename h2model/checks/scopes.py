"""Scopes: caps, budgets and carbon prices that count nothing, or require impossible removals."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr

from h2model.case import Provenance, rule
from h2model.checks.existing_capacity import annual_trade_limit, positions
from h2model.errors import Fault, Severity
from h2model.frame.sets import labels, occurring
from h2model.model.carbon import NO_REMOVAL_WHEN_EXPORTED, TAKEN_FROM_AIR, link_release, plant_surplus
from h2model.policies import POLICIES

#: Dimension of the entries of each policy that counts emissions → its name in a scenario.
COUNTING = {policy.dimension: name for name, policy in POLICIES.items() if policy.counts_emissions}


def _contents(data: xr.Dataset, carriers: Iterable[str]) -> np.ndarray:
    """Return the carbon content of named carriers (carrier, origin)."""
    content = data.variables["carbon_content"].transpose("carrier", "origin").values
    return content[positions(data, "carrier", list(carriers))]


def _by_region(data: xr.Dataset, regions: Iterable[str], holds: np.ndarray) -> np.ndarray:
    """Return whether any member of a region holds carbon (region, origin), from rows (member, origin)."""
    held = np.zeros((data.sizes["region"], data.sizes["origin"]), dtype=bool)
    np.logical_or.at(held, positions(data, "region", list(regions)), holds)
    return held


def can_be_released(data: xr.Dataset) -> np.ndarray:
    """Return whether carbon of an origin can be released (region, origin)."""
    inputs = data.variables
    made = (plant_surplus(data) * (1 - inputs["stored_share"]) > 0).any("period").transpose("plant", "origin").values
    lost = link_release(data).values > 0
    lost_back = lost & inputs["link_two_way"].values.astype(bool)[:, None]
    used = _contents(data, labels(data, "demand_carrier")) * np.nan_to_num(inputs["released_share"].values)[:, None]
    may_vent = dict(zip(labels(data, "carrier"), inputs["disposal_cost"].notnull().values, strict=True))
    vented = [(carrier, region) for carrier, region in occurring(data) if may_vent[carrier]]
    return (
        _by_region(data, labels(data, "plant_region"), made)
        | _by_region(data, labels(data, "link_from"), lost)
        | _by_region(data, labels(data, "link_to"), lost_back)
        | _by_region(data, labels(data, "demand_region"), used > 0)
        | _by_region(data, [region for _, region in vented], _contents(data, [carrier for carrier, _ in vented]) > 0)
    )


def can_leave_in_products(data: xr.Dataset) -> np.ndarray:
    """Return whether carbon of an origin can leave in exports and products without being stored (region, origin)."""
    inputs = data.variables
    is_sold = (inputs["trade_direction"].values == "export") & (annual_trade_limit(data) > 0).any(axis=1)
    sold_share = np.where(is_sold, 1 - inputs["export_stored_share"].values, 0.0)
    kept_share = 1 - np.nan_to_num(inputs["released_share"].values)
    sold = _contents(data, labels(data, "trade_carrier")) * sold_share[:, None]
    kept = _contents(data, labels(data, "demand_carrier")) * kept_share[:, None]
    return _by_region(data, labels(data, "trade_region"), sold > 0) | _by_region(
        data, labels(data, "demand_region"), kept > 0
    )


def can_be_taken_up(data: xr.Dataset) -> np.ndarray:
    """Return whether imports or links can bring carbon of an origin taken from the air (region, origin)."""
    from_air = np.isin(data.variables["origin"].values, TAKEN_FROM_AIR)
    is_import = (data.variables["trade_direction"].values == "import") & (annual_trade_limit(data) > 0).any(axis=1)
    imported = (_contents(data, labels(data, "trade_carrier")) * from_air > 0) & is_import[:, None]
    carried = _contents(data, labels(data, "link_carrier")) * from_air > 0
    return (
        _by_region(data, labels(data, "trade_region"), imported)
        | _by_region(data, labels(data, "link_from"), carried)
        | _by_region(data, labels(data, "link_to"), carried)
    )


def _scope(data: xr.Dataset, dimension: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the scope of each entry of a policy: regions, origins, and whether exports and upstream count."""
    inputs = data.variables
    return (
        inputs[f"{dimension}_region"].transpose(dimension, "region").values > 0,
        (inputs[f"{dimension}_origin"] > 0).any("period").transpose(dimension, "origin").values,
        inputs[f"{dimension}_exports"].values > 0,
        inputs[f"{dimension}_upstream"].values > 0,
    )


@rule(Severity.WARNING, against="a policy without effect, because its regions emit nothing that it counts.")
def policy_counts_something(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """The regions of a cap, budget or carbon price can emit or take up carbon that it counts."""
    no_removal = np.isin(data.variables["origin"].values, NO_REMOVAL_WHEN_EXPORTED)
    products = can_leave_in_products(data)
    base = can_be_released(data) | can_be_taken_up(data) | (products & no_removal)
    upstream = data.variables["upstream_emissions"].values != 0
    upstream &= data.variables["trade_direction"].values == "import"
    has_upstream = np.isin(labels(data, "region"), np.array(labels(data, "trade_region"))[upstream])
    for dimension, policy in COUNTING.items():
        if dimension not in data.dims:
            continue
        for name, regions, origins, exports, ahead in zip(
            labels(data, dimension), *_scope(data, dimension), strict=True
        ):
            counted = (base | products if exports else base)[np.ix_(regions, origins)].any()
            if not counted and not (ahead and has_upstream[regions].any()):
                where = ", ".join(data["region"].values[regions].tolist())
                yield Fault(
                    f"scenario: policies.{policy}.{name}",
                    f"{where} cannot emit or take up carbon that it counts",
                    "correct its regions or scope, or remove it",
                )


@rule(
    Severity.WARNING,
    against="an infeasible scenario: only biogenic and atmospheric carbon can be removed from the air.",
)
def removals_are_possible(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """A negative cap needs a source of biogenic or atmospheric carbon in its regions and scope."""
    if "cap" not in data.dims:
        return
    from_air = can_be_taken_up(data)
    limit = data.variables["cap_limit"].transpose("cap", "period").values
    gains = data.variables["upstream_emissions"].values < 0
    for name, limits, regions, origins, _, ahead in zip(labels(data, "cap"), limit, *_scope(data, "cap"), strict=True):
        below = np.nan_to_num(limits) < 0
        if below.any() and not from_air[np.ix_(regions, origins)].any() and not (ahead and gains.any()):
            period = labels(data, "period")[int(np.argmax(below))]
            yield Fault(
                f"scenario: policies.emission_cap.{name}.limit.{period}",
                "the cap is negative, but biogenic or atmospheric carbon that it counts cannot be taken up in "
                f"{', '.join(data['region'].values[regions].tolist())}: infeasible",
                "add an import of biogenic or atmospheric carbon there, set scope: net, or raise the limit to 0",
            )


RULES = (policy_counts_something, removals_are_possible)
