"""Refine: more segments on the days where plan and bound differ."""

from __future__ import annotations

import numpy as np

from h2model.constants import HOURS_PER_DAY

# With every round so many times more segments; with more than this share of all hours, all of them.
GROWTH, ENOUGH = 1.6, 0.5
# Days on which the segments have proven wrong get so many times more.
GROWTH_OF_MISFITS = 3


def segments_per_day(lengths: np.ndarray) -> np.ndarray:
    """How many segments of these lengths (hours) begin on each day; they do not cross midnight."""
    starts = np.cumsum(lengths) - lengths
    return np.bincount(starts // HOURS_PER_DAY)


def more_per_day(lengths: np.ndarray, gap_of_hour: np.ndarray | None, misfit_days: np.ndarray) -> np.ndarray:
    """How many segments each day gets next, at most 24.

    `gap_of_hour` is what each hour adds to the distance between plan and bound, or None where one of them is missing;
    the segments that come new go to the days in proportion. Days on which the segments allow no plan get many more.
    """
    now = segments_per_day(lengths)
    more = np.array(now)
    more[misfit_days] *= GROWTH_OF_MISFITS
    extra = int(np.ceil((GROWTH - 1) * now.sum())) - int((np.minimum(more, HOURS_PER_DAY) - now).sum())
    if extra > 0:
        more = _spread(more, extra, now if gap_of_hour is None else _gap_of_day(lengths, gap_of_hour))
    more = np.minimum(more, HOURS_PER_DAY)
    return np.full(len(now), HOURS_PER_DAY) if more.sum() > ENOUGH * HOURS_PER_DAY * len(now) else more


def _gap_of_day(lengths: np.ndarray, gap_of_hour: np.ndarray) -> np.ndarray:
    """The gap of each day in those hours that share a segment with others; it cannot come from the others."""
    joined = np.repeat(lengths > 1, lengths)
    return (gap_of_hour * joined).reshape(-1, HOURS_PER_DAY).sum(axis=1)


def _spread(count: np.ndarray, extra: int, weight: np.ndarray) -> np.ndarray:
    """Spread more segments over the days by weight; what a full day cannot take goes to the others."""
    count = np.array(count)
    for _ in range(HOURS_PER_DAY):
        room = np.maximum(HOURS_PER_DAY - count, 0)
        open_weight = np.where(room > 0, weight + 1e-9 * weight.max(initial=0.0), 0.0)
        left = min(extra, int(room.sum()))
        if left <= 0:
            break
        if open_weight.sum() <= 0:
            open_weight = room.astype(float)
        wanted = left * open_weight / open_weight.sum()
        added = np.minimum(np.floor(wanted).astype(int), room)
        if not added.any():
            # Less than one for each: the days with the largest claims get one.
            added[np.argsort(-wanted, kind="stable")[:left]] = 1
            added = np.minimum(added, room)
        count += added
        extra -= int(added.sum())
    return count
