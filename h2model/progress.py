"""The progress of long work: who does the work reports to an `Observer`.

`h2model.run`, `explain`, certified plans and studies all report through this one protocol. The terminal
(`h2model.screen.progress`), a study (`h2model.studies.screen`) and the log of a run (`h2model.screen.journal`)
implement it, and so may a caller's own class.
"""

from __future__ import annotations

from typing import Protocol


class Observer(Protocol):
    """Receives the progress of long work."""

    def phase(self, text: str, name: str = "") -> None:
        """Begin a phase and end the one before; phases of one `name` are timed together."""

    def detail(self, text: str) -> None:
        """Take the latest line from within the phase, such as an iteration of the solver."""

    def note(self, text: str) -> None:
        """Take a message that stays in sight while the phase goes on."""

    def count(self, done: int, total: int) -> None:
        """Take how many of the parts of the phase are done, such as runs of a study."""


class NullObserver:
    """Ignores all progress; also the base of observers that need only some of it."""

    def phase(self, text: str, name: str = "") -> None:
        """Ignore the phase."""

    def detail(self, text: str) -> None:
        """Ignore the line."""

    def note(self, text: str) -> None:
        """Ignore the message."""

    def count(self, done: int, total: int) -> None:
        """Ignore the count."""
