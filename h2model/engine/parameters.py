"""Parameters: numbers (or labels) of a model, kept in one array and returned by label."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyomo.environ as pyo
import xarray as xr
from pyomo.core.base.param import IndexedParam as PyomoIndexedParam
from pyomo.core.base.param import ScalarParam as PyomoScalarParam

from h2model.engine.components import Described
from h2model.engine.faults import DataError
from h2model.engine.labels import Labels, factor_sets


class Param(Described, pyo.Param):
    """Values over index sets: numbers, or labels that may be used as indices.

    `initialize` is a scalar, a DataArray, a Variable of a Dataset, an array, a dict with every index, or a rule. A
    DataArray must have exactly the labels of the sets, in their order; labels are never aligned silently. A Variable
    has no labels, but must have the dimensions of the sets in their order. Infinity is allowed. NaN means "not given":
    it may be stored, but a rule or bound that reads it raises DataError.
    """

    def __new__(cls, *index_sets: Any, **options: Any) -> Param:
        if cls is not Param:
            return super().__new__(cls)
        return super().__new__(IndexedParam if index_sets else ScalarParam)


class ScalarParam(PyomoScalarParam, Param):
    """A parameter without index sets."""

    def __init__(self, **options: Any) -> None:
        self._describe(options)
        value = np.asarray(options.pop("initialize"))
        if value.size != 1:
            raise DataError(f"a Param without index sets takes one value, not {value.size}")
        PyomoScalarParam.__init__(self, initialize=value.item(), within=pyo.Any, **options)

    def __call__(self, *args: Any, **options: Any) -> Any:
        """Return the value; DataError if it is NaN."""
        result = super().__call__(*args, **options)
        if isinstance(result, float) and result != result:
            raise DataError(f"parameter '{self.name}' has no value (NaN)")
        return result

    def values_by_index(self) -> dict:
        """Return the value under the index None; an empty dict if it is NaN."""
        return {None: self._value} if self._value == self._value else {}


class IndexedParam(PyomoIndexedParam, Param):
    """A parameter over index sets, as one array with an axis for each set (a set of pairs is one axis)."""

    values_array: np.ndarray

    def __init__(self, *index_sets: Any, **options: Any) -> None:
        self._describe(options)
        self._source = options.pop("initialize")
        self._uniques: tuple[Labels, np.ndarray] | None = None
        PyomoIndexedParam.__init__(self, *index_sets, within=pyo.Any, **options)

    def construct(self, data: None = None) -> None:
        """Read the source into the array and check its labels."""
        if self._constructed:
            return
        for index_set in self._anonymous_sets or ():
            index_set.construct()
        self._constructed = True
        source, self._source = self._source, None
        self.values_array = _as_values(self, source)
        self.has_gaps = self.values_array.dtype.kind == "f" and bool(np.isnan(self.values_array).any())

    def as_labels(self) -> tuple[Labels, np.ndarray]:
        """Return the distinct values as labels, and the array as codes of these labels, for use as an index."""
        if self._uniques is None:
            codes, distinct = pd.factorize(self.values_array.ravel())
            self._uniques = Labels(list(distinct)), codes.reshape(self.values_array.shape)
        return self._uniques

    def values_by_index(self) -> dict:
        """Return the values by index, without those that are NaN."""
        pairs = zip(self.index_set(), self.values_array.ravel().tolist(), strict=True)
        return {index: value for index, value in pairs if value == value}

    def _getitem_when_not_present(self, index: Any) -> Any:
        """Return the value at one index that Pyomo has validated."""
        labels = index if isinstance(index, tuple) else (index,)
        position, start = [], 0
        for factor in factor_sets(self.index_set()):
            label = labels[start : start + factor.dimen]
            position.append(factor.ord(label[0] if factor.dimen == 1 else label) - 1)
            start += factor.dimen
        value = self.values_array[tuple(position)]
        value = value.item() if isinstance(value, np.generic) else value
        if isinstance(value, float) and value != value:
            raise DataError(no_value(self.name, labels))
        return value

    def __len__(self) -> int:
        return len(self.index_set())

    def __contains__(self, index: Any) -> bool:
        return index in self.index_set()


def no_value(name: str, labels: tuple[Hashable, ...] | list[Hashable]) -> str:
    """Return the message about a missing value of a parameter."""
    return f"parameter '{name}' has no value (NaN) for ({', '.join(str(label) for label in labels)})"


def _as_values(param: IndexedParam, source: Any) -> np.ndarray:
    """Return the source as an array over the factor sets of the parameter."""
    factors = factor_sets(param.index_set())
    shape = tuple(len(factor) for factor in factors)
    if isinstance(source, xr.DataArray | xr.Variable):
        _check_dimensions(param, source, factors)
        source = source.to_numpy()
    if isinstance(source, np.ndarray) and source.ndim:
        if source.shape != shape:
            raise DataError(f"parameter '{param.name}': the array has shape {source.shape}, its sets have {shape}")
        return _plain(source)
    if isinstance(source, Mapping):
        return _plain(_by_index(param, source.__getitem__).reshape(shape))
    if callable(source):
        block = param.parent_block()

        def value(index: Any) -> Any:
            return source(block, *index) if isinstance(index, tuple) else source(block, index)

        return _plain(_by_index(param, value).reshape(shape))
    return np.broadcast_to(_plain(np.asarray(source)), shape)


def _by_index(param: IndexedParam, value: Any) -> np.ndarray:
    values = []
    for index in param.index_set():
        try:
            values.append(value(index))
        except KeyError as error:
            raise DataError(f"parameter '{param.name}': no value is given for {index!r}") from error
    if all(isinstance(value, int | float | np.number) for value in values):
        return np.array(values, dtype=None if values else float)
    return np.fromiter(values, dtype=object, count=len(values))


def _plain(values: np.ndarray) -> np.ndarray:
    """Return numbers unchanged, flags as 0 and 1, and other values as Python objects."""
    if values.dtype.kind == "b":
        return values.astype(float)
    return values if values.dtype.kind in "if" else values.astype(object)


def _check_dimensions(param: IndexedParam, source: xr.DataArray | xr.Variable, factors: list[Any]) -> None:
    """Raise DataError unless a source has the sets in their order: a DataArray by labels, a Variable by names."""
    expected = tuple(getattr(factor, "dimension", factor.local_name) for factor in factors)
    if source.ndim != len(factors):
        raise DataError(f"parameter '{param.name}' has the dimensions {source.dims}, its sets are {expected}")
    by_name = isinstance(source, xr.Variable)
    if source.dims != expected and (by_name or set(source.dims) == set(expected)):
        raise DataError(f"parameter '{param.name}' has the dimensions {source.dims} instead of {expected}")
    for dim, factor in () if by_name else zip(source.dims, factors, strict=True):
        labels, expected_labels = _labels_along(param, source, dim, factor), list(factor)
        if labels != expected_labels:
            difference = _difference(labels, expected_labels)
            raise DataError(f"parameter '{param.name}', dimension '{dim}': {difference}")


def _labels_along(param: IndexedParam, source: xr.DataArray, dim: Hashable, factor: Any) -> list[Hashable]:
    levels = getattr(factor, "levels", ())
    if factor.dimen > 1 and all(level in source.coords for level in levels):
        return list(zip(*(source[level].to_numpy().tolist() for level in levels), strict=True))
    if dim not in source.coords:
        raise DataError(f"parameter '{param.name}': the dimension '{dim}' has no labels to compare with")
    return source[dim].to_numpy().tolist()


def _difference(labels: list[Hashable], expected: list[Hashable]) -> str:
    missing = [label for label in expected if label not in set(labels)]
    excess = [label for label in labels if label not in set(expected)]
    if not missing and not excess:
        return f"the labels are in another order than in the set (given {labels[:5]}, set {expected[:5]})"
    parts = [f"no values for {missing[:5]}"] if missing else []
    parts += [f"{excess[:5]} are not in the set"] if excess else []
    return "; ".join(parts)
