"""Puts the concerns together: checked Dataset in, Pyomo model out.

A concern may *prepare* the data (what wears, what grows with distance) before any concern checks it or declares its
equations: it returns the variables that are to stand in place of, or beside, those of the case. Prepared data is made
anew each time: a case, and what a run keeps of it, holds what the tables say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import xarray as xr

from h2model.case import Rule, rule_of
from h2model.engine import Model
from h2model.frame.sums import Sums
from h2model.model import (
    balance,
    capacity,
    carbon,
    conversion,
    demand,
    demand_response,
    dimensions,
    distance,
    early_retirement,
    heat_level,
    heat_pump,
    linepack,
    modes,
    objective,
    online,
    part_load,
    ramp,
    recovery,
    retrofit,
    standstill,
    storage,
    storage_level,
    trade,
    transport,
    vehicles,
    wear,
)
from h2model.policies import POLICIES

# In the order in which they are declared: what a concern's rules name has been declared before it.
PLANTS = (standstill, conversion, online, part_load, wear, modes, ramp, heat_pump, heat_level)
DEMANDS = (demand_response, demand, recovery)
LINKS = (transport, distance, vehicles, linepack)
FILLING = (retrofit, early_retirement, capacity, *PLANTS, storage_level, storage, *LINKS, trade, *DEMANDS)
CLOSING = (balance, carbon)
CONCERNS = (dimensions, *FILLING, *CLOSING, *POLICIES.values(), objective)


def prepare(data: xr.Dataset) -> xr.Dataset:
    """The data of a case as the equations see it: with wear, standstills, and all that grows with distance."""
    # An array carries its labels and no further coordinates: each operation would copy and compare them all.
    data = data.reset_coords()
    for concern in CONCERNS:
        if hasattr(concern, "prepare"):
            data = data.assign(concern.prepare(data))
    return data


def rules() -> Iterable[Rule]:
    """What the concerns ask of the prepared data of a case, in the order of the concerns."""
    for concern in CONCERNS:
        yield from getattr(concern, "RULES", ())
        if hasattr(concern, "check"):
            yield rule_of(concern.__name__.rpartition(".")[2], concern.check)


def meaning_of_dual(equation: Callable) -> str:
    """What the dual of an equation says, as its docstring has it after `Dual:`; empty if it says nothing."""
    _, _, text = (equation.__doc__ or "").partition("Dual:")
    return " ".join(text.partition("\n\n")[0].split())


def build(data: xr.Dataset) -> Model:
    """Build the model of a checked case.

    Args:
        data: what `h2model.load_case` returns, or an opened `inputs.nc`; complete in itself.

    Returns:
        A Pyomo model with compact rules, ready for `h2model.solve`. Its attribute `cost_parts` names the expressions
        that add up to the annual cost.
    """
    data = prepare(data)
    m = Model(name=str(data.attrs.get("case", "case")))
    sums = Sums()
    for concern in CONCERNS:
        if hasattr(concern, "declare"):
            concern.declare(m, data, sums)
    m.cost_parts = tuple(sums.cost)
    return m
