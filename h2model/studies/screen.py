"""Studies on the terminal: the progress and the state of a campaign, and sensitivity indices."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

import xarray as xr
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from h2model.numbers import duration, number
from h2model.progress import NullObserver
from h2model.studies.progress import first_line
from h2model.studies.records import DONE
from h2model.studies.status import MISSING, RUNNING, WAITING, Status

MOST_FAILURES = 10
STYLES = {DONE: "green", RUNNING: "cyan", WAITING: "cyan", MISSING: "dim"}
SECONDS_BETWEEN_LINES = 10.0


class StudyProgress(NullObserver):
    """Show the progress of runs: a moving bar on a terminal, elsewhere a line every 10 seconds and at the end."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._detail = ""
        self._started = time.monotonic()
        self._last_line = float("-inf")
        self._bar = None
        if console.is_terminal and not console.is_dumb_terminal:
            columns = (BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
            self._bar = Progress(*columns, console=console, transient=True)
            self._task = self._bar.add_task("", total=None)

    def detail(self, text: str) -> None:
        """Keep the text for the next count."""
        self._detail = text

    def count(self, done: int, total: int) -> None:
        """Show how many runs have ended."""
        if self._bar is not None:
            self._bar.update(self._task, completed=done, total=total, description=self._detail)
        elif done == total or time.monotonic() - self._last_line > SECONDS_BETWEEN_LINES:
            self._last_line = time.monotonic()
            seconds = self._last_line - self._started
            self._console.print(Text(f"{seconds:7.1f} s  {total} runs: {self._detail}"), soft_wrap=True)

    def note(self, text: str) -> None:
        """Print a message; it stays above the bar."""
        (self._bar.console if self._bar else self._console).print(Text(text), soft_wrap=True)

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the bar."""
        if self._bar is not None:
            self._bar.stop()


def show_status(console: Console, status: Status, everything: bool = False) -> None:
    """Print the number of runs in each state, and the reasons of the first ten failures, or of all."""
    campaign = status.campaign
    axes = ", ".join(campaign.columns)
    console.print(Text(f"{campaign.facts['name']}: {len(campaign):,} runs over {axes}", style="bold"), soft_wrap=True)
    table = Table(box=None, show_header=False, pad_edge=False)
    for state, count in status.counts.items():
        table.add_row(f"{count:,}", Text("finished" if state == DONE else state, style=STYLES.get(state, "red")))
    console.print(table)
    if status.seconds_per_run is not None:
        seconds = duration(status.seconds_per_run)
        work = duration(status.seconds_per_run * status.open)
        left = f"; {work} of work left" if status.open else ""
        console.print(Text(f"A run takes about {seconds}{left}."), soft_wrap=True)
    shown = status.failures if everything else status.failures[:MOST_FAILURES]
    for outcome in shown:
        text = f"{campaign.describe(outcome.run)} is {outcome.state}: {first_line(outcome.reason)}"
        console.print(Text(text, style="red"), soft_wrap=True)
    if len(shown) < len(status.failures):
        console.print(Text(f"… and {len(status.failures) - len(shown):,} more; --all shows them."), soft_wrap=True)


def show_indices(console: Console, indices: xr.Dataset) -> None:
    """Print indices as a table, the largest first, each with its confidence."""
    is_morris = "mean_absolute_effect" in indices
    first, second = ("mean_absolute_effect", "deviation_of_effects") if is_morris else ("total_order", "first_order")
    unit = f", {indices.attrs['units']}" if is_morris and indices.attrs["units"] else ""
    title = f"{indices.attrs['of']}{unit}" + ("" if is_morris else " (shares of its variance)")
    table = Table(title=Text(title, style="bold"), title_justify="left", box=None, pad_edge=False, header_style="dim")
    for column in ("axis", first.replace("_", " "), "± 95 %", second.replace("_", " ")):
        table.add_column(column, justify="left" if column == "axis" else "right", no_wrap=True)
    for axis in indices[first].sortby(indices[first], ascending=False)["axis"].values:
        values = [float(indices[name].sel(axis=axis)) for name in (first, f"{first}_confidence", second)]
        table.add_row(str(axis), *map(number, values))
    console.print(table, soft_wrap=True)
    if indices.attrs["runs_left_out"]:
        count = indices.attrs["runs_left_out"]
        console.print(Text(f"{count} runs were left out, because another run of their block has no result."))
