"""Side by side: the programs of all windows, on all processor cores at once.

HiGHS works outside of Python's lock, so threads are enough. Each thread takes windows that follow each other, because
one is a good start for the next.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import numpy as np

from h2model.engine.highs import Series, SolverRun
from h2model.engine.program import LinearProgram

# So many groups of windows for each thread: one that is slow does not keep the others waiting.
GROUPS = 4


class OutOfTimeError(Exception):
    """The deadline passed before all windows were solved."""


def check_time(deadline: float) -> None:
    """OutOfTimeError once `deadline` (of `time.perf_counter`) has passed."""
    if time.perf_counter() > deadline:
        raise OutOfTimeError


def run_all(
    count: int, program: Callable[[int], LinearProgram], threads: int | None, deadline: float
) -> list[SolverRun]:
    """Solve the programs of windows 0 to `count` − 1. OutOfTimeError after `deadline` (of `time.perf_counter`)."""
    threads = threads or os.cpu_count() or 1
    stop = Event()

    def run_group(windows: np.ndarray) -> list[SolverRun]:
        series, found = Series(), []
        for window in windows.tolist():
            check_time(-np.inf if stop.is_set() else deadline)
            found.append(series.run(program(window)))
        return found

    groups = [group for group in np.array_split(np.arange(count), threads * GROUPS) if group.size]
    with ThreadPoolExecutor(threads) as pool:
        futures = [pool.submit(run_group, group) for group in groups]
        try:
            return [run for future in futures for run in future.result()]
        finally:
            stop.set()


def small_program(matrix, row_lower, row_upper, cost, column_lower, column_upper) -> LinearProgram:
    """A program without names, to be minimised."""
    return LinearProgram(matrix, row_lower, row_upper, cost, 0.0, column_lower, column_upper, False, (), ())
