"""Labels of index sets as positions in arrays.

A rule names things by label (`m.x["wind", 2030]`); a matrix knows positions only. `Labels` holds the labels of one
set in order and finds, for whole arrays at once, the positions of another set's labels. Inside a table, a missing
label has position -1. `locate` raises an error instead of returning it.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pyomo.core.base.set import SetProduct

from h2model.engine.faults import LabelError, ModelError

# Above this many combinations of parts, tuples are found by binary search instead of in a dense table.
DENSE_TABLE = 4_000_000


class Labels:
    """The ordered labels of one set; tuples of `dimen` parts if `dimen` is above 1."""

    def __init__(self, labels: Sequence[Hashable], dimen: int = 1) -> None:
        self.labels = list(labels)
        self.dimen = dimen
        self._positions: dict[Hashable, int] | None = None
        self._parts: list[tuple[Labels, np.ndarray]] | None = None
        self._tables: dict[tuple, np.ndarray] = {}
        self._numbers: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def positions(self) -> dict[Hashable, int]:
        """Position of every label."""
        if self._positions is None:
            self._positions = {label: position for position, label in enumerate(self.labels)}
        return self._positions

    def part(self, number: int) -> tuple[Labels, np.ndarray]:
        """Return the distinct values of one part of the tuples, and the code of each label in them."""
        if self.dimen == 1:
            return self, np.arange(len(self))
        if self._parts is None:
            columns = zip(*self.labels, strict=True) if self.labels else [()] * self.dimen
            self._parts = [_distinct(column) for column in columns]
        return self._parts[number]

    def numbers(self) -> np.ndarray | None:
        """Return the labels as numbers, for rules that calculate with an index; None if they are not numbers."""
        if self._numbers is None:
            self._numbers = np.asarray(self.labels)
        return self._numbers if self._numbers.dtype.kind in "if" else None

    def table(self, other: Labels, parts: tuple[int, ...]) -> np.ndarray:
        """Return the position here of each label of `other` by these parts only; -1 if it is missing."""
        key = (other, parts)
        if key not in self._tables:
            wanted = other.labels
            if other.dimen > 1:
                wanted = [tuple(label[part] for part in parts) for label in wanted]
                wanted = [label[0] for label in wanted] if len(parts) == 1 else wanted
            self._tables[key] = np.array([self.positions.get(label, -1) for label in wanted], dtype=np.intp)
        return self._tables[key]

    def combine(self, codes: Sequence[np.ndarray]) -> np.ndarray:
        """Return the positions of the tuples with these codes of their parts; -1 for missing tuples."""
        sizes = [len(self.part(number)[0]) for number in range(self.dimen)]
        # One number stands for each tuple: in `keys` for a wanted one, in `known` for each label of this set.
        keys, known, missing = 0, 0, False
        for number, (code, size) in enumerate(zip(codes, sizes, strict=True)):
            keys = keys * size + np.maximum(code, 0)
            known = known * size + self.part(number)[1]
            missing = missing | (code < 0)
        if np.prod(sizes, dtype=float) <= DENSE_TABLE:
            table = np.full(int(np.prod(sizes)) or 1, -1, dtype=np.intp)
            table[known] = np.arange(len(self))
            return np.where(missing, -1, table[keys])
        order = np.argsort(known)
        nearest = order[np.minimum(np.searchsorted(known, keys, sorter=order), len(self) - 1)]
        return np.where(missing | (known[nearest] != keys), -1, nearest)


def _distinct(values: Sequence[Hashable]) -> tuple[Labels, np.ndarray]:
    """Return the distinct values in order of appearance, and the code of each value."""
    array = np.fromiter(values, dtype=object, count=len(values))
    codes, distinct = pd.factorize(array)
    return Labels(list(distinct)), codes.astype(np.intp)


@dataclass(frozen=True, eq=False)
class Positions:
    """An array of positions among some labels."""

    labels: Labels
    array: np.ndarray


@dataclass(frozen=True, eq=False)
class Index:
    """One index of a rule: positions of labels, or of one part of them if the labels are tuples."""

    positions: Positions
    part: int = 0

    def codes(self) -> tuple[Labels, np.ndarray]:
        """Return plain labels and codes, also if this index is a part of a tuple."""
        if self.positions.labels.dimen == 1:
            return self.positions.labels, self.positions.array
        labels, codes = self.positions.labels.part(self.part)
        return labels, codes[self.positions.array]


def literal(label: Hashable) -> Index:
    """Return an index with one fixed label."""
    return Index(Positions(Labels([label]), np.zeros((), dtype=np.intp)))


def locate(target: Labels, indices: Sequence[Index], component: str) -> np.ndarray:
    """Return the positions of indices in `target`; LabelError names a missing label."""
    first = indices[0].positions
    parts = tuple(index.part for index in indices)
    if all(index.positions is first for index in indices):
        whole = parts == tuple(range(first.labels.dimen))
        if whole and first.labels is target:
            return first.array
        result = target.table(first.labels, parts)[first.array]
    else:
        codes = []
        for number, index in enumerate(indices):
            labels, code = index.codes()
            codes.append(target.part(number)[0].table(labels, (0,))[code])
        result = target.combine(codes)
    if result.size and result.min() < 0:
        point = int(np.flatnonzero(result.ravel() < 0)[0])
        label = ",".join(str(value) for value in labels_at(indices, result.shape, point))
        raise LabelError(f"'{component}' has no index '{label}'")
    return result


def labels_at(indices: Sequence[Index], shape: tuple[int, ...], point: int) -> list[Hashable]:
    """Return the labels of the indices at one flat point of an array of this shape."""
    result = []
    for index in indices:
        labels, code = index.codes()
        result.append(labels.labels[int(np.broadcast_to(code, shape).flat[point])])
    return result


@dataclass(frozen=True, eq=False)
class Members:
    """All member sets of an indexed set in one array: those of key k are codes[start[k] : start[k] + count[k]]."""

    labels: Labels
    codes: np.ndarray
    start: np.ndarray
    count: np.ndarray


class LabelCache:
    """The labels of Pyomo sets, each set read once."""

    def __init__(self) -> None:
        self._labels: dict[int, tuple[object, Labels]] = {}
        self._members: dict[int, tuple[object, Members]] = {}

    def factors(self, index_set: object) -> list[Labels]:
        """Return the labels of the factors of an index set; a set of pairs is one factor."""
        return [self.labels(factor) for factor in factor_sets(index_set)]

    def labels(self, plain_set: object) -> Labels:
        """Return the labels of a set that is not a product."""
        known = self._labels.get(id(plain_set))
        if known is None or len(known[1]) != len(plain_set):
            dimen = plain_set.dimen
            if not isinstance(dimen, int) and len(plain_set):
                raise ModelError(f"set '{plain_set.name}': its labels must all have the same number of parts")
            known = (plain_set, Labels(plain_set, dimen if isinstance(dimen, int) else 1))
            self._labels[id(plain_set)] = known
        return known[1]

    def members(self, indexed_set: object) -> Members:
        """Return the member sets of an indexed set."""
        if id(indexed_set) in self._members:
            return self._members[id(indexed_set)][1]
        lists = [list(indexed_set[key]) if key in indexed_set else None for key in indexed_set.index_set()]
        # A key without a set is an error only if a rule uses it; it has the count -1.
        count = np.array([-1 if members is None else len(members) for members in lists], dtype=np.intp)
        dimens = {indexed_set[key].dimen for key in indexed_set if len(indexed_set[key])} or {1}
        if len(dimens) > 1:
            raise ModelError(f"set '{indexed_set.name}': its labels must all have the same number of parts")
        distinct, codes = _distinct([label for members in lists if members for label in members])
        positive = np.maximum(count, 0)
        members = Members(Labels(distinct.labels, dimens.pop()), codes, np.cumsum(positive) - positive, count)
        self._members[id(indexed_set)] = (indexed_set, members)
        return members


def index_tuple(index: Hashable) -> tuple:
    """Return the index of a Pyomo object as a tuple of labels; an empty tuple without index."""
    return () if index is None else index if isinstance(index, tuple) else (index,)


def factor_sets(index_set: object) -> list[object]:
    """Return the factors of an index set; an empty list for a component without index."""
    if index_set.dimen == 0:
        return []
    if isinstance(index_set, SetProduct):
        return list(index_set.subsets(expand_all_set_operators=False))
    return [index_set]
