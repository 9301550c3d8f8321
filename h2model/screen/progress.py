"""Progress on the terminal: the phase, its seconds and the solver's latest line."""

from __future__ import annotations

from time import perf_counter
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import Progress as RichProgress
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Column
from rich.text import Text

from h2model.progress import NullObserver


class Quiet(NullObserver):
    """Print nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the terminal as it is."""


class PlainLines(Quiet):
    """Print one line per phase, with the seconds since the first: for files, pipes and notebooks.

    Details are left out: the run log holds the solver's lines.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._started = perf_counter()

    def phase(self, text: str, name: str = "") -> None:
        """Print the phase at once, so that a reader of the file sees the current one."""
        seconds = perf_counter() - self._started
        self._console.print(Text(f"{seconds:7.1f} s  {text}"), soft_wrap=True)

    def note(self, text: str) -> None:
        """Print the message like a phase, indented."""
        self.phase(f"  {text}")


class LiveLine(NullObserver):
    """Show a moving line: spinner, phase, seconds and the solver's latest line; finished phases stay above it."""

    def __init__(self, console: Console) -> None:
        self._live = RichProgress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            # The solver's lines contain brackets that are not markup, and can be longer than the screen is wide.
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

    def phase(self, text: str, name: str = "") -> None:
        """Leave the finished phase with its time above, and show the next."""
        self._finish("[green]✓")
        self._text = text
        self._task = self._live.add_task(text, total=None, detail="")

    def detail(self, text: str) -> None:
        """Show the solver's latest line; repeated blanks are removed to show more of it."""
        if self._task is not None:
            self._live.update(self._task, detail=" ".join(text.split()))

    def note(self, text: str) -> None:
        """Print the message above the moving line."""
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
    """Return the observer that suits a console: a moving line on a terminal, plain lines elsewhere."""
    return LiveLine(console) if console.is_terminal and not console.is_dumb_terminal else PlainLines(console)
