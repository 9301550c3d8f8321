"""Conservation: energy by lower heating value, mass, and the carbon content of a tonne.

A recipe holds the inputs and outputs of a plant per amount of its reference carrier. The recipe of a mode includes the
inputs and outputs of its host. Plants without inputs (wind, sun, rivers) are not checked. A heat pump with a
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
#: MWh/t above which a carrier is hydrogen (33.3 MWh/t); all other substances have a lower heating value.
HYDROGEN_FROM = 30.0
#: Tonnes from one tonne and air: hydrogen burns to 8.94 t of water; of fuels, methane gives most, 4.99 t.
GROWTH_OF_HYDROGEN, GROWTH_OF_FUEL = 9.0, 5.0
#: Share of heat that condensing adds to the lower heating value: hydrogen's higher one is 39.4/33.3 = 1.18 times it.
MOST_BY_CONDENSING = 0.2


@dataclass
class Recipes:
    """Inputs and outputs of plants per amount of their reference carrier (plant, carrier, period)."""

    names: list[str]
    takes: np.ndarray
    makes: np.ndarray
    counts: np.ndarray
    """Whether a plant is checked: not if its modes are its recipes, if it is a heat pump, or if it has no inputs."""


def recipes(data: xr.Dataset) -> Recipes:
    """Return the recipes of all plants; a part-load curve counts with its largest output per input."""
    takes = data.variables["input"].transpose("plant", "carrier", "period").values.copy()
    makes = data.variables["output"].transpose("plant", "carrier", "period").values.copy()
    slope = data.variables["part_load_slope"].transpose("plant", "carrier", "segment").values
    # A concave curve through the origin has its largest output per input on its first line.
    makes += np.nan_to_num(slope, nan=0.0).max(axis=-1, initial=0.0)[..., None]
    hosts, is_pump = host_positions(data), data.variables["carnot_share"].notnull().values
    is_mode = hosts >= 0
    for ratios in (takes, makes):
        ratios[is_mode] += ratios[hosts[is_mode]]
    counts = ~is_pump & ~np.isin(np.arange(len(hosts)), hosts[is_mode])
    counts[is_mode] &= ~is_pump[hosts[is_mode]]
    return Recipes(labels(data, "plant"), takes, makes, counts & (takes > 0).any(axis=(1, 2)))


def energy_per_amount(data: xr.Dataset) -> np.ndarray:
    """Return MWh per amount of each carrier: 1 for carriers in MWh, otherwise the heating value; NaN if unknown."""
    is_energy = data.variables["carrier_unit"].values == "MWh"
    return np.where(is_energy, 1.0, data.variables["lower_heating_value"].values)


@dataclass
class _Surplus:
    """The largest energy surplus of a recipe: its period, its main carrier, and inputs of unknown heating value."""

    period: int
    carrier: str
    taken: float
    made: float
    heat: float
    unknown: list[str]

    @property
    def explained(self) -> bool:
        """Whether the surplus may be heat from condensing."""
        return self.made - self.taken <= min(self.heat, MOST_BY_CONDENSING * self.taken) * (1 + LIMIT_TOLERANCE)


def _energy_surplus(data: xr.Dataset) -> dict[str, _Surplus]:
    """Return the surplus of each recipe with more energy in outputs than in inputs of known heating value."""
    plants, energy = recipes(data), energy_per_amount(data)
    known, is_heat = np.nan_to_num(energy), data.variables["temperature"].notnull().values
    taken, made = (np.einsum("pcy,c->py", ratios, known) for ratios in (plants.takes, plants.makes))
    heat = plants.makes[:, is_heat].sum(axis=1)
    carriers, periods = np.array(labels(data, "carrier")), labels(data, "period")
    surpluses = {}
    for i in np.flatnonzero(plants.counts & ((made - taken) > LIMIT_TOLERANCE * np.maximum(1.0, made)).any(axis=1)):
        worst = int(np.argmax(made[i] - taken[i]))
        unknown = (plants.takes[i, :, worst] > 0) & np.isnan(energy)
        largest = int(np.argmax(plants.makes[i, :, worst] * known))
        numbers = (float(values[i, worst]) for values in (taken, made, heat))
        surpluses[plants.names[i]] = _Surplus(
            periods[worst], str(carriers[largest]), *numbers, unknown=carriers[unknown].tolist()
        )
    return surpluses


def _surplus_text(plant: str, surplus: _Surplus) -> str:
    return (
        f"{plant} makes {surplus.made:.4g} MWh from {surplus.taken:.4g} MWh in {surplus.period}, "
        "per amount of its reference carrier (by lower heating value)"
    )


@rule(
    Severity.ERROR,
    against="a plan that uses energy without a source, by an efficiency above 1 or a ratio in a wrong unit.",
)
def energy_is_not_created(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """A plant makes at most the energy of its inputs (lower heating value); condensing may add a fifth as heat."""
    for plant, surplus in _energy_surplus(data).items():
        if not surplus.unknown and not surplus.explained:
            yield Fault(
                provenance.where("output", plant, carrier=surplus.carrier, period=surplus.period),
                _surplus_text(plant, surplus),
                "correct its ratios; set a carnot_share for a heat pump; add energy of wind, sun or the surroundings "
                "as an input that is imported at price 0; count a service in t",
            )


@rule(
    Severity.WARNING,
    against="a boiler above 100 % by mistake; a heat pump whose work ignores the temperature of its source.",
)
def heat_has_a_source(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """If a plant makes more energy than it takes, as heat, the source of this heat is an input."""
    for plant, surplus in _energy_surplus(data).items():
        if not surplus.unknown and surplus.explained:
            yield Fault(
                provenance.where("output", plant, carrier=surplus.carrier, period=surplus.period),
                f"{_surplus_text(plant, surplus)}: {surplus.made - surplus.taken:.4g} MWh of heat have no source",
                "set a carnot_share for a heat pump, or add heat of the surroundings as an input; ignore this warning "
                "for a condensing boiler",
            )


@rule(Severity.WARNING, against="energy without a source, hidden by a fuel in tonnes without a heating value.")
def energy_has_a_source(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """If a plant makes more energy than it takes, all its inputs have a known heating value."""
    for plant, surplus in _energy_surplus(data).items():
        if surplus.unknown:
            yield Fault(
                provenance.where("output", plant, carrier=surplus.carrier, period=surplus.period),
                f"{_surplus_text(plant, surplus)}, and the heating value of {', '.join(surplus.unknown)} is unknown",
                f"add a lower_heating_value of {surplus.unknown[0]} to carriers.csv",
            )


@rule(Severity.WARNING, against="ratios in kg instead of t, or a missing input.")
def mass_is_not_created(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """A plant makes no more tonnes than it takes, except by air: up to 9 per t of hydrogen, 5 per t of fuel.

    Air is not an input: it burns fuels and makes ammonia of hydrogen. The rule skips plants without an input of known
    mass (electrolysis without water as an input), and plants with carbon of unknown mass.
    """
    plants = recipes(data)
    is_mass = data.variables["carrier_unit"].values == "t"
    heat = data.variables["lower_heating_value"].values
    carbon = data.variables["carbon_content"].transpose("carrier", "origin").values.sum(axis=1)
    mass = np.where(is_mass, 1.0, np.nan_to_num(1.0 / heat))
    is_fuel = ~np.isnan(heat) | (carbon * is_mass > 1 + LIMIT_TOLERANCE)
    growth = np.where(heat >= HYDROGEN_FROM, GROWTH_OF_HYDROGEN, np.where(is_fuel, GROWTH_OF_FUEL, 1.0))
    massless = ~is_mass & np.isnan(heat) & (carbon > 0)
    made = np.einsum("pcy,c->py", plants.makes, mass)
    taken, most = (np.einsum("pcy,c->py", plants.takes, mass * factor) for factor in (1.0, growth))
    unclear = (plants.takes[:, massless] > 0).any(axis=1)
    too_much = plants.counts[:, None] & ~unclear & (taken > 0) & (made > most * (1 + LIMIT_TOLERANCE))
    for i in np.flatnonzero(too_much.any(axis=1)):
        worst = int(np.argmax(np.where(too_much[i], made[i] / np.maximum(most[i], LIMIT_TOLERANCE), 0.0)))
        carrier = labels(data, "carrier")[int(np.argmax(plants.makes[i, :, worst] * mass))]
        period = labels(data, "period")[worst]
        yield Fault(
            provenance.where("output", plants.names[i], carrier=carrier, period=period),
            f"{plants.names[i]} makes {made[i, worst]:.4g} t from {taken[i, worst]:.4g} t in {period}, more than "
            f"its inputs and air can give ({most[i, worst]:.4g} t)",
            "correct its ratios, or add the missing input; ignore this warning if this input is water",
        )


@rule(Severity.ERROR, against="a carbon content per MWh entered per tonne, or carbon confused with CO2.")
def carbon_fits_into_its_carrier(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """A tonne of a carrier contains no more carbon than a tonne of pure carbon, which burns to 3.664 t of CO2."""
    heat = data.variables["lower_heating_value"].values
    is_mass = data.variables["carrier_unit"].values == "t"
    carbon = data.variables["carbon_content"].transpose("carrier", "origin").values.sum(axis=1)
    per_tonne = np.where(is_mass, carbon, carbon * heat)
    for i in np.flatnonzero(np.nan_to_num(per_tonne) > MOST_CARBON * (1 + 1e-3)):
        carrier = labels(data, "carrier")[i]
        yield Fault(
            provenance.where("carbon_content", carrier),
            f"a tonne of {carrier} contains carbon for {per_tonne[i]:.4g} t of CO2, more than pure carbon "
            f"({MOST_CARBON:.4g} t)",
            "correct its carbon_content (tonnes of CO2 per amount) or its lower_heating_value (MWh/t)",
        )


RULES = (
    energy_is_not_created,
    heat_has_a_source,
    energy_has_a_source,
    mass_is_not_created,
    carbon_fits_into_its_carrier,
)
