"""Refine: more segments on the days where plan and bound differ."""

from __future__ import annotations

import numpy as np

from h2model.constants import HOURS_PER_DAY

# Growth of the number of segments by round, and the share of all hours above which all hours are used.
GROWTH, ENOUGH = 1.6, 0.5
# Growth on days on which the segments allowed no plan.
GROWTH_OF_MISFITS = 3


def segments_per_day(lengths: np.ndarray) -> np.ndarray:
    """Return the number of segments, of these lengths in hours, on each day; none crosses midnight."""
    starts = np.cumsum(lengths) - lengths
    return np.bincount(starts // HOURS_PER_DAY)


def more_per_day(lengths: np.ndarray, gap_of_hour: np.ndarray | None, misfit_days: np.ndarray) -> np.ndarray:
    """Return the number of segments of each day in the next round, at most 24.

    `gap_of_hour` is the share of each hour in the distance between plan and bound, or None if one of them is missing.
    New segments go to the days in proportion to it. Days on which the segments allow no plan get many more.
    """
    now = segments_per_day(lengths)
    more = np.array(now)
    more[misfit_days] *= GROWTH_OF_MISFITS
    extra = int(np.ceil((GROWTH - 1) * now.sum())) - int((np.minimum(more, HOURS_PER_DAY) - now).sum())
    if extra > 0:
        weight = now
        if gap_of_hour is not None:
            # Only hours that share a segment with others count; the gap cannot come from the others.
            joined = np.repeat(lengths > 1, lengths)
            weight = (gap_of_hour * joined).reshape(-1, HOURS_PER_DAY).sum(axis=1)
        more = _spread(more, extra, weight)
    more = np.minimum(more, HOURS_PER_DAY)
    return np.full(len(now), HOURS_PER_DAY) if more.sum() > ENOUGH * HOURS_PER_DAY * len(now) else more


def _spread(count: np.ndarray, extra: int, weight: np.ndarray) -> np.ndarray:
    """Spread further segments over the days by weight; those beyond 24 on a day go to other days."""
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
