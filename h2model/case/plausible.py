"""Plausible values: what lies orders of magnitude beside what is usual is, as a rule, a mistake in a unit.

Each declaration says what is usual (`Parameter.plausible`, `Parameter.profile_mean`). Only what the tables or overrides
give is looked at, and 0 is taken at its word. Money is compared in euros, of whatever year: that makes no order of
magnitude. Where a case names no rate to the euro, money is not compared.
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
#: Money loses at most this much of its worth in a year, and gains none: assumption, seen in no euro country since 1999.
MOST_INFLATION, MOST_DEFLATION = 0.15, 0.02


def check_plausible(cells: Cells, units: Units, profiles: Profiles, provenance: Provenance, faults: Faults) -> None:
    """Warn of values outside what is usual for their unit, with profiles on their mean; once for each row."""
    parameter = cells.parameter
    euro = worth_of_euro(units) if "{money}" in parameter.unit else 1.0
    if not parameter.plausible or euro is None:
        return
    means = np.append([series.mean() for series in profiles.series.values()], 1.0)
    values = cells.value * means[cells.profile] + cells.offset
    given = (cells.row != UNKNOWN_ROW) & np.isfinite(values) & (values != 0)
    told: set[int] = set()
    for place in map(tuple, np.argwhere(given)):
        entity, number = cells.entities[place[0]], int(cells.row[place])
        usual = usual_for(parameter, entity, units)
        if usual is None or number in told or usual.lowest * euro <= values[place] <= usual.highest * euro:
            continue
        told.add(number)
        origin, unit = (
            provenance.origins[number],
            units.target(parameter.unit, entity.carrier, storage=entity.holds_amount),
        )
        how = " on average" if cells.profile[place] != NO_PROFILE else ""
        faults.warn(
            origin.where,
            f"{parameter.name} of {entity.name} is {values[place]:,.6g} {unit}{how} ({origin.text}), far from what is "
            f"usual: {usual.lowest * euro:,.10g} to {usual.highest * euro:,.10g} {unit}",
            f"see whether the unit is right (kW or MW, kg or t, a share or per cent); {parameter.description}",
            "plausible_values",
        )


def usual_for(parameter: Parameter, entity: Entity, units: Units) -> Plausible | None:
    """The usual range for the unit in which an entity counts its capacity or amounts; None if none is declared."""
    slot = _SLOT.search(parameter.unit)
    kind = units.target(f"{{{slot.group(1)}}}", entity.carrier, storage=entity.holds_amount) if slot else ""
    return next((usual for usual in parameter.plausible if usual.unit == kind), None)


def worth_of_euro(units: Units) -> float | None:
    """Worth of a euro in the money of the case; None where no rate says it."""
    euros = [name for name in units.currencies if name.startswith("EUR")]
    return units.factor(max(euros), units.currency) if euros else None


def check_profile_means(cells: Cells, profiles: Profiles, provenance: Provenance, faults: Faults) -> None:
    """Warn of profiles whose mean is not what the parameter asks of it; once for each entity and profile.

    A profile of a share (of at most 1) is the share itself. Another one is a shape beside a value, with a mean near 1
    (weather years differ), or stands alone with the value 1, and then has any mean.
    """
    parameter = cells.parameter
    if parameter.profile_mean is None:
        return
    lowest, highest = parameter.profile_mean
    names, told = list(profiles.series), set()
    is_share = np.isfinite(parameter.upper)
    for place in map(tuple, np.argwhere(cells.profile != NO_PROFILE)):
        owner, name = cells.entities[place[0]].name, names[cells.profile[place]]
        mean = profiles.mean(name) * (cells.value[place] if is_share else 1.0)
        is_shape = is_share or abs(cells.value[place]) not in (0.0, 1.0)
        if (owner, name) in told or not is_shape or lowest <= mean <= highest:
            continue
        told.add((owner, name))
        what = f"{'' if is_share else 'the shape of '}{parameter.name} of {owner} has a mean"
        faults.warn(
            provenance.origins[int(cells.row[place])].where,
            f"{what} of {mean:.4g} with profile '{name}', not of {lowest:g} to {highest:g}",
            "see whether the profile is a share from 0 to 1 of the capacity" if is_share
            else "divide the profile by its mean, so that the value is the mean, or let the value be 1",
            "plausible_profiles",
        )  # fmt: skip


def check_exchange(case: CaseFile, faults: Faults) -> None:
    """Warn of money of an earlier year that is worth less, or far more, than the same money of a later year."""
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
                    f"one {earlier} is {ratio:.4g} {later}, but money loses worth over {years} years, and not so fast",
                    f"give the value of one unit of the other money in {case.currency}, prices of earlier years being "
                    "worth more",
                    "plausible_exchange",
                )
