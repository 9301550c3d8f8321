"""What a long step says while it lasts: the phase, the seconds, and the solver's latest line."""

from __future__ import annotations

from time import perf_counter
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.progress import Progress as RichProgress
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Column
from rich.text import Text


class Progress(Protocol):
    """What `h2model.run` reports to."""

    def phase(self, text: str) -> None:
        """A new phase begins; the one before has ended."""

    def detail(self, text: str) -> None:
        """The latest line from within the phase, such as an iteration of the solver."""

    def note(self, text: str) -> None:
        """Something worth keeping in sight while the phase goes on."""


class Silence:
    """Reports nothing."""

    def phase(self, text: str) -> None:
        """Say nothing."""

    def detail(self, text: str) -> None:
        """Say nothing."""

    def note(self, text: str) -> None:
        """Say nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to tidy up."""


class PlainLines(Silence):
    """One line per phase, with the seconds since the first: for files, pipes and notebooks.

    Details stay out: the run log holds the solver's lines.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._started = perf_counter()

    def phase(self, text: str) -> None:
        """Print the phase at once, so that a reader of the file knows what is under way."""
        seconds = perf_counter() - self._started
        self._console.print(Text(f"{seconds:7.1f} s  {text}"), soft_wrap=True)

    def note(self, text: str) -> None:
        """Print it like a phase, set in."""
        self.phase(f"  {text}")


class LiveLine:
    """A line that moves: spinner, phase, seconds and the solver's latest line; finished phases stay above it."""

    def __init__(self, console: Console) -> None:
        self._live = RichProgress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            # The solver's lines hold brackets, which are no markup, and are longer than the screen is wide.
            TextColumn(
                "{task.fields[detail]}",
                style="dim",
                markup=False,
                table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis"),
            ),
            console=console,
            transient=True,
            expand=True,
        )
        self._task = None
        self._text = ""

    def phase(self, text: str) -> None:
        """Leave the finished phase with its time above, and turn to the next."""
        self._finish("[green]✓")
        self._text = text
        self._task = self._live.add_task(text, total=None, detail="")

    def detail(self, text: str) -> None:
        """Show the solver's latest line, with blanks closed up to show more of it."""
        if self._task is not None:
            self._live.update(self._task, detail=" ".join(text.split()))

    def note(self, text: str) -> None:
        """Leave it above the line that moves."""
        self._live.console.print(Text(f"  {text}"), soft_wrap=True)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the last phase on the screen, marked by how it ended."""
        self._finish("[green]✓" if kind is None else "[red]✗")
        self._live.stop()

    def _finish(self, mark: str) -> None:
        if self._task is None:
            return
        task = self._live.tasks[-1]
        self._live.console.print(f"{mark}[/] {self._text} [dim]{task.elapsed or 0.0:.1f} s")
        self._live.remove_task(self._task)
        self._task = None


def progress_on(console: Console) -> PlainLines | LiveLine:
    """The kind of progress that suits a console: moving on a terminal, plain lines elsewhere."""
    return LiveLine(console) if console.is_terminal and not console.is_dumb_terminal else PlainLines(console)
