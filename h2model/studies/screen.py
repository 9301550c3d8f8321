"""Studies on the screen: how a campaign goes and stands, and sensitivity indices."""

from __future__ import annotations

import time
from collections import Counter
from types import TracebackType
from typing import Self

import xarray as xr
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from h2model.numbers import duration, number
from h2model.studies.records import DONE, Outcome
from h2model.studies.status import MISSING, RUNNING, WAITING, Status

MOST_FAILURES = 10
STYLES = {DONE: "green", RUNNING: "cyan", WAITING: "cyan", MISSING: "dim"}
SECONDS_BETWEEN_LINES = 10.0


class Watching:
    """Tells how a local campaign goes: a bar that moves on a terminal, a line now and then elsewhere."""

    def __init__(self, console: Console, total: int) -> None:
        self._console, self._total = console, total
        self._ended: Counter[str] = Counter()
        self._running: dict[int, float] = {}
        self._seconds: list[float] = []
        self._began = time.monotonic()
        self._last_line = float("-inf")
        self._bar = None
        if console.is_terminal and not console.is_dumb_terminal:
            columns = (BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
            self._bar = Progress(*columns, console=console, transient=True)
            self._task = self._bar.add_task(self._text(), total=total)

    def began(self, run: int) -> None:
        """A run has begun."""
        self._running[run] = time.monotonic()
        self._show()

    def ended(self, run: int, outcome: Outcome | None) -> None:
        """A run has ended; a failure is told at once, with its first sentence."""
        self._seconds.append(time.monotonic() - self._running.pop(run, time.monotonic()))
        self._ended["elsewhere" if outcome is None else outcome.state] += 1
        if outcome is not None and not outcome.done:
            self.note(f"run {run} is {outcome.state}: {first_line(outcome.reason)}")
        if self._bar is not None or self._ended.total() == self._total:
            self._show(last=True)

    def note(self, text: str) -> None:
        """Something worth knowing."""
        (self._bar.console if self._bar else self._console).print(Text(text), soft_wrap=True)

    def _text(self) -> str:
        done = self._ended[DONE]
        failed = self._ended.total() - done - self._ended["elsewhere"]
        return f"{done} finished, {failed} failed, {len(self._running)} running, {self._time_left()}"

    def _time_left(self) -> str:
        left = self._total - self._ended.total()
        if not self._seconds or not left:
            return "all done" if not left else "time left unknown"
        recent = self._seconds[-20:]
        return f"about {duration(sum(recent) / len(recent) * left / max(1, len(self._running)))} left"

    def _show(self, last: bool = False) -> None:
        if self._bar is not None:
            self._bar.update(self._task, completed=self._ended.total(), description=self._text())
        elif last or time.monotonic() - self._last_line > SECONDS_BETWEEN_LINES:
            self._last_line = time.monotonic()
            seconds = self._last_line - self._began
            self._console.print(Text(f"{seconds:7.1f} s  {self._total} runs: {self._text()}"), soft_wrap=True)

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()


def show_status(console: Console, status: Status, everything: bool = False) -> None:
    """Print how many runs are in which state, and why runs have failed."""
    campaign = status.campaign
    axes = ", ".join(campaign.columns)
    console.print(Text(f"{campaign.facts['name']}: {len(campaign):,} runs over {axes}", style="bold"), soft_wrap=True)
    table = Table(box=None, show_header=False, pad_edge=False)
    for state, count in status.counts.items():
        table.add_row(f"{count:,}", Text("finished" if state == DONE else state, style=STYLES.get(state, "red")))
    console.print(table)
    if status.seconds_per_run is not None:
        each = duration(status.seconds_per_run)
        left = f"; {duration(status.seconds_per_run * status.open)} of work left" if status.open else ""
        console.print(Text(f"A run takes about {each}{left}."), soft_wrap=True)
    shown = status.failures if everything else status.failures[:MOST_FAILURES]
    for outcome in shown:
        text = f"{campaign.describe(outcome.run)} is {outcome.state}: {first_line(outcome.reason)}"
        console.print(Text(text, style="red"), soft_wrap=True)
    if len(shown) < len(status.failures):
        console.print(Text(f"… and {len(status.failures) - len(shown):,} more; --all shows them."), soft_wrap=True)


def show_indices(console: Console, found: xr.Dataset) -> None:
    """Print indices as a table, the largest first, each with its confidence."""
    is_morris = "mean_absolute_effect" in found
    first, second = ("mean_absolute_effect", "deviation_of_effects") if is_morris else ("total_order", "first_order")
    unit = f", {found.attrs['units']}" if is_morris and found.attrs["units"] else ""
    title = f"{found.attrs['of']}{unit}" + ("" if is_morris else " (shares of its variance)")
    table = Table(title=Text(title, style="bold"), title_justify="left", box=None, pad_edge=False, header_style="dim")
    for column in ("axis", first.replace("_", " "), "± 95 %", second.replace("_", " ")):
        table.add_column(column, justify="left" if column == "axis" else "right", no_wrap=True)
    for axis in found[first].sortby(found[first], ascending=False)["axis"].values:
        row = found.sel(axis=axis)
        table.add_row(str(axis), *(number(float(row[n])) for n in (first, f"{first}_confidence", second)))
    console.print(table, soft_wrap=True)
    if found.attrs["runs_left_out"]:
        console.print(Text(f"{found.attrs['runs_left_out']} runs were left out: of their block, one has no result."))


def first_line(text: str) -> str:
    """The first line of a reason."""
    return text.strip().split("\n")[0]
