"""The journal of a run: an observer that times phases, writes run.log and passes everything on."""

from __future__ import annotations

import traceback
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Self, TextIO

from h2model.errors import H2ModelError
from h2model.progress import NullObserver, Observer


class Journal:
    """Record phases and lines, each with its time, and the seconds of each phase.

    The journal is an `Observer` itself. It passes what it records on to another one.

    If inputs are wrong, the run gets no folder. Therefore lines wait in memory until `open`; from then on every line
    is written at once, so that the log of a killed run is complete. As a context manager the journal records how the
    run ended.
    """

    def __init__(self, observer: Observer | None = None, started: float | None = None) -> None:
        """Start the clock at `started`, a moment of `time.perf_counter`; by default now."""
        self.seconds: dict[str, float] = {}
        self._observer = observer or NullObserver()
        self._started = perf_counter() if started is None else started
        self._phase: tuple[str, float] | None = None
        self._waiting: list[str] = []
        self._file: TextIO | None = None

    def phase(self, text: str, name: str = "") -> None:
        """Begin a phase and end the one before; its duration is added to `seconds[name]`."""
        self._end_phase()
        self._phase = (name or text, perf_counter())
        self.line(text)
        self._observer.phase(text)

    def detail(self, text: str) -> None:
        """Record a line of the solver, and pass it on."""
        if "until_solver" not in self.seconds:
            # The first line marks the moment at which the solver has received the problem.
            self.seconds["until_solver"] = self.total()
            self.line(f"ready for HiGHS after {self.total():.1f} s")
        self.line(text)
        if text.strip():
            self._observer.detail(text.strip())

    def note(self, text: str) -> None:
        """Record a message, and pass it on."""
        self.line(text)
        self._observer.note(text)

    def count(self, done: int, total: int) -> None:
        """Pass the count on."""
        self._observer.count(done, total)

    def show(self, text: str) -> None:
        """Pass a message on that the log already has in other words."""
        self._observer.note(text)

    def line(self, text: str) -> None:
        """Record a text; each of its lines starts with the present time (UTC)."""
        moment = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3] + "Z"
        stamped = [f"{moment}  {line}".rstrip() + "\n" for line in text.splitlines()]
        if self._file is None:
            self._waiting.extend(stamped)
        else:
            self._file.writelines(stamped)

    def open(self, path: Path) -> None:
        """Write all recorded lines to `path`, and every further line at once."""
        self._file = path.open("w", encoding="utf-8", buffering=1)
        self._file.writelines(self._waiting)
        self._waiting.clear()

    def total(self) -> float:
        """Return the seconds since the run started."""
        return perf_counter() - self._started

    def elapsed(self) -> float:
        """Return the seconds since the present phase began."""
        return perf_counter() - self._phase[1] if self._phase is not None else 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Record how the run ended, and close the file."""
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
