"""The solvers of an installation: the pinned pair of HiGHS and its extras, and a run without HiPO."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import tomllib
from importlib.metadata import requires, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from small_models import dispatch
from test_run import workplace  # noqa: F401  (a fixture)
from typer.testing import CliRunner

from h2model import cli
from h2model.engine import SolverOptions, solve
from h2model.engine.outcome import TerminationCondition
from h2model.engine.solvers import METHODS, REMEDY, TESTED_VERSION, InstalledSolvers, installed_solvers, is_available

ROOT = Path(__file__).parents[2]
PAIR = ("highspy", "highspy-extras")
#: A process in which HiGHS cannot load its extras, as after an upgrade of highspy alone.
WITHOUT_EXTRAS = """
import sys
sys.modules["highspy_extras"] = None
sys.path.insert(0, sys.argv[1])
import json
from small_models import dispatch
from h2model.engine import SolverOptions, solve
from h2model.engine.solvers import installed_solvers
attempts = {
    method: [[a.method, a.termination.name, str(a)] for a in solve(dispatch(), SolverOptions(method)).outcome.attempts]
    for method in ("hipo", "race", "auto")
}
print(json.dumps({"missing": installed_solvers().missing, "attempts": attempts}))
"""


def test_highs_and_its_extras_are_pinned_and_installed_as_a_pair():
    """HiGHS loads HiPO only from extras of its own version; an upgrade of one alone would lose it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pins = {requirement.name: str(requirement.specifier) for requirement in map(Requirement, project["dependencies"])}
    assert {name: pins[name] for name in PAIR} == dict.fromkeys(PAIR, f"=={TESTED_VERSION}")
    assert {name: version(name) for name in PAIR} == dict.fromkeys(PAIR, TESTED_VERSION)
    asked_by_highspy = [Requirement(text) for text in requires("highspy") if text.startswith("highspy-extras")]
    assert [str(requirement.specifier) for requirement in asked_by_highspy] == [f"=={TESTED_VERSION}"]


@pytest.mark.parametrize("method", METHODS)
def test_every_method_is_available_and_solves(method):
    assert is_available(method)
    (attempt,) = solve(dispatch(), SolverOptions(method=method)).outcome.attempts
    assert (attempt.method, attempt.termination) == (method, TerminationCondition.FINISHED)


def test_an_unknown_method_is_not_available():
    assert not is_available("no such solver")


@pytest.fixture(scope="module")
def without_extras() -> dict:
    command = [sys.executable, "-c", WITHOUT_EXTRAS, str(Path(__file__).parent)]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)


def test_hipo_is_missing_without_the_extras(without_extras):
    assert without_extras["missing"] == ["hipo"]


@pytest.mark.parametrize(("method", "instead"), [("hipo", "ipx"), ("race", "simplex")])
def test_a_run_without_hipo_says_so_and_solves_with_another_method(without_extras, method, instead):
    missing, solved = without_extras["attempts"][method]
    assert missing[:2] == ["hipo", "UNAVAILABLE"]
    assert missing[2] == f"hipo: the solver is not installed ({installed_solvers()}; to install it: {REMEDY})"
    assert solved[:2] == [instead, "FINISHED"]


def test_a_small_run_needs_no_hipo(without_extras):
    assert [attempt[:2] for attempt in without_extras["attempts"]["auto"]] == [["simplex", "FINISHED"]]


@pytest.mark.usefixtures("workplace")
def test_the_terminal_reports_a_missing_solver(monkeypatch):
    monkeypatch.setattr(
        importlib.import_module("h2model.engine.solve"), "is_available", lambda method: method != "hipo"
    )
    ended = CliRunner().invoke(cli.app, ["run", "base", "--set", "solver.method=hipo"])
    assert ended.exit_code == 0
    assert "hipo: the solver is not installed" in " ".join(ended.stderr.split())


class TestCommand:
    def shown(self, *arguments: str) -> str:
        ended = CliRunner().invoke(cli.app, ["solvers", *arguments])
        assert ended.exit_code == 0
        return ended.stdout

    def test_lists_versions_and_methods(self):
        first, *rows = self.shown().splitlines()
        assert first == f"highspy {TESTED_VERSION}, highspy-extras {TESTED_VERSION}"
        assert [row.split()[:2] for row in rows] == [[method, "available"] for method in METHODS]

    def test_prints_one_document_as_json(self):
        content = json.loads(self.shown("--json"))
        assert (content["command"], content["exit_code"]) == ("solvers", 0)
        assert content["highspy"] == content["highspy_extras"] == TESTED_VERSION
        assert {row["method"]: row["available"] for row in content["methods"]} == dict.fromkeys(METHODS, True)
        assert content["remedy"] is None

    def test_prints_how_to_install_a_missing_method(self, monkeypatch):
        solvers = InstalledSolvers("1.16.0", None, {method: method != "hipo" for method in METHODS})
        monkeypatch.setattr("h2model.engine.solvers.installed_solvers", lambda: solvers)
        text = self.shown()
        assert text.startswith("highspy 1.16.0, without highspy-extras\n")
        states = {line.split()[0]: line.split()[1] for line in text.splitlines()[1:-1]}
        assert states == {"simplex": "available", "hipo": "missing", "ipx": "available", "pdlp": "available"}
        assert text.endswith(f"To install hipo: {REMEDY}\n")
        assert json.loads(self.shown("--json"))["remedy"] == REMEDY
