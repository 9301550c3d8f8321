"""Resource budget: the imports of scarce carriers, such as biomass, may not exceed a volume per year."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr
from pydantic import Field

from h2model.case import Units
from h2model.engine import Constraint, Model, Param, Set
from h2model.errors import Fault
from h2model.frame.concern import Binding, Dual, Policy, Relax, Stage, Sums, equation
from h2model.frame.units import carrier_unit
from h2model.policies.parts.entries import (
    Coords,
    Entry,
    Names,
    address,
    by_period,
    check_periods,
    described,
    members_by_entry,
    pairs_with_value,
    raise_if_any,
    regions_of,
    table,
    unknown_names,
    words,
)

NAME = "resource_budget"
DIMENSION = "resource"
MEANINGS = {
    DIMENSION: ("budgets of resources", ""),
    "resource_import": ("Whether the import draws on the budget", "1"),
    "resource_volume": ("Maximum import volume", "{carrier}/year"),
}


class Settings(Entry):
    """One budget: the carriers, the importing regions, and the maximum volume of all together."""

    carriers: Names = Field(description="Carriers whose imports count together; all in MWh or all in t.")
    volume: Mapping[int, str] = Field(
        min_length=1,
        description="Maximum import volume in a year, by period, as text with a unit, such as '1.5 TWh/year'. "
        "Periods left out are not limited.",
    )


def to_data(settings: Mapping[str, Settings], units: Units, coords: Mapping) -> xr.Dataset:
    """Return the budgets of a scenario as arrays; InputError lists every fault."""
    faults: list[Fault] = []
    periods = coords["period"].values.tolist()
    volumes, counted = [], []
    for name, entry in settings.items():
        counted.append(_imports(name, entry, coords, faults))
        unit, carrier = _unit_together(name, entry, coords, faults)
        where = address(NAME, name, "volume")
        if unit:
            volumes.append(by_period(where, entry.volume, unit, units, periods, faults, carrier))
        else:
            check_periods(where, entry.volume, periods, faults)
    raise_if_any(faults)
    data = xr.Dataset(
        {
            "resource_import": ((DIMENSION, "trade"), table(counted, coords["trade"].size)),
            "resource_volume": ((DIMENSION, "period"), table(volumes, len(periods))),
        },
        coords={
            DIMENSION: words(list(settings)),
            "trade": coords["trade"].values,
            "period": periods,
        },
    )
    return described(data, MEANINGS, units)


def _imports(name: str, entry: Settings, coords: Coords, faults: list[Fault]) -> np.ndarray:
    """1 for each import that counts; a carrier without import in the regions is a fault."""
    regions = regions_of(address(NAME, name, "regions"), entry.regions, coords, faults)
    where, known = address(NAME, name, "carriers"), coords["carrier"].values.tolist()
    faults.extend(unknown_names(where, "carrier", entry.carriers, known))
    inside = np.isin(coords["trade_region"].values, regions) & (coords["trade_direction"].values == "import")
    carrier_of = coords["trade_carrier"].values
    for carrier in dict.fromkeys(entry.carriers):
        if carrier in known and not (inside & (carrier_of == carrier)).any():
            problem = f"nothing imports {carrier} in these regions, so it has no effect"
            faults.append(Fault(where, problem, "remove it, or name regions that import it"))
    return (inside & np.isin(carrier_of, entry.carriers)).astype(float)


def _unit_together(name: str, entry: Settings, coords: Coords, faults: list[Fault]) -> tuple[str, str]:
    """The unit of the volume of an entry, and its carrier if it has one only, to convert tonnes to MWh."""
    of_carrier = dict(zip(coords["carrier"].values.tolist(), coords["carrier_unit"].values.tolist(), strict=True))
    unit_of = {carrier: of_carrier[carrier] for carrier in entry.carriers if carrier in of_carrier}
    if len(set(unit_of.values())) > 1:
        listed = ", ".join(f"{carrier} in {unit}" for carrier, unit in unit_of.items())
        remedy = "write an entry for the carriers in MWh and another for those in t"
        faults.append(Fault(address(NAME, name, "carriers"), f"they have different units: {listed}", remedy))
        return "", ""
    if len(unit_of) == 1:
        return "{amount}/year", next(iter(unit_of))
    return "".join(f"{unit}/year" for unit in set(unit_of.values())), ""


def declare(m: Model, data: xr.Dataset, sums: Sums) -> None:
    """Add one row for every budget and period with a volume."""
    m.resource = Set(initialize=data[DIMENSION])
    m.resource_imports = Set(
        m.resource, within=m.trade, initialize=members_by_entry(data["resource_import"], DIMENSION)
    )
    m.resource_volume = Param(m.resource, m.period, initialize=data["resource_volume"])
    m.budgeted_resource = Set(
        dimen=2, initialize=pairs_with_value(data["resource_volume"], DIMENSION),
        levels=("budgeted_resource_entry", "budgeted_resource_period"),
        description="resource budgets and the periods that they limit",
    )  # fmt: skip
    m.resource_budget = Constraint(m.budgeted_resource, rule=resource_budget.rule, unit="carrier_unit/year")


@equation(
    dual=Dual(
        "saving from one more unit of the resource in the year: its scarcity rent",
        Binding("budget of {0}: one {1} a year more"),
    ),
    relax=Relax(Stage.POLICY, "the resource budget '{0}' of {1}", limit="resource_volume", unit="{amount}/year"),
    segments="a sum over the year: the means of segments have the same sum",
)
def resource_budget(m, k, y):
    """Σ over imports of the carriers of traded ≤ volume"""
    return sum(m.traded[d, y] for d in m.resource_imports[k]) <= m.resource_volume[k, y]


def unit_of(data: xr.Dataset, entry: str) -> str:
    """Return the unit of the imports that draw on a budget."""
    drawn = data["resource_import"].sel({DIMENSION: entry}).values > 0
    return carrier_unit(data, str(data["trade_carrier"].values[drawn][0]))


POLICY = Policy(
    __name__,
    __doc__,
    declare=declare,
    equations=(resource_budget,),
    needs=("traded",),
    settings=Settings,
    to_data=to_data,
    dimension=DIMENSION,
    unit_of=unit_of,
)
