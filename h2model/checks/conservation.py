"""Nothing comes from nowhere: energy by lower heating value, mass, and the carbon that a tonne can hold.

A recipe is what a plant takes and makes per amount of its reference carrier; with modes, each of them together with
what its plant takes and makes. What takes nothing (wind, sun, rivers) lives on what nobody counts. A heat pump with a
`carnot_share` takes the rest of its heat from the surroundings, by its own equation.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import xarray as xr

from h2model.case import Provenance, rule
from h2model.checks.existing_capacity import host_positions
from h2model.constants import LIMIT_TOLERANCE
from h2model.errors import Fault, Severity
from h2model.frame.sets import labels

#: Tonnes of CO2 that a tonne of pure carbon burns to: molar masses 12.011 of C and 15.999 of O (IUPAC).
MOST_CARBON = (12.011 + 2 * 15.999) / 12.011
#: No substance holds more than hydrogen (33.3 MWh/t); from here on nothing else can be meant.
HYDROGEN_FROM = 30.0
#: Tonnes to which one tonne may grow by air: hydrogen burns to 8.94 t of water, methane (the most of fuels) to 4.99 t.
GROWTH_OF_HYDROGEN, GROWTH_OF_FUEL = 9.0, 5.0
#: What condensing can add to the lower heating value: hydrogen's higher one is 1.18 times it (39.4 to 33.3 kWh/kg).
MOST_BY_CONDENSING = 0.2


@dataclass
class Recipes:
    """What plants take and make per amount of their reference carrier (plant, carrier, period)."""

    plants: list[str]
    takes: np.ndarray
    makes: np.ndarray
    counts: np.ndarray
    """Whether a plant is a recipe of its own: no plant with modes, which are its recipes, and no heat pump."""


def recipes(data: xr.Dataset) -> Recipes:
    """The recipes of all plants; on a part-load curve counts the load at which most comes out."""
    takes = data.variables["input"].transpose("plant", "carrier", "period").values.copy()
    makes = data.variables["output"].transpose("plant", "carrier", "period").values.copy()
    slope = data.variables["part_load_slope"].transpose("plant", "carrier", "segment").values
    # A concave curve through the origin gives most per input on its first line.
    makes += np.nan_to_num(slope, nan=0.0).max(axis=-1, initial=0.0)[..., None]
    hosts, is_pump = host_positions(data), data.variables["carnot_share"].notnull().values
    is_mode = hosts >= 0
    for ratios in (takes, makes):
        ratios[is_mode] += ratios[hosts[is_mode]]
    counts = ~is_pump & ~np.isin(np.arange(len(hosts)), hosts[is_mode])
    counts[is_mode] &= ~is_pump[hosts[is_mode]]
    return Recipes(labels(data, "plant"), takes, makes, counts & (takes > 0).any(axis=(1, 2)))


def energy_per_amount(data: xr.Dataset) -> np.ndarray:
    """MWh in one amount of each carrier: 1 where it is counted so, else the heating value; unknown: not-a-number."""
    is_energy = data.variables["carrier_unit"].values == "MWh"
    return np.where(is_energy, 1.0, data.variables["lower_heating_value"].values)


@dataclass
class _Surplus:
    """The period in which a recipe makes most more energy than it takes, and what is known of it."""

    period: int
    carrier: str
    taken: float
    made: float
    heat: float
    unknown: list[str]

    @property
    def explained(self) -> bool:
        """Whether it may be heat that condensing brings."""
        more = self.made - self.taken
        return more <= min(self.heat, MOST_BY_CONDENSING * self.taken) * (1 + LIMIT_TOLERANCE)


def _energy_surplus(data: xr.Dataset) -> dict[str, _Surplus]:
    """Recipes that make more energy than they are known to take."""
    found, energy = recipes(data), energy_per_amount(data)
    known, is_heat = np.nan_to_num(energy), data.variables["temperature"].notnull().values
    taken, made = (np.einsum("pcy,c->py", ratios, known) for ratios in (found.takes, found.makes))
    heat = found.makes[:, is_heat].sum(axis=1)
    carriers, periods = np.array(labels(data, "carrier")), labels(data, "period")
    surplus = {}
    for i in np.flatnonzero(found.counts & ((made - taken) > LIMIT_TOLERANCE * np.maximum(1.0, made)).any(axis=1)):
        worst = int(np.argmax(made[i] - taken[i]))
        strange = (found.takes[i, :, worst] > 0) & np.isnan(energy)
        largest = int(np.argmax(found.makes[i, :, worst] * known))
        numbers = (float(values[i, worst]) for values in (taken, made, heat))
        surplus[found.plants[i]] = _Surplus(
            periods[worst], str(carriers[largest]), *numbers, unknown=carriers[strange].tolist()
        )
    return surplus


def _what_is_made(plant: str, own: _Surplus) -> str:
    return (
        f"{plant} makes {own.made:.4g} MWh from {own.taken:.4g} MWh in {own.period}, "
        "per amount of its reference carrier (by lower heating value)"
    )


@rule(
    Severity.ERROR,
    against="a plan that lives on energy from nowhere, by an efficiency above 1 or a ratio in a wrong unit.",
)
def energy_is_not_created(data: xr.Dataset, rows: Provenance) -> Iterable[Fault]:
    """A plant makes no more energy, by lower heating value, than it takes; heat by condensing may add a fifth."""
    for plant, own in _energy_surplus(data).items():
        if not own.unknown and not own.explained:
            yield Fault(
                rows.where("output", plant, carrier=own.carrier, period=own.period),
                _what_is_made(plant, own),
                "correct its ratios; give a heat pump a carnot_share; what comes from wind, sun or the surroundings is "
                "an input of a carrier that is imported at no price; a service is counted in t",
            )


@rule(
    Severity.WARNING,
    against="a boiler above 100 % by mistake; a heat pump whose work does not follow the temperature of its source.",
)
def heat_has_a_source(data: xr.Dataset, rows: Provenance) -> Iterable[Fault]:
    """A plant that makes more energy than it takes, as heat, says where the heat is from."""
    for plant, own in _energy_surplus(data).items():
        if not own.unknown and own.explained:
            yield Fault(
                rows.where("output", plant, carrier=own.carrier, period=own.period),
                f"{_what_is_made(plant, own)}: {own.made - own.taken:.4g} MWh of heat come from nowhere",
                "give a heat pump a carnot_share, or the heat of the surroundings as an input; a boiler that condenses "
                "may be right",
            )


@rule(Severity.WARNING, against="energy from nowhere that nobody could see, because a fuel is counted in tonnes alone.")
def energy_has_a_source(data: xr.Dataset, rows: Provenance) -> Iterable[Fault]:
    """What a plant makes more than the energy it takes is in inputs whose heating value is said."""
    for plant, own in _energy_surplus(data).items():
        if own.unknown:
            yield Fault(
                rows.where("output", plant, carrier=own.carrier, period=own.period),
                f"{_what_is_made(plant, own)}, and nobody knows how much is in {', '.join(own.unknown)}",
                f"add a lower_heating_value of {own.unknown[0]} to carriers.csv",
            )


@rule(Severity.WARNING, against="ratios in kg for t, or outputs that forget an input.")
def mass_is_not_created(data: xr.Dataset, rows: Provenance) -> Iterable[Fault]:
    """A plant makes no more tonnes than it takes, but for what air can add to hydrogen (9-fold) and fuels (5-fold).

    Air is counted by nobody: it burns fuels and makes ammonia of hydrogen. Where a plant takes nothing that has a mass
    (electrolysis of water that nobody counts), or carbon whose mass nobody says, the rule is silent.
    """
    found = recipes(data)
    is_mass = data.variables["carrier_unit"].values == "t"
    heat = data.variables["lower_heating_value"].values
    carbon = data.variables["carbon_content"].transpose("carrier", "origin").values.sum(axis=1)
    mass = np.where(is_mass, 1.0, np.nan_to_num(1.0 / heat))
    is_fuel = ~np.isnan(heat) | (carbon * is_mass > 1 + LIMIT_TOLERANCE)
    growth = np.where(heat >= HYDROGEN_FROM, GROWTH_OF_HYDROGEN, np.where(is_fuel, GROWTH_OF_FUEL, 1.0))
    massless = ~is_mass & np.isnan(heat) & (carbon > 0)
    made = np.einsum("pcy,c->py", found.makes, mass)
    taken, most = (np.einsum("pcy,c->py", found.takes, mass * factor) for factor in (1.0, growth))
    unclear = (found.takes[:, massless] > 0).any(axis=1)
    too_much = found.counts[:, None] & ~unclear & (taken > 0) & (made > most * (1 + LIMIT_TOLERANCE))
    for i in np.flatnonzero(too_much.any(axis=1)):
        worst = int(np.argmax(np.where(too_much[i], made[i] / np.maximum(most[i], LIMIT_TOLERANCE), 0.0)))
        carrier = labels(data, "carrier")[int(np.argmax(found.makes[i, :, worst] * mass))]
        period = labels(data, "period")[worst]
        yield Fault(
            rows.where("output", found.plants[i], carrier=carrier, period=period),
            f"{found.plants[i]} makes {made[i, worst]:.4g} t from {taken[i, worst]:.4g} t in {period}, more than air "
            f"can add to its inputs ({most[i, worst]:.4g} t)",
            "correct its ratios, or add the input that brings the mass; if it is water that nobody counts, all is well",
        )


@rule(Severity.ERROR, against="a carbon content per MWh that was entered per tonne, or as carbon and CO2 mixed up.")
def carbon_fits_into_its_carrier(data: xr.Dataset, rows: Provenance) -> Iterable[Fault]:
    """A tonne of a carrier holds no more carbon than a tonne of pure carbon, which burns to 3.664 t of CO2."""
    heat = data.variables["lower_heating_value"].values
    is_mass = data.variables["carrier_unit"].values == "t"
    carbon = data.variables["carbon_content"].transpose("carrier", "origin").values.sum(axis=1)
    per_tonne = np.where(is_mass, carbon, carbon * heat)
    for i in np.flatnonzero(np.nan_to_num(per_tonne) > MOST_CARBON * (1 + 1e-3)):
        carrier = labels(data, "carrier")[i]
        yield Fault(
            rows.where("carbon_content", carrier),
            f"a tonne of {carrier} holds carbon for {per_tonne[i]:.4g} t of CO2, pure carbon for {MOST_CARBON:.4g}",
            "correct its carbon_content (tonnes of CO2 per amount) or its lower_heating_value (MWh/t)",
        )


RULES = (
    energy_is_not_created,
    heat_has_a_source,
    energy_has_a_source,
    mass_is_not_created,
    carbon_fits_into_its_carrier,
)
