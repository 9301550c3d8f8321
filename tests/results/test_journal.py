"""The journal: every line with its time, on disk at once, and how the run ended."""

from __future__ import annotations

import io
import re
import time

import pytest
from rich.console import Console

from h2model.errors import InfeasibleError
from h2model.progress import NullObserver
from h2model.screen.journal import Journal
from h2model.screen.progress import LiveLine, PlainLines, Quiet, progress_on


class Listener(NullObserver):
    """Record details."""

    def __init__(self):
        self.details = []

    def detail(self, text):
        self.details.append(text)


def texts(path):
    return [line.split("Z  ")[1] for line in path.read_text().splitlines()]


def test_lines_wait_for_the_folder_and_are_on_disk_at_once(tmp_path):
    journal = Journal()
    journal.phase("reading the case", "reading")
    journal.open(tmp_path / "run.log")
    journal.line("two\nlines")
    assert texts(tmp_path / "run.log") == ["reading the case", "two", "lines"]
    assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}Z  reading", (tmp_path / "run.log").read_text())


def test_seconds_are_counted_by_phase():
    with Journal(started=-1000.0) as journal:
        journal.phase("first", "building")
        journal.phase("then", "solving")
        journal.phase("again", "building")
        assert set(journal.seconds) == {"building", "solving"}
        first = journal.seconds["building"]
    assert journal.seconds["building"] > first
    assert journal.total() > 1000.0


def test_the_first_line_of_the_solver_ends_the_preparation(tmp_path):
    listener = Listener()
    journal = Journal(listener)
    journal.detail("Running HiGHS")
    reached = journal.seconds["until_solver"]
    journal.detail("")
    journal.detail("  iteration 7  ")
    assert journal.seconds["until_solver"] == reached
    assert listener.details == ["Running HiGHS", "iteration 7"]


@pytest.mark.parametrize(
    ("error", "last"),
    [
        (InfeasibleError("No plan can do this."), "No plan can do this."),
        (KeyboardInterrupt(), "stopped by the user"),
        (ZeroDivisionError("one by none"), "ZeroDivisionError: one by none"),
    ],
)
def test_the_log_says_how_the_run_ended(tmp_path, error, last):
    journal = Journal()
    journal.open(tmp_path / "run.log")

    def fail():
        with journal:
            raise error

    with pytest.raises(type(error)):
        fail()
    assert texts(tmp_path / "run.log")[-1] == last


def test_notes_of_an_error_are_in_the_log(tmp_path):
    error = InfeasibleError("No plan can do this.")
    error.add_note("Loosen a cap.")
    journal = Journal()
    journal.open(tmp_path / "run.log")
    journal.__exit__(InfeasibleError, error, None)
    assert texts(tmp_path / "run.log") == ["No plan can do this.", "Loosen a cap."]


def screen(**options):
    return Console(file=io.StringIO(), width=100, highlight=False, **options)


def test_plain_progress_is_one_line_per_phase():
    console = screen(force_terminal=False)
    with progress_on(console) as progress:
        assert isinstance(progress, PlainLines)
        progress.phase("reading the case")
        progress.detail("not shown")
        progress.phase("solving " + "x" * 200)
    lines = console.file.getvalue().splitlines()
    assert re.fullmatch(r" +\d+\.\d s  reading the case", lines[0])
    assert len(lines) == 2, "a long line is not broken"


def test_live_progress_shows_the_solver_and_leaves_finished_phases():
    console = screen(force_terminal=True, color_system=None)
    with progress_on(console) as progress:
        assert isinstance(progress, LiveLine)
        progress.detail("before any phase")
        progress.phase("reading")
        progress.phase("solving")
        progress.detail("Matrix  [2e-02,   2e+01]")
        time.sleep(0.3)  # the screen is drawn ten times a second
    text = console.file.getvalue()
    assert "✓ reading" in text
    assert "✓ solving" in text
    assert "Matrix [2e-02, 2e+01]" in text, "brackets of the solver are no markup"
    assert "before any phase" not in text


def test_live_progress_marks_the_phase_that_failed():
    console = screen(force_terminal=True, color_system=None)
    progress = progress_on(console)

    def fail():
        with progress:
            progress.phase("reading")
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        fail()
    assert "✗ reading" in console.file.getvalue()


def test_quiet_progress_prints_nothing():
    with Quiet() as progress:
        progress.phase("reading")
        progress.detail("line")
