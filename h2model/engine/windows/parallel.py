"""Solve the programs of all windows in parallel on all processor cores.

HiGHS releases Python's lock, so threads are sufficient. Each thread takes consecutive windows, because each window is a
good start for the next one.
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

# Groups of windows per thread; with several, a slow group does not delay the others.
GROUPS = 4


class OutOfTimeError(Exception):
    """The deadline passed before all windows were solved."""


def check_time(deadline: float) -> None:
    """Raise OutOfTimeError after `deadline` (of `time.perf_counter`)."""
    if time.perf_counter() > deadline:
        raise OutOfTimeError


def run_all(
    count: int, program: Callable[[int], LinearProgram], threads: int | None, deadline: float
) -> list[SolverRun]:
    """Return the runs of windows 0 to `count` − 1. Raises OutOfTimeError after `deadline` (of `time.perf_counter`)."""
    threads = threads or os.cpu_count() or 1
    stop = Event()

    def run_group(windows: np.ndarray) -> list[SolverRun]:
        series, runs = Series(), []
        for window in windows.tolist():
            check_time(-np.inf if stop.is_set() else deadline)
            runs.append(series.run(program(window)))
        return runs

    groups = [group for group in np.array_split(np.arange(count), threads * GROUPS) if group.size]
    with ThreadPoolExecutor(threads) as pool:
        futures = [pool.submit(run_group, group) for group in groups]
        try:
            return [run for future in futures for run in future.result()]
        finally:
            stop.set()


def small_program(matrix, row_lower, row_upper, cost, column_lower, column_upper) -> LinearProgram:
    """Return a program without names that is minimised."""
    return LinearProgram(matrix, row_lower, row_upper, cost, 0.0, column_lower, column_upper, False, (), ())
