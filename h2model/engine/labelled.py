"""From arrays over index sets to labelled DataArrays and one Dataset.

Each set of an index makes one dimension, named by the set's `dim`. A set of pairs makes one dimension too, with a
coordinate for each part of the pairs (no MultiIndex, so that netCDF can hold it).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from h2model.engine.faults import ModelError
from h2model.engine.labels import factor_sets


@dataclass(frozen=True)
class Dimension:
    """A dimension of results: name, labels, and for pairs the names of their parts."""

    name: str
    labels: tuple[Hashable, ...]
    levels: tuple[str, ...]
    description: str

    def coordinates(self) -> dict[str, tuple]:
        """Return the coordinate variables of this dimension."""
        attributes = {"long_name": self.description} if self.description else {}
        if not self.levels:
            return {self.name: (self.name, _array(self.labels), attributes)}
        parts = zip(*self.labels, strict=True) if self.labels else [()] * len(self.levels)
        return {level: (self.name, _array(part), attributes) for level, part in zip(self.levels, parts, strict=True)}


@dataclass(frozen=True, eq=False)
class Quantity:
    """Values over the index set of a component, with unit and description, under a name of their own."""

    name: str
    component: Any
    values: np.ndarray
    unit: str
    description: str

    @property
    def attributes(self) -> dict[str, str]:
        """Attributes as the CF conventions name them."""
        return {"units": self.unit, "long_name": self.description}


def dimensions(component: Any) -> list[Dimension]:
    """Return the dimensions of a component; a set that is met again gets a number (`region`, `region_2`)."""
    result: list[Dimension] = []
    met: Counter[str] = Counter()
    for factor in factor_sets(component.index_set()) if component.is_indexed() else ():
        name = getattr(factor, "dimension", factor.local_name)
        levels = () if factor.dimen == 1 else getattr(factor, "levels", None)
        if levels is None:
            levels = tuple(f"{name}_{part + 1}" for part in range(factor.dimen))
        met[name] += 1
        if met[name] > 1:
            name, levels = f"{name}_{met[name]}", tuple(f"{level}_{met[name]}" for level in levels)
        result.append(Dimension(name, tuple(factor), levels, getattr(factor, "description", "")))
    return result


def labelled(quantity: Quantity) -> xr.DataArray:
    """Return one quantity as a DataArray over its own labels."""
    axes = dimensions(quantity.component)
    coordinates = {name: variable for axis in axes for name, variable in axis.coordinates().items()}
    names = [axis.name for axis in axes]
    return xr.DataArray(quantity.values, coordinates, names, name=quantity.name, attrs=quantity.attributes)


def gathered(quantities: Iterable[Quantity]) -> xr.Dataset:
    """Return all quantities in one Dataset, on the union of the labels that their dimensions have.

    A component over a subset (with the `dim` of its superset) gets NaN at the labels that it does not have.
    """
    quantities = list(quantities)
    axes = {id(quantity): dimensions(quantity.component) for quantity in quantities}
    union: dict[str, Dimension] = {}
    for axis in sorted((axis for own in axes.values() for axis in own), key=lambda axis: -len(axis.labels)):
        union[axis.name] = _united(union.get(axis.name, axis), axis)
    positions = {axis.name: {label: n for n, label in enumerate(axis.labels)} for axis in union.values()}
    variables = {}
    for quantity in quantities:
        own = axes[id(quantity)]
        values = _spread(quantity.values, own, [positions[axis.name] for axis in own])
        variables[quantity.name] = ([axis.name for axis in own], values, quantity.attributes)
    coordinates = {name: variable for axis in union.values() for name, variable in axis.coordinates().items()}
    return xr.Dataset(variables, coordinates)


def _united(known: Dimension, other: Dimension) -> Dimension:
    if known.levels != other.levels:
        raise ModelError(
            f"sets with and without parts {known.levels or other.levels} share the dimension '{known.name}'"
        )
    if known.labels == other.labels:
        return known
    labels = tuple(dict.fromkeys(known.labels + other.labels))
    return Dimension(known.name, labels, known.levels, known.description)


def _spread(values: np.ndarray, own: Sequence[Dimension], positions: Sequence[dict]) -> np.ndarray:
    if all(tuple(position) == axis.labels for axis, position in zip(own, positions, strict=True)):
        return values
    result = np.full([len(position) for position in positions], np.nan)
    places = [[position[label] for label in axis.labels] for axis, position in zip(own, positions, strict=True)]
    result[np.ix_(*places)] = values
    return result


def _array(labels: Sequence[Hashable]) -> np.ndarray:
    if not labels:
        return np.array([], dtype=str)  # numpy would make it an array of floats, and labels mostly are words
    array = np.asarray(labels)
    mixed = array.dtype.kind == "U" and not all(isinstance(label, str) for label in labels)
    return np.fromiter(labels, dtype=object, count=len(labels)) if mixed else array
