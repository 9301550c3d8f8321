"""Policies: caps, prices and rules that a scenario may set, one file each, of the same shape as a concern of the model.

A policy module has NAME (its key in the scenario), Settings (one named entry of it, checked by pydantic), `to_data`
(settings → arrays of the case Dataset) and `declare` (arrays → equations). Without entries its sets are empty.
"""

from h2model.policies import carbon_price, emission_cap

POLICIES = {policy.NAME: policy for policy in (emission_cap, carbon_price)}

__all__ = ["POLICIES"]
