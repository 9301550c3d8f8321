"""Puts the concerns together: checked Dataset in, Pyomo model out.

A concern may *prepare* the data (wear, costs that grow with distance) before any concern checks it or declares its
equations: it returns variables that replace those of the case, or are added. Prepared data is made anew each time: a
case, and the inputs that a run keeps, hold the values of the tables.
"""

from __future__ import annotations

import xarray as xr

from h2model.engine import Model
from h2model.frame.concern import Concern, Policy, Sums
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

#: In the order in which they are declared. Each concern names the components of others that it needs, and `build`
#: checks that they are there.
PLANTS = (standstill, conversion, online, part_load, wear, modes, ramp, heat_pump, heat_level)
STORES = (storage_level, storage)
LINKS = (transport, distance, vehicles, linepack)
DEMANDS = (demand_response, demand, recovery)
ASSETS = (retrofit, early_retirement, capacity, *PLANTS, *STORES, *LINKS)
FILES = (dimensions, *ASSETS, trade, *DEMANDS, balance, carbon)
CONCERNS: tuple[Concern, ...] = (*(file.CONCERN for file in FILES), *POLICIES.values(), objective.CONCERN)


def prepare(data: xr.Dataset) -> xr.Dataset:
    """Return the data of a case as the equations use it: with wear, standstills, and all that grows with distance."""
    # An array carries its labels and no further coordinates: each operation would copy and compare them all.
    data = data.reset_coords()
    for concern in CONCERNS:
        if concern.prepare is not None:
            data = data.assign(concern.prepare(data))
    return data


def build(data: xr.Dataset) -> Model:
    """Build the model of a checked case.

    Parameters
    ----------
    data
        What `h2model.load_case` returns, or an opened `inputs.nc`; complete in itself.

    Returns
    -------
    A Pyomo model with compact rules, ready for `h2model.solve`. Its attribute `cost_parts` names the expressions that
    add up to the annual cost.

    Raises
    ------
    ValueError
        If a concern is declared before the sets or variables of others that it needs: a mistake in the order above.
    """
    data = prepare(data)
    m = Model(name=str(data.attrs.get("case", "case")))
    sums = Sums()
    for concern in CONCERNS:
        # Inputs of an earlier version know no policy that has come since.
        is_unknown = isinstance(concern, Policy) and concern.dimension not in data.dims
        if concern.declare is None or is_unknown:
            continue
        if missing := [name for name in concern.needs if m.component(name) is None]:
            raise ValueError(f"{concern.name} is declared before {', '.join(missing)}, which it needs")
        concern.declare(m, data, sums)
    m.cost_parts = tuple(sums.cost)
    return m
