"""Frames: every index of a rule as an array, so that one template stands for all of its instances.

A frame is a box with one axis for each set that the template runs over. An index is an array of positions that
varies along its own axis only and has length 1 (or no axis at all) elsewhere; numpy's broadcasting makes the
combinations when they are needed. A sum over a set adds an axis *in front*, so that arrays made before stay valid
as they are. A sum over member sets of different sizes (`for k in m.plants_at[r]`) repeats the axis of its key:
each position of `r` is replaced by as many positions as it has members.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod

import numpy as np
from pyomo.core.expr.template_expr import IndexTemplate

from h2model.engine.labels import Index, Labels, Members, Place

Number = float | np.ndarray


@dataclass(frozen=True, eq=False)
class Frame:
    """What a template is expanded over.

    `rows` are arrays that add up to the row number of each point; `factor` multiplies everything that is found.
    `in_row_order` says that the points are the rows, one by one, because nothing has been summed over yet.
    """

    shape: tuple[int, ...]
    bindings: Mapping[int, Index]
    rows: tuple[np.ndarray, ...]
    factor: Number = 1.0
    in_row_order: bool = False

    @property
    def size(self) -> int:
        """Number of points."""
        return prod(self.shape)

    def scaled(self, factor: Number) -> Frame:
        """Return the frame with its factor multiplied."""
        return replace(self, factor=self.factor * factor)

    def numbered(self) -> Frame:
        """Return the frame with each of its points as a row of its own."""
        return replace(self, rows=point_numbers(self.shape), factor=1.0, in_row_order=True)

    def bound(self, templates: Sequence[IndexTemplate], places: Sequence[Place]) -> Frame:
        """Return the frame with further template indices, which run over these places."""
        return replace(self, bindings={**self.bindings, **bind(templates, places)})

    def over(self, factors: Sequence[Labels], templates: Sequence[IndexTemplate]) -> Frame:
        """Return the frame with a new axis in front for each factor; the first factor varies slowest."""
        shape, places = self.shape, []
        for labels in reversed(factors):
            position = np.arange(len(labels)).reshape((-1,) + (1,) * len(shape))
            shape = (len(labels), *shape)
            places.insert(0, Place(labels, position))
        return replace(self.bound(templates, places), shape=shape, in_row_order=False)

    def over_members(self, key: np.ndarray, members: Members, templates: Sequence[IndexTemplate]) -> Frame:
        """Return the frame with the members of the sets that `key` names in place of the axes of the key."""
        axes = [axis for axis in range(1, key.ndim + 1) if key.shape[-axis] > 1]
        if not axes:
            return self._over_one_set(int(key.ravel()[0]), members, templates)
        lengths = [self.shape[-axis] for axis in axes]
        front = np.moveaxis(key, [-axis for axis in axes], range(len(axes)))
        keys = front.reshape(lengths).ravel()
        count = members.count[keys]
        parent = np.repeat(np.arange(len(keys)), count)
        within = np.arange(len(parent)) - np.repeat(np.cumsum(count) - count, count)
        codes = members.codes[members.start[keys[parent]] + within]
        spread = Spread(tuple(axes), tuple(np.unravel_index(parent, lengths)))
        place = Place(members.labels, codes.reshape((-1,) + (1,) * (axes[0] - 1)))
        return self._spread(spread).bound(templates, [place])

    def _over_one_set(self, key: int, members: Members, templates: Sequence[IndexTemplate]) -> Frame:
        start = members.start[key]
        codes = members.codes[start : start + members.count[key]].reshape((-1,) + (1,) * len(self.shape))
        bound = self.bound(templates, [Place(members.labels, codes)])
        return replace(bound, shape=(codes.shape[0], *self.shape), in_row_order=False)

    def _spread(self, spread: Spread) -> Frame:
        places: dict[int, Place] = {}
        for index in self.bindings.values():
            if id(index.place) not in places:
                places[id(index.place)] = Place(index.place.labels, spread.apply(index.place.position))
        shape = list(self.shape)
        for axis in spread.axes:
            shape[-axis] = 1
        shape[-spread.axes[0]] = len(spread.parents[0])
        return Frame(
            shape=tuple(shape),
            bindings={key: Index(places[id(index.place)], index.part) for key, index in self.bindings.items()},
            rows=tuple(spread.apply(array) for array in self.rows),
            factor=spread.apply(self.factor),
        )


@dataclass(frozen=True)
class Spread:
    """Replaces some axes (counted from the end) by one axis, whose points each stem from a point of the old ones."""

    axes: tuple[int, ...]
    parents: tuple[np.ndarray, ...]

    def apply(self, array: Number) -> Number:
        """Return the array along the new axis, which stands where the first of the old axes stood."""
        array = np.asarray(array)
        own = [n for n, axis in enumerate(self.axes) if array.ndim >= axis and array.shape[-axis] > 1]
        if not own:
            return array
        target = self.axes[0]
        if array.ndim < target:
            array = array.reshape((1,) * (target - array.ndim) + array.shape)
        moved = np.moveaxis(array, [-self.axes[n] for n in own], range(len(own)))
        taken = moved[tuple(self.parents[n] for n in own)]
        taken = taken.reshape(taken.shape[:1] + (1,) * (len(own) - 1) + taken.shape[1:])
        back = np.moveaxis(taken, range(len(own)), [-self.axes[n] for n in own])
        return back if own[0] == 0 else np.swapaxes(back, -self.axes[own[0]], -target)


def bind(templates: Sequence[IndexTemplate], places: Sequence[Place]) -> dict[int, Index]:
    """Give each template index its place; a place of pairs takes two templates."""
    bindings, start = {}, 0
    for place in places:
        for part in range(place.labels.dimen):
            bindings[id(templates[start + part])] = Index(place, part)
        start += place.labels.dimen
    return bindings


def point_numbers(shape: tuple[int, ...]) -> tuple[np.ndarray, ...]:
    """Return arrays, one for each axis, that add up to the flat number of each point."""
    numbers = []
    for axis, length in enumerate(shape):
        stride = prod(shape[axis + 1 :])
        numbers.append((np.arange(length) * stride).reshape((-1,) + (1,) * (len(shape) - axis - 1)))
    return tuple(numbers)


def broadcast_sum(summands: Sequence[np.ndarray], shape: tuple[int, ...]) -> np.ndarray:
    """Return the sum of small arrays at every point of a shape, flat, as 32-bit integers."""
    result = np.zeros((), dtype=np.int32)
    for summand in sorted((np.asarray(summand) for summand in summands), key=lambda array: array.size):
        result = result + summand.astype(np.int32)
    return np.broadcast_to(result, shape).ravel()
