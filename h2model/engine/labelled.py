"""Convert arrays over index sets to labelled DataArrays and one Dataset.

Each set of an index becomes one dimension with the name `dim` of the set. A set of pairs becomes one dimension with a
coordinate for each part of the pairs. It is not a MultiIndex, which netCDF files cannot store.
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
    """A dimension of results: name, labels, and the names of the parts if labels are pairs."""

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
    """Named values over the index set of a component, with unit and description."""

    name: str
    component: Any
    values: np.ndarray
    unit: str
    description: str

    @property
    def attributes(self) -> dict[str, str]:
        """Attributes with the names of the CF conventions."""
        return {"units": self.unit, "long_name": self.description}


def dimensions(component: Any) -> list[Dimension]:
    """Return the dimensions of a component; a repeated set gets a number (`region`, `region_2`)."""
    result: list[Dimension] = []
    uses: Counter[str] = Counter()
    for factor in factor_sets(component.index_set()) if component.is_indexed() else ():
        name = getattr(factor, "dimension", factor.local_name)
        levels = () if factor.dimen == 1 else getattr(factor, "levels", None)
        if levels is None:
            levels = tuple(f"{name}_{part + 1}" for part in range(factor.dimen))
        uses[name] += 1
        if uses[name] > 1:
            name, levels = f"{name}_{uses[name]}", tuple(f"{level}_{uses[name]}" for level in levels)
        result.append(Dimension(name, tuple(factor), levels, getattr(factor, "description", "")))
    return result


def labelled(quantity: Quantity) -> xr.DataArray:
    """Return one quantity as a DataArray over its own labels."""
    axes = dimensions(quantity.component)
    coordinates = {name: variable for axis in axes for name, variable in axis.coordinates().items()}
    names = [axis.name for axis in axes]
    return xr.DataArray(quantity.values, coordinates, names, name=quantity.name, attrs=quantity.attributes)


def gathered(quantities: Iterable[Quantity]) -> xr.Dataset:
    """Return all quantities in one Dataset over the union of the labels of their dimensions.

    A component over a subset (with the `dim` of its superset) is NaN at the other labels.
    """
    quantities = list(quantities)
    axes = {id(quantity): dimensions(quantity.component) for quantity in quantities}
    union: dict[str, Dimension] = {}
    for axis in sorted((axis for each in axes.values() for axis in each), key=lambda axis: -len(axis.labels)):
        union[axis.name] = _united(union.get(axis.name, axis), axis)
    positions = {axis.name: {label: n for n, label in enumerate(axis.labels)} for axis in union.values()}
    variables = {}
    for quantity in quantities:
        dims = axes[id(quantity)]
        values = _over_union(quantity.values, dims, [positions[axis.name] for axis in dims])
        variables[quantity.name] = ([axis.name for axis in dims], values, quantity.attributes)
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


def _over_union(values: np.ndarray, axes: Sequence[Dimension], positions: Sequence[dict]) -> np.ndarray:
    """Return values over the union of labels, whose positions are given by axis; NaN at other labels."""
    if all(tuple(position) == axis.labels for axis, position in zip(axes, positions, strict=True)):
        return values
    result = np.full([len(position) for position in positions], np.nan)
    known = [[position[label] for label in axis.labels] for axis, position in zip(axes, positions, strict=True)]
    result[np.ix_(*known)] = values
    return result


def _array(labels: Sequence[Hashable]) -> np.ndarray:
    if not labels:
        return np.array([], dtype=str)  # numpy would make an array of floats; most labels are strings
    array = np.asarray(labels)
    mixed = array.dtype.kind == "U" and not all(isinstance(label, str) for label in labels)
    return np.fromiter(labels, dtype=object, count=len(labels)) if mixed else array
