"""Policies: caps, prices and rules that a scenario may set, one file each, of the same shape as a concern of the model.

A policy module has NAME (its key in the scenario), Settings (one named entry of it, checked by pydantic), `to_data`
(settings → arrays of the case Dataset), `declare` (arrays → equations) and perhaps `check` (complete data → faults).
Without entries its sets are empty.
"""

from h2model.policies import (
    build_rate,
    carbon_price,
    emission_budget,
    emission_cap,
    growth_limit,
    minimum_share,
    renewable_hydrogen,
    reserve_margin,
    resource_budget,
)

POLICIES = {
    policy.NAME: policy
    for policy in (
        emission_cap,
        emission_budget,
        carbon_price,
        renewable_hydrogen,
        minimum_share,
        build_rate,
        resource_budget,
        reserve_margin,
        growth_limit,
    )
}

__all__ = ["POLICIES"]
