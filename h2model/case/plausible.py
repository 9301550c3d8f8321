"""Plausible values: a value orders of magnitude outside the usual range is usually a mistake in its unit.

Each declaration has its usual range (`Parameter.plausible`, `Parameter.profile_mean`). Only values of tables and
overrides are compared; 0 is always accepted. Money is compared in euros of any year, because years differ by less than
an order of magnitude. If a case has no rate to the euro, money is not compared.
"""

from __future__ import annotations

import re

import numpy as np

from h2model.case.assets import Entity
from h2model.case.case_file import FILE, CaseFile
from h2model.case.cells import NO_PROFILE, Cells
from h2model.case.declare import Parameter, Plausible
from h2model.case.faults import Faults
from h2model.case.profiles import Profiles
from h2model.case.provenance import UNKNOWN_ROW, Provenance
from h2model.case.units import Units

_SLOT = re.compile(r"\{(capacity|amount|carrier)\}")
#: Largest loss and gain of the value of money in a year. Assumption: no euro country has seen more since 1999.
MOST_INFLATION, MOST_DEFLATION = 0.15, 0.02


def check_plausible(cells: Cells, units: Units, profiles: Profiles, provenance: Provenance, faults: Faults) -> None:
    """Warn of values outside the usual range for their unit, profiles by their mean; once for each row."""
    parameter = cells.parameter
    euro = worth_of_euro(units) if "{money}" in parameter.unit else 1.0
    if not parameter.plausible or euro is None:
        return
    means = np.append([series.mean() for series in profiles.series.values()], 1.0)
    values = cells.value * means[cells.profile] + cells.offset
    compared = (cells.row != UNKNOWN_ROW) & np.isfinite(values) & (values != 0)
    seen: set[int] = set()
    for cell in map(tuple, np.argwhere(compared)):
        entity, number = cells.entities[cell[0]], int(cells.row[cell])
        usual = usual_for(parameter, entity, units)
        if usual is None or number in seen or usual.lowest * euro <= values[cell] <= usual.highest * euro:
            continue
        seen.add(number)
        origin, unit = (
            provenance.origins[number],
            units.target(parameter.unit, entity.carrier, storage=entity.holds_amount),
        )
        how = " on average" if cells.profile[cell] != NO_PROFILE else ""
        faults.warn(
            origin.where,
            f"{parameter.name} of {entity.name} is {values[cell]:,.6g} {unit}{how} ({origin.text}), outside the usual "
            f"range: {usual.lowest * euro:,.10g} to {usual.highest * euro:,.10g} {unit}",
            f"check the unit (kW or MW, kg or t, a share or per cent); {parameter.description}",
            "plausible_values",
        )


def usual_for(parameter: Parameter, entity: Entity, units: Units) -> Plausible | None:
    """Return the usual range for the unit in which an entity counts its capacity or amounts; None if undeclared."""
    slot = _SLOT.search(parameter.unit)
    kind = units.target(f"{{{slot.group(1)}}}", entity.carrier, storage=entity.holds_amount) if slot else ""
    return next((usual for usual in parameter.plausible if usual.unit == kind), None)


def worth_of_euro(units: Units) -> float | None:
    """Return the value of a euro in the currency of the case; None without an exchange rate."""
    euros = [name for name in units.currencies if name.startswith("EUR")]
    return units.factor(max(euros), units.currency) if euros else None


def check_profile_means(cells: Cells, profiles: Profiles, provenance: Provenance, faults: Faults) -> None:
    """Warn of profiles whose mean is outside the range of the parameter; once for each entity and profile.

    If the parameter is a share (at most 1), the profile is the share itself. Otherwise it is a shape that multiplies a
    value, with a mean near 1 (weather years differ); with the value 1 it may have any mean.
    """
    parameter = cells.parameter
    if parameter.profile_mean is None:
        return
    lowest, highest = parameter.profile_mean
    names, seen = list(profiles.series), set()
    is_share = np.isfinite(parameter.upper)
    for cell in map(tuple, np.argwhere(cells.profile != NO_PROFILE)):
        owner, name = cells.entities[cell[0]].name, names[cells.profile[cell]]
        mean = profiles.mean(name) * (cells.value[cell] if is_share else 1.0)
        is_shape = is_share or abs(cells.value[cell]) not in (0.0, 1.0)
        if (owner, name) in seen or not is_shape or lowest <= mean <= highest:
            continue
        seen.add((owner, name))
        what = f"{'' if is_share else 'the shape of '}{parameter.name} of {owner} has a mean"
        faults.warn(
            provenance.origins[int(cells.row[cell])].where,
            f"{what} of {mean:.4g} with profile '{name}', not of {lowest:g} to {highest:g}",
            "check that the profile is a share from 0 to 1 of the capacity" if is_share
            else "divide the profile by its mean, so that the value is the mean, or let the value be 1",
            "plausible_profiles",
        )  # fmt: skip


def check_exchange(case: CaseFile, faults: Faults) -> None:
    """Warn if a currency of an earlier price year is worth less, or far more, than that of a later year."""
    rates = {case.currency: 1.0, **case.rates}
    for earlier, worth in rates.items():
        for later, other in rates.items():
            years = int(later[3:]) - int(earlier[3:])
            if earlier[:3] != later[:3] or years <= 0:
                continue
            ratio = worth / other
            if not (1 - MOST_DEFLATION) ** years <= ratio <= (1 + MOST_INFLATION) ** years:
                faults.warn(
                    f"{FILE}: exchange.{earlier if earlier != case.currency else later}",
                    f"one {earlier} is {ratio:.4g} {later}, which is not plausible over {years} years",
                    f"set the value of one unit of the other currency in {case.currency}; money of earlier years is "
                    "worth more",
                    "plausible_exchange",
                )
