"""Where the nodes and bands of a Sankey diagram lie: in columns by how far from the beginning, crossing little.

Heights count in the values of the flows, and columns from 0. In turns forth and back, each node moves to the mean of
what it is joined to (as in the method of Sugiyama, Tagawa and Toda, 1981), as far as the others in its column let it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

#: Times that the columns are put in order, forth and back.
SWEEPS = 12
#: Room between nodes, as a share of the height of the largest column without it.
GAP = 0.03


@dataclass(frozen=True)
class Band:
    """A flow from the right of a node to the left of another: lower edges there and here, and its height."""

    source: int
    target: int
    leaves: float
    arrives: float
    height: float


@dataclass(frozen=True)
class Layout:
    """For each node its column, lower edge and height; and the bands, in the order of the flows."""

    column: np.ndarray
    bottom: np.ndarray
    height: np.ndarray
    bands: tuple[Band, ...]

    @property
    def columns(self) -> int:
        """How many columns there are."""
        return int(self.column.max(initial=-1)) + 1


def lay_out(count: int, links: tuple[tuple[int, int, float], ...]) -> Layout:
    """Place `count` nodes and the flows (source, target, value) between them; what goes in circles goes back once."""
    column = _columns(count, links)
    height = np.zeros((2, count))
    for source, target, value in links:
        height[0, source] += value
        height[1, target] += value
    tall = height.max(axis=0)
    members = [np.flatnonzero(column == number).tolist() for number in range(int(column.max(initial=-1)) + 1)]
    gap = GAP * max((tall[nodes].sum() for nodes in members), default=0.0)
    bottom, weights = np.zeros(count), _neighbours(links)
    for nodes in members:
        bottom[nodes] = _apart(np.zeros(len(nodes)), tall[nodes], gap)
    for sweep in range(SWEEPS):
        for nodes in members if sweep % 2 == 0 else members[::-1]:
            middle = bottom + tall / 2
            wish = {node: _mean(weights[node], middle, middle[node]) for node in nodes}
            nodes.sort(key=wish.__getitem__)
            bottom[nodes] = _apart(np.array([wish[node] for node in nodes]), tall[nodes], gap)
    return Layout(column, bottom, tall, _bands(links, bottom, tall))


def _columns(count: int, links: tuple[tuple[int, int, float], ...]) -> np.ndarray:
    """The longest way from a beginning, without the links that close a circle; ends stand in the last column."""
    after: dict[int, list[int]] = defaultdict(list)
    for source, target, _ in links:
        after[source].append(target)
    order, forward = _in_order(count, after)
    column = np.zeros(count, dtype=int)
    for node in order:
        for target in forward[node]:
            column[target] = max(column[target], column[node] + 1)
    ends = [node for node in range(count) if not forward[node]]
    column[ends] = column.max(initial=0)
    return column


def _in_order(count: int, after: dict[int, list[int]]) -> tuple[list[int], dict[int, list[int]]]:
    """Nodes so that flows lead onward, and where these lead: by a depth-first search, without its ways back."""
    entered = {target for targets in after.values() for target in targets}
    beginnings = [node for node in range(count) if node not in entered]
    order: list[int] = []
    forward: dict[int, list[int]] = defaultdict(list)
    state = ["new"] * count
    for begin in [*beginnings, *range(count)]:
        waiting = [(begin, iter(after[begin]))] if state[begin] == "new" else []
        state[begin] = "open" if waiting else state[begin]
        while waiting:
            node, targets = waiting[-1]
            target = next(targets, None)
            if target is None:
                waiting.pop()
                state[node] = "done"
                order.append(node)
            elif state[target] != "open":
                forward[node].append(target)
                if state[target] == "new":
                    state[target] = "open"
                    waiting.append((target, iter(after[target])))
    return order[::-1], forward


def _neighbours(links: tuple[tuple[int, int, float], ...]) -> dict[int, list[tuple[int, float]]]:
    found: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for source, target, value in links:
        found[source].append((target, value))
        found[target].append((source, value))
    return found


def _mean(neighbours: list[tuple[int, float]], middle: np.ndarray, own: float) -> float:
    total = sum(value for _, value in neighbours)
    return sum(middle[node] * value for node, value in neighbours) / total if total else own


def _apart(wish: np.ndarray, tall: np.ndarray, gap: float) -> np.ndarray:
    """Lower edges of nodes in their order, as near to the middles that they wish for as the others let them.

    Pushed up, and pushed down, until none overlaps; halfway between the two none does, either.
    """
    room = np.cumsum(tall + gap) - (tall + gap)
    free = wish - tall / 2 - room
    up, down = np.maximum.accumulate(free), np.minimum.accumulate(free[::-1])[::-1]
    return room + (up + down) / 2


def _bands(links: tuple[tuple[int, int, float], ...], bottom: np.ndarray, tall: np.ndarray) -> tuple[Band, ...]:
    """Each flow where it leaves and arrives: at a node in the order of the other ends, so that they cross little."""
    middle = bottom + tall / 2
    edges = np.zeros((2, len(links)))
    for side in (0, 1):
        filled = bottom.copy()
        for place in sorted(range(len(links)), key=lambda place: middle[links[place][1 - side]]):
            node = links[place][side]
            edges[side, place] = filled[node]
            filled[node] += links[place][2]
    return tuple(Band(s, t, *edges[:, place], value) for place, (s, t, value) in enumerate(links))
