"""Positions of the nodes and bands of a Sankey diagram, in columns from source to end and with few crossings.

Heights are in the unit of the flows; columns count from 0. The columns are swept forth and back. In each sweep every
node moves towards the mean height of its neighbours, as far as the other nodes of its column permit. The method is that
of Sugiyama, Tagawa and Toda (1981).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

#: Number of sweeps over the columns.
SWEEPS = 12
#: Gap between nodes, as a share of the height of all nodes in the fullest column.
GAP = 0.03


@dataclass(frozen=True)
class Band:
    """A flow from the right of its source to the left of its target: the lower edge at both, and the height."""

    source: int
    target: int
    leaves: float
    arrives: float
    height: float


@dataclass(frozen=True)
class Layout:
    """Column, lower edge and height of each node, and the bands in the order of the flows."""

    column: np.ndarray
    bottom: np.ndarray
    height: np.ndarray
    bands: tuple[Band, ...]

    @property
    def columns(self) -> int:
        """The number of columns."""
        return int(self.column.max(initial=-1)) + 1


def lay_out(count: int, links: tuple[tuple[int, int, float], ...]) -> Layout:
    """Place `count` nodes and the flows (source, target, value) between them; in a circle, one flow runs backwards."""
    column = _columns(count, links)
    outflow, inflow = np.zeros(count), np.zeros(count)
    neighbours: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for source, target, value in links:
        outflow[source] += value
        inflow[target] += value
        neighbours[source].append((target, value))
        neighbours[target].append((source, value))
    height = np.maximum(outflow, inflow)
    columns = [np.flatnonzero(column == number).tolist() for number in range(int(column.max(initial=-1)) + 1)]
    gap = GAP * max((height[nodes].sum() for nodes in columns), default=0.0)
    bottom = np.zeros(count)
    for nodes in columns:
        bottom[nodes] = _stacked(np.zeros(len(nodes)), height[nodes], gap)
    for sweep in range(SWEEPS):
        for nodes in columns if sweep % 2 == 0 else columns[::-1]:
            middle = bottom + height / 2
            wanted = {
                node: sum(middle[other] * value for other, value in neighbours[node])
                / sum(value for _, value in neighbours[node])
                if neighbours[node]
                else middle[node]
                for node in nodes
            }
            nodes.sort(key=wanted.__getitem__)
            bottom[nodes] = _stacked(np.array([wanted[node] for node in nodes]), height[nodes], gap)
    return Layout(column, bottom, height, _bands(links, bottom, height))


def _columns(count: int, links: tuple[tuple[int, int, float], ...]) -> np.ndarray:
    """Return the length of the longest path to each node, without links that close a circle; ends go to the last."""
    targets: dict[int, list[int]] = defaultdict(list)
    for source, target, _ in links:
        targets[source].append(target)
    order, forward = _topological_order(count, targets)
    column = np.zeros(count, dtype=int)
    for node in order:
        for target in forward[node]:
            column[target] = max(column[target], column[node] + 1)
    ends = [node for node in range(count) if not forward[node]]
    column[ends] = column.max(initial=0)
    return column


def _topological_order(count: int, targets: dict[int, list[int]]) -> tuple[list[int], dict[int, list[int]]]:
    """Return the nodes, sources first, and the links without those that close a circle, by depth-first search."""
    entered = {target for group in targets.values() for target in group}
    sources = [node for node in range(count) if node not in entered]
    order: list[int] = []
    forward: dict[int, list[int]] = defaultdict(list)
    state = ["new"] * count
    for start in [*sources, *range(count)]:
        stack = [(start, iter(targets[start]))] if state[start] == "new" else []
        state[start] = "open" if stack else state[start]
        while stack:
            node, remaining = stack[-1]
            target = next(remaining, None)
            if target is None:
                stack.pop()
                state[node] = "done"
                order.append(node)
            elif state[target] != "open":
                forward[node].append(target)
                if state[target] == "new":
                    state[target] = "open"
                    stack.append((target, iter(targets[target])))
    return order[::-1], forward


def _stacked(wanted: np.ndarray, height: np.ndarray, gap: float) -> np.ndarray:
    """Return lower edges of nodes in their order, close to their wanted middles and without overlap.

    Nodes are pushed up until none overlaps, and pushed down until none overlaps; the mean of both does not overlap
    either.
    """
    below = np.cumsum(height + gap) - (height + gap)
    free = wanted - height / 2 - below
    up, down = np.maximum.accumulate(free), np.minimum.accumulate(free[::-1])[::-1]
    return below + (up + down) / 2


def _bands(links: tuple[tuple[int, int, float], ...], bottom: np.ndarray, height: np.ndarray) -> tuple[Band, ...]:
    """Return the bands; those of a node are in the order of their other ends, so that few of them cross."""
    middle = bottom + height / 2
    edges = np.zeros((2, len(links)))
    for side in (0, 1):
        filled = bottom.copy()
        for number in sorted(range(len(links)), key=lambda number: middle[links[number][1 - side]]):
            node = links[number][side]
            edges[side, number] = filled[node]
            filled[node] += links[number][2]
    return tuple(Band(s, t, *edges[:, number], value) for number, (s, t, value) in enumerate(links))
