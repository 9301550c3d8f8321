"""The journal of a run: what happens, how long it takes, written to run.log and told to whoever watches."""

from __future__ import annotations

import traceback
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Self, TextIO

from h2model.errors import H2ModelError
from h2model.screen.progress import Progress, Silence


class Journal:
    """Takes down phases and lines, each with its time, and the seconds that each phase takes.

    Bad inputs leave no run folder, so what is said before there is one waits in memory; from `open` on every line is
    written at once, so that a killed run keeps what was said. As a context manager it takes down how the run ended.
    """

    def __init__(self, progress: Progress | None = None, started: float | None = None) -> None:
        """`started` is the moment of `time.perf_counter` from which the run counts; now, if not given."""
        self.seconds: dict[str, float] = {}
        self._progress = progress or Silence()
        self._started = perf_counter() if started is None else started
        self._phase: tuple[str, float] | None = None
        self._waiting: list[str] = []
        self._file: TextIO | None = None

    def phase(self, name: str, text: str) -> None:
        """A new phase begins, and the one before ends; `seconds[name]` will hold how long it took."""
        self._end_phase()
        self._phase = (name, perf_counter())
        self.line(text)
        self._progress.phase(text)

    def note(self, text: str) -> None:
        """Take down something worth knowing within a phase, and leave it before the eyes of whoever watches."""
        self.line(text)
        self._progress.note(text)

    def show(self, text: str) -> None:
        """Leave something before the eyes of whoever watches, that has been taken down otherwise."""
        self._progress.note(text)

    def line(self, text: str) -> None:
        """Take down a text; each of its lines gets the present time (UTC) in front."""
        moment = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3] + "Z"
        stamped = [f"{moment}  {line}".rstrip() + "\n" for line in text.splitlines()]
        if self._file is None:
            self._waiting.extend(stamped)
        else:
            self._file.writelines(stamped)

    def solver_line(self, text: str) -> None:
        """Take down what the solver says, and show it to whoever watches."""
        if "until_solver" not in self.seconds:
            # The first line is the moment at which the solver has the problem in its hands.
            self.seconds["until_solver"] = self.total()
            self.line(f"ready for HiGHS after {self.total():.1f} s")
        self.line(text)
        if text.strip():
            self._progress.detail(text.strip())

    def open(self, path: Path) -> None:
        """Write what was said so far to `path`, and everything further as it comes."""
        self._file = path.open("w", encoding="utf-8", buffering=1)
        self._file.writelines(self._waiting)
        self._waiting.clear()

    def total(self) -> float:
        """Seconds since the run started."""
        return perf_counter() - self._started

    def elapsed(self) -> float:
        """Seconds since the present phase began."""
        return perf_counter() - self._phase[1] if self._phase is not None else 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take down how the run ended, and close the file."""
        self._end_phase()
        if isinstance(error, H2ModelError):
            self.line("\n".join([str(error), *getattr(error, "__notes__", ())]))
        elif isinstance(error, KeyboardInterrupt):
            self.line("stopped by the user")
        elif error is not None:
            self.line("".join(traceback.format_exception(kind, error, trace)))
        if self._file is not None:
            self._file.close()

    def _end_phase(self) -> None:
        if self._phase is not None:
            name, began = self._phase
            self.seconds[name] = self.seconds.get(name, 0.0) + perf_counter() - began
            self._phase = None
