"""The progress of the runs of a study, reported to an `h2model.progress.Observer`."""

from __future__ import annotations

import time
from collections import Counter

from h2model.numbers import duration
from h2model.progress import Observer
from h2model.studies.records import DONE, Outcome

#: The time left follows from the mean duration of so many recent runs.
RECENT_RUNS = 20


class RunProgress:
    """Count runs as they begin and end, and report counts, failures and the time left."""

    def __init__(self, observer: Observer, total: int) -> None:
        self._observer, self._total = observer, total
        self._ended: Counter[str] = Counter()
        self._running: dict[int, float] = {}
        self._durations: list[float] = []

    def begin(self, run: int) -> None:
        """Report the start of a run."""
        self._running[run] = time.monotonic()
        self._report()

    def end(self, run: int, outcome: Outcome | None) -> None:
        """Report the end of a run, a failure with its first sentence; None if another process works on the run."""
        self._durations.append(time.monotonic() - self._running.pop(run, time.monotonic()))
        self._ended["elsewhere" if outcome is None else outcome.state] += 1
        if outcome is not None and not outcome.done:
            self._observer.note(f"run {run} is {outcome.state}: {first_line(outcome.reason)}")
        self._report()

    def _report(self) -> None:
        done, ended = self._ended[DONE], self._ended.total()
        failed, left = ended - done - self._ended["elsewhere"], self._total - ended
        if not left:
            remaining = "all done"
        elif not self._durations:
            remaining = "time left unknown"
        else:
            recent = self._durations[-RECENT_RUNS:]
            seconds = sum(recent) / len(recent) * left / max(1, len(self._running))
            remaining = f"about {duration(seconds)} left"
        self._observer.detail(f"{done} finished, {failed} failed, {len(self._running)} running, {remaining}")
        self._observer.count(ended, self._total)


def first_line(text: str) -> str:
    """Return the first line of a reason."""
    return text.strip().split("\n")[0]
