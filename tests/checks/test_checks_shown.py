"""Warnings reach the user: in checks, at the start and end of a run, in its log and in its results."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_run import workplace  # noqa: F401  (a fixture)
from typer.testing import CliRunner

import h2model
from h2model import cli
from h2model.case import warnings_of
from h2model.errors import Fault, Severity
from h2model.progress import NullObserver
from h2model.screen.journal import Journal
from h2model.workflow.describing import MOST_SHOWN, note_warnings

INPUTS = Path(__file__).parents[2] / "inputs"
SHORT_LIVED = ("--set", "technologies.cable.lifetime=2")
WARNING = "lifetime of line is 2 year (set 2.0), outside the usual range: 3 to 100 year"


def h2(*arguments: str):
    return CliRunner().invoke(cli.app, arguments)


@pytest.mark.usefixtures("workplace")
class TestShown:
    def test_check_lists_warnings_by_rule(self):
        ended = h2("check", "base", *SHORT_LIVED)
        assert ended.exit_code == 0, ended.stderr
        lines = ended.stdout.splitlines()
        assert lines[lines.index("plausible_values: 1") + 1].startswith("  override technologies.cable.lifetime: ")
        assert WARNING in ended.stdout
        assert "warning" in next(line for line in lines if line.startswith("result"))

    def test_check_lists_faults_by_rule_and_warnings_after_them(self):
        ended = h2("check", "base", *SHORT_LIVED, "--set", "technologies.battery.charge_efficiency=95")
        assert ended.exit_code == 2
        lines = [line for line in ended.stderr.splitlines() if not line.endswith("reading base")]
        assert lines[:2] == ["1 fault in the inputs", "values_within_bounds: 1"]
        assert "charge_efficiency of big_battery is set 95" in lines[2]
        assert "plausible_values: 1" in lines[3:]

    def test_run_shows_warnings_first_and_last_and_keeps_them(self):
        ended = h2("run", "base", *SHORT_LIVED)
        assert ended.exit_code == 0, ended.stderr
        assert f"warning: override technologies.cable.lifetime: {WARNING}" in ended.stderr
        assert "1 input warning (plausible_values): see run.log." in ended.stdout
        assert f"warning (plausible_values): override technologies.cable.lifetime: {WARNING}" in log_of("base")
        with h2model.open_run("runs/base") as run:
            assert [fault.rule for fault in warnings_of(run)].count("plausible_values") == 1

    def test_run_without_warnings_prints_none(self):
        ended = h2("run", "base", "--out", "clean")
        assert "warning" not in ended.stdout + ended.stderr + Path("clean/run.log").read_text(encoding="utf-8")


def log_of(run: str) -> str:
    return Path("runs", run, "run.log").read_text(encoding="utf-8")


def test_screen_shows_the_first_of_many_warnings(everything, tmp_path):
    from h2model.case.rules import to_text

    class Notes(NullObserver):
        def __init__(self):
            self.notes = []

        def note(self, text):
            self.notes.append(text)

    faults = [Fault(f"row {i}", "odd", "look", "a_rule", Severity.WARNING) for i in range(MOST_SHOWN + 3)]
    notes = Notes()
    with Journal(notes) as journal:
        note_warnings(everything.assign_attrs(warnings=to_text(faults)), journal)
        journal.open(tmp_path / "run.log")
    assert len(notes.notes) == MOST_SHOWN + 1
    assert notes.notes[-1] == "and 3 more warnings: h2model check lists them"
    assert (tmp_path / "run.log").read_text(encoding="utf-8").count("warning (a_rule)") == MOST_SHOWN + 3


def test_describe_prints_rules_and_usual_ranges():
    ended = h2("describe", "energy_is_not_created")
    assert "A plant makes at most the energy of its inputs (lower heating value)" in ended.stdout
    assert "an efficiency above 1" in ended.stdout
    assert "5,000 to 50,000,000 (assumption" in h2("describe", "overnight_cost").stdout
    assert "did you mean 'mass_is_not_created'?" in h2("describe", "mass_is_created").stderr


@pytest.mark.parametrize("path", sorted(INPUTS.glob("*/scenarios/*.yaml")), ids=lambda path: path.stem)
def test_shipped_scenarios_have_no_warnings(path, monkeypatch):
    monkeypatch.chdir(INPUTS.parent)
    assert warnings_of(h2model.load_case(path)) == ()
