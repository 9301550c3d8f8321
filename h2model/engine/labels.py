"""Labels of index sets as positions in arrays.

A rule names things by label (`m.x["wind", 2030]`); a matrix knows positions only. `Labels` holds the labels of one
set in order and answers, for whole arrays at once, at which position another set's labels stand. A label that is
missing has position -1 inside a table, and must never leave this module as such: `locate` raises.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pyomo.core.base.set import SetProduct

from h2model.engine.faults import LabelError, ModelError

# Above this many combinations of parts, pairs are found by searching instead of in a dense table.
DENSE_TABLE = 4_000_000


class Labels:
    """The ordered labels of one set; tuples of `dimen` parts where the set is a set of pairs."""

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
        """Return the labels as numbers, for rules which calculate with an index; None if they are not numbers."""
        if self._numbers is None:
            self._numbers = np.asarray(self.labels)
        return self._numbers if self._numbers.dtype.kind in "if" else None

    def table(self, other: Labels, parts: tuple[int, ...]) -> np.ndarray:
        """Return for every label of `other` (only these parts of it) its position here, or -1."""
        key = (other, parts)
        if key not in self._tables:
            wanted = other.labels
            if other.dimen > 1:
                wanted = [tuple(label[part] for part in parts) for label in wanted]
                wanted = [label[0] for label in wanted] if len(parts) == 1 else wanted
            self._tables[key] = np.array([self.positions.get(label, -1) for label in wanted], dtype=np.intp)
        return self._tables[key]

    def combine(self, codes: Sequence[np.ndarray]) -> np.ndarray:
        """Return the position of the tuples that these codes of the parts make up, or -1."""
        sizes = [len(self.part(number)[0]) for number in range(self.dimen)]
        keys, missing = 0, False
        for code, size in zip(codes, sizes, strict=True):
            keys = keys * size + np.maximum(code, 0)
            missing = missing | (code < 0)
        return np.where(missing, -1, self._find(keys, sizes))

    def _find(self, keys: np.ndarray, sizes: Sequence[int]) -> np.ndarray:
        own = 0
        for number, size in enumerate(sizes):
            own = own * size + self.part(number)[1]
        if np.prod(sizes, dtype=float) <= DENSE_TABLE:
            table = np.full(int(np.prod(sizes)) or 1, -1, dtype=np.intp)
            table[own] = np.arange(len(self))
            return table[keys]
        order = np.argsort(own)
        place = np.minimum(np.searchsorted(own, keys, sorter=order), len(self) - 1)
        found = order[place]
        return np.where(own[found] == keys, found, -1)


def _distinct(values: Sequence[Hashable]) -> tuple[Labels, np.ndarray]:
    """Return the distinct values in order of appearance, and the code of each value."""
    array = np.fromiter(values, dtype=object, count=len(values))
    codes, distinct = pd.factorize(array)
    return Labels(list(distinct)), codes.astype(np.intp)


@dataclass(frozen=True, eq=False)
class Place:
    """An array of positions among some labels."""

    labels: Labels
    position: np.ndarray


@dataclass(frozen=True, eq=False)
class Index:
    """One index of a rule: a place, or one part of it where the labels are tuples."""

    place: Place
    part: int = 0

    def codes(self) -> tuple[Labels, np.ndarray]:
        """Return plain labels and codes, also where this index is a part of a tuple."""
        if self.place.labels.dimen == 1:
            return self.place.labels, self.place.position
        labels, codes = self.place.labels.part(self.part)
        return labels, codes[self.place.position]


def literal(label: Hashable) -> Index:
    """Return an index which is one fixed label."""
    return Index(Place(Labels([label]), np.zeros((), dtype=np.intp)))


def locate(target: Labels, indices: Sequence[Index], component: str) -> np.ndarray:
    """Return the positions in `target` that the indices name; LabelError names what is missing."""
    place = indices[0].place
    parts = tuple(index.part for index in indices)
    if all(index.place is place for index in indices):
        whole = parts == tuple(range(place.labels.dimen))
        if whole and place.labels is target:
            return place.position
        position = target.table(place.labels, parts)[place.position]
    else:
        codes = []
        for number, index in enumerate(indices):
            labels, code = index.codes()
            codes.append(target.part(number)[0].table(labels, (0,))[code])
        position = target.combine(codes)
    if position.size and position.min() < 0:
        raise LabelError(_missing(position, indices, component))
    return position


def _missing(position: np.ndarray, indices: Sequence[Index], component: str) -> str:
    first = int(np.flatnonzero(position.ravel() < 0)[0])
    label = ",".join(str(value) for value in labels_at(indices, position.shape, first))
    return f"'{component}' has no index '{label}'"


def labels_at(indices: Sequence[Index], shape: tuple[int, ...], point: int) -> list[Hashable]:
    """Return the labels which the indices have at one flat point of an array of this shape."""
    result = []
    for index in indices:
        labels, code = index.codes()
        result.append(labels.labels[int(np.broadcast_to(code, shape).flat[point])])
    return result


@dataclass(frozen=True, eq=False)
class Members:
    """All member sets of an indexed set in one run: those of key k are codes[start[k] : start[k] + count[k]]."""

    labels: Labels
    codes: np.ndarray
    start: np.ndarray
    count: np.ndarray


class LabelBook:
    """Looks up the labels of Pyomo sets, each read once."""

    def __init__(self) -> None:
        self._labels: dict[int, tuple[object, Labels]] = {}
        self._members: dict[int, tuple[object, Members]] = {}

    def factors(self, index_set: object) -> list[Labels]:
        """Return the labels of the sets of which an index set is the product (a set of pairs is one factor)."""
        return [self.labels(factor) for factor in factor_sets(index_set)]

    def labels(self, plain_set: object) -> Labels:
        """Return the labels of a set that is no product."""
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
        if id(indexed_set) not in self._members:
            self._members[id(indexed_set)] = (indexed_set, _read_members(indexed_set))
        return self._members[id(indexed_set)][1]


def factor_sets(index_set: object) -> list[object]:
    """Return the sets of which an index set is the product; none for a component without index."""
    if index_set.dimen == 0:
        return []
    if isinstance(index_set, SetProduct):
        return list(index_set.subsets(expand_all_set_operators=False))
    return [index_set]


def _read_members(indexed_set: object) -> Members:
    lists = [list(indexed_set[key]) if key in indexed_set else None for key in indexed_set.index_set()]
    # A key that has no set at all is an error only if a rule asks for it: count -1 says so.
    count = np.array([-1 if members is None else len(members) for members in lists], dtype=np.intp)
    dimens = {indexed_set[key].dimen for key in indexed_set if len(indexed_set[key])} or {1}
    if len(dimens) > 1:
        raise ModelError(f"set '{indexed_set.name}': its labels must all have the same number of parts")
    flat = [label for members in lists if members for label in members]
    distinct, codes = _distinct(flat)
    labels = Labels(distinct.labels, dimens.pop())
    positive = np.maximum(count, 0)
    return Members(labels, codes, np.cumsum(positive) - positive, count)
