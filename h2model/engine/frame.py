"""Frames: each index of a rule as an array, so that one template represents all instances of the rule.

A frame has one axis for each set of the template. An index is an array of positions. It varies along its
own axis only and has length 1 (or no axis) elsewhere; numpy broadcasts it when the combinations are needed. A sum over
a set adds an axis *in front*, so that earlier arrays stay valid. A sum over member sets of different sizes
(`for k in m.plants_at[r]`) repeats the axis of its key: each position of `r` becomes one position per member.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod

import numpy as np
from pyomo.core.expr.template_expr import IndexTemplate

from h2model.engine.labels import Index, Labels, Members, Positions

Number = float | np.ndarray


@dataclass(frozen=True, eq=False)
class Frame:
    """The points over which a template is expanded.

    `rows` are arrays that add up to the row number of each point; `factor` multiplies every term. `in_row_order` is
    true while no sum has been expanded: each point then is one row, in order.
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
        """Return the frame with each of its points as a separate row."""
        return replace(self, rows=point_numbers(self.shape), factor=1.0, in_row_order=True)

    def bound(self, templates: Sequence[IndexTemplate], positions: Sequence[Positions]) -> Frame:
        """Return the frame with further template indices at these positions."""
        return replace(self, bindings={**self.bindings, **bind(templates, positions)})

    def over(self, factors: Sequence[Labels], templates: Sequence[IndexTemplate]) -> Frame:
        """Return the frame with a new axis in front for each factor; the first factor varies slowest."""
        shape, positions = self.shape, []
        for labels in reversed(factors):
            array = np.arange(len(labels)).reshape((-1,) + (1,) * len(shape))
            shape = (len(labels), *shape)
            positions.insert(0, Positions(labels, array))
        return replace(self.bound(templates, positions), shape=shape, in_row_order=False)

    def over_members(self, key: np.ndarray, members: Members, templates: Sequence[IndexTemplate]) -> Frame:
        """Return the frame with the axes of `key` replaced by the members of its sets."""
        axes = [axis for axis in range(1, key.ndim + 1) if key.shape[-axis] > 1]
        if not axes:
            only = int(key.ravel()[0])
            start = members.start[only]
            codes = members.codes[start : start + members.count[only]].reshape((-1,) + (1,) * len(self.shape))
            bound = self.bound(templates, [Positions(members.labels, codes)])
            return replace(bound, shape=(codes.shape[0], *self.shape), in_row_order=False)
        lengths = [self.shape[-axis] for axis in axes]
        front = np.moveaxis(key, [-axis for axis in axes], range(len(axes)))
        keys = front.reshape(lengths).ravel()
        count = members.count[keys]
        parent = np.repeat(np.arange(len(keys)), count)
        within = np.arange(len(parent)) - np.repeat(np.cumsum(count) - count, count)
        codes = members.codes[members.start[keys[parent]] + within]
        repetition = Repetition(tuple(axes), tuple(np.unravel_index(parent, lengths)))
        positions = Positions(members.labels, codes.reshape((-1,) + (1,) * (axes[0] - 1)))
        return self._repeated(repetition).bound(templates, [positions])

    def _repeated(self, repetition: Repetition) -> Frame:
        """Return the frame with the same repetition applied to its indices, rows and factor."""
        repeated: dict[int, Positions] = {}
        for index in self.bindings.values():
            old = index.positions
            if id(old) not in repeated:
                repeated[id(old)] = Positions(old.labels, repetition.apply(old.array))
        shape = list(self.shape)
        for axis in repetition.axes:
            shape[-axis] = 1
        shape[-repetition.axes[0]] = len(repetition.parents[0])
        return Frame(
            shape=tuple(shape),
            bindings={key: Index(repeated[id(index.positions)], index.part) for key, index in self.bindings.items()},
            rows=tuple(repetition.apply(array) for array in self.rows),
            factor=repetition.apply(self.factor),
        )


@dataclass(frozen=True)
class Repetition:
    """Replaces some axes (counted from the end) by one axis; each of its points repeats a point of the old axes."""

    axes: tuple[int, ...]
    parents: tuple[np.ndarray, ...]

    def apply(self, array: Number) -> Number:
        """Return the array with the new axis at the position of the first old axis."""
        array = np.asarray(array)
        varying = [n for n, axis in enumerate(self.axes) if array.ndim >= axis and array.shape[-axis] > 1]
        if not varying:
            return array
        target = self.axes[0]
        if array.ndim < target:
            array = array.reshape((1,) * (target - array.ndim) + array.shape)
        moved = np.moveaxis(array, [-self.axes[n] for n in varying], range(len(varying)))
        taken = moved[tuple(self.parents[n] for n in varying)]
        taken = taken.reshape(taken.shape[:1] + (1,) * (len(varying) - 1) + taken.shape[1:])
        back = np.moveaxis(taken, range(len(varying)), [-self.axes[n] for n in varying])
        return back if varying[0] == 0 else np.swapaxes(back, -self.axes[varying[0]], -target)


def bind(templates: Sequence[IndexTemplate], positions: Sequence[Positions]) -> dict[int, Index]:
    """Return the index of each template by its id; positions of pairs take two templates."""
    bindings, start = {}, 0
    for each in positions:
        for part in range(each.labels.dimen):
            bindings[id(templates[start + part])] = Index(each, part)
        start += each.labels.dimen
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
