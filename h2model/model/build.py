"""Puts the concerns together: checked Dataset in, Pyomo model out.

A concern may *prepare* the data (what wears, what grows with distance) before any concern declares its equations.
"""

from __future__ import annotations

import xarray as xr

from h2model.engine import Model
from h2model.model import balance, capacity, carbon, conversion, demand, frame, objective, storage, trade, transport
from h2model.policies import POLICIES

# In the order in which they are declared: what a concern's rules name has been declared before it.
FILLING = (capacity, conversion, storage, transport, trade, demand)
CLOSING = (balance, carbon)
CONCERNS = (frame, *FILLING, *CLOSING, *POLICIES.values(), objective)


def build(data: xr.Dataset) -> Model:
    """Build the model of a checked case.

    Args:
        data: what `h2model.load_case` returns, or an opened `inputs.nc`; complete in itself.

    Returns:
        A Pyomo model with compact rules, ready for `h2model.solve`. Its attribute `cost_parts` names the expressions
        that add up to the annual cost.
    """
    for concern in CONCERNS:
        if hasattr(concern, "prepare"):
            data = concern.prepare(data)
    m = Model(name=str(data.attrs.get("case", "case")))
    sums = frame.Sums()
    for concern in CONCERNS:
        concern.declare(m, data, sums)
    m.cost_parts = tuple(sums.cost)
    return m
