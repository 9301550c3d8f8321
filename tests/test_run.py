"""A run from scenario to results, whole and step by step, on the tiny case."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from tiny_case import write_tiny_case

import h2model
from h2model.case import Scenario
from h2model.results import folder as run_folder
from h2model.results import netcdf_file
from h2model.tables.summary import costs

SCENARIO = """\
case: tiny
title: A run for tests
periods: [2030, 2040]
time: {resolution: 1752h}
"""
IMPOSSIBLE = {"policies": "{emission_cap: {all: {limit: {2030: -900 Mt/year}}}}"}
ENDLESS = {"technologies.wind.variable_om_cost": "-500 EUR2025/MWh"}


@pytest.fixture
def workplace(tmp_path, monkeypatch):
    """A working directory with inputs/tiny and the scenario base."""
    case = write_tiny_case(tmp_path / "inputs")
    (case / "scenarios").mkdir()
    (case / "scenarios" / "base.yaml").write_text(SCENARIO)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def files_in(path: Path) -> list[str]:
    return sorted(file.name for file in path.iterdir())


def test_public_names_are_pinned():
    assert sorted(h2model.__all__) == [
        "AuditError", "Fault", "H2ModelError", "InfeasibleError", "InputError", "SolveError", "UnboundedError",
        "UnfinishedError", "audit", "build", "compare", "explain", "load_case", "open_run", "open_study",
        "read_scenario", "run", "run_study", "sensitivity", "solve",
    ]  # fmt: skip
    assert all(callable(getattr(h2model, name)) for name in h2model.__all__)


def test_a_run_writes_its_folder(workplace):
    results = h2model.run("base")
    path = workplace / "runs" / "base"
    assert files_in(path) == ["inputs.nc", "results.nc", "run.log", "scenario.yaml"]
    assert results.encoding["source"] == str(Path("runs/base/results.nc"))
    log = (path / "run.log").read_text()
    for words in ("reading base", "building the model", "Running HiGHS", "ready for HiGHS after", "done after"):
        assert words in log
    with h2model.open_run(path) as run:
        assert run.attrs["objective"] == results.attrs["objective"]
        xr.testing.assert_identical(run["capacity"].load(), results["capacity"])
        assert "availability" in run


def test_results_carry_the_facts_of_the_run(workplace):
    attrs = h2model.run("base").attrs
    assert attrs["scenario"] == "base"
    assert attrs["title"] == "A run for tests"
    assert attrs["status"] == "optimal"
    assert attrs["method"] == "simplex"
    assert attrs["attempts"][0].startswith("simplex: optimal")
    assert attrs["rows"] > 100
    assert attrs["largest_residual"] < 1e-4
    assert Scenario.from_text(attrs["scenario_yaml"]).periods == (2030, 2040)
    assert {name for name in attrs if name.startswith("seconds_")} == {
        "seconds_reading", "seconds_building", "seconds_until_solver", "seconds_solving", "seconds_in_solver",
        "seconds_auditing",
    }  # fmt: skip


def test_the_parts_of_the_objective_add_up_to_it(workplace):
    results = h2model.run("base")
    total = costs(results).loc["total", [2030, 2040]].to_numpy() * 1e6
    weights = (results["years_represented"] * results["discount_factor"]).values
    assert total @ weights == pytest.approx(results.attrs["objective"], rel=1e-9)


def test_a_run_step_by_step_gives_the_same_results(workplace):
    data = h2model.load_case("base")
    by_steps = h2model.solve(h2model.build(data))
    at_once = h2model.solve(data)
    assert by_steps.attrs["objective"] == at_once.attrs["objective"]
    assert by_steps.attrs["objective"] == pytest.approx(h2model.run("base").attrs["objective"], rel=1e-12)


@pytest.mark.parametrize("form", [str, Path, h2model.read_scenario])
def test_a_scenario_may_be_a_path_or_an_object(workplace, form):
    scenario = form("inputs/tiny/scenarios/base.yaml")
    assert h2model.load_case(scenario).attrs["scenario"] == "base"
    h2model.run(scenario, out="elsewhere")
    assert (workplace / "elsewhere" / "results.nc").exists()


def test_changes_are_kept_in_the_record(workplace):
    changes = {"technologies.wind.overnight_cost": "{scale: 3}"}
    results = h2model.run("base", changes=changes)
    assert results.attrs["objective"] > h2model.solve(h2model.load_case("base")).attrs["objective"]
    assert "technologies.wind.overnight_cost" in (workplace / "runs/base/scenario.yaml").read_text()


def test_a_run_is_repeated_from_its_inputs_alone(workplace):
    first = h2model.run("base", out="first", changes={"technologies.wind.lifetime": "12"})
    (workplace / "inputs").rename(workplace / "gone")
    again = h2model.run("first/inputs.nc", out="again")
    assert again.attrs["objective"] == first.attrs["objective"]
    assert again.attrs["scenario_yaml"] == first.attrs["scenario_yaml"]
    once_more = h2model.run("again/inputs.nc", out="again", changes={"solver.method": "ipx"})
    assert once_more.attrs["method"].startswith("ipx")
    assert once_more.attrs["objective"] == pytest.approx(first.attrs["objective"], rel=1e-6)
    assert (workplace / "again.previous" / "results.nc").exists()


def test_finished_inputs_cannot_be_changed(workplace):
    h2model.run("base")
    with pytest.raises(h2model.InputError, match=r"--set periods: the inputs in runs/base/inputs\.nc are finished"):
        h2model.load_case("runs/base/inputs.nc", {"periods": "[2030]"})
    with pytest.raises(h2model.InputError, match=r"results\.nc: is not the inputs\.nc of a run"):
        h2model.load_case("runs/base/results.nc")
    Path("broken.nc").write_text("not netCDF")
    with pytest.raises(h2model.InputError, match=r"broken\.nc: is not the inputs\.nc of a run"):
        h2model.load_case("broken.nc")
    with pytest.raises(h2model.InputError, match=r"none\.nc: the file does not exist"):
        h2model.load_case("none.nc")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"technologies.wnid.lifetime": "3"}, "wnid"),
        ({"solver.method": "pdpl"}, "there is no solution method 'pdpl' → did you mean 'pdlp'"),
        ({"solver.options": "{foo: 1}"}, "--set solver.options: HiGHS has no option 'foo' → see https"),
        (
            {"solver.options": "{presolve: [1]}"},
            r"HiGHS refuses \[1\] for its option 'presolve', which must be a string",
        ),
        ({"time.resolution": "7h"}, "time.resolution"),
    ],
)
def test_bad_inputs_leave_no_folder(workplace, changes, message):
    with pytest.raises(h2model.InputError, match=message):
        h2model.run("base", changes=changes)
    assert not (workplace / "runs").exists()


def test_a_folder_with_other_files_is_refused_before_inputs_are_read(workplace):
    (workplace / "mine").mkdir()
    (workplace / "mine" / "thesis.txt").write_text("my thesis")
    with pytest.raises(h2model.InputError, match=r"mine: holds thesis\.txt, which is not a file of a run"):
        h2model.run("no such scenario", out="mine")


@pytest.mark.parametrize("out", ["", ".", "/"])
def test_a_target_without_a_name_is_refused(workplace, out):
    with pytest.raises(h2model.InputError, match="is not the name of a new folder"):
        h2model.run("base", out=out)


def test_failed_runs_keep_the_last_optimum(workplace):
    best = h2model.run("base").attrs["objective"]
    for _ in range(2):
        with pytest.raises(h2model.InfeasibleError):
            h2model.run("base", changes=IMPOSSIBLE)
    with h2model.open_run("runs/base.previous") as kept:
        assert kept.attrs["objective"] == best


def test_all_faults_of_solver_settings_are_reported_at_once(workplace):
    with pytest.raises(h2model.InputError) as caught:
        h2model.load_case("base", {"solver.method": "pdpl", "solver.options": "{foo: 1, threads: many}"})
    assert [fault.problem for fault in caught.value.faults] == [
        "HiGHS has no option 'foo'",
        "HiGHS refuses 'many' for its option 'threads', which must be a whole number",
        "there is no solution method 'pdpl'",
    ]


@pytest.mark.parametrize(
    ("changes", "error", "advice"),
    [
        (IMPOSSIBLE, h2model.InfeasibleError, "h2model explain lists the limits to relax"),
        (ENDLESS, h2model.UnboundedError, "Something earns more than it costs"),
        ({"solver.time_limit": "1e-9"}, h2model.UnfinishedError, "No results were written"),
    ],
)
def test_without_an_optimum_there_are_no_results(workplace, changes, error, advice):
    with pytest.raises(error) as caught:
        h2model.run("base", changes=changes)
    assert advice in "\n".join(caught.value.__notes__)
    path = workplace / "runs" / "base"
    assert files_in(path) == ["inputs.nc", "run.log", "scenario.yaml"]
    assert advice in (path / "run.log").read_text()
    with pytest.raises(h2model.H2ModelError, match="has no results"):
        h2model.open_run(path)


def test_a_write_that_fails_leaves_no_results(workplace, monkeypatch):
    force_to_disk = netcdf_file.force_to_disk

    def full_disk(path):
        if path.name.startswith(run_folder.RESULTS):
            raise OSError("no space left on device")
        force_to_disk(path)

    monkeypatch.setattr(netcdf_file, "force_to_disk", full_disk)
    with pytest.raises(OSError, match="no space left"):
        h2model.run("base")
    assert files_in(workplace / "runs" / "base") == ["inputs.nc", "run.log", "scenario.yaml"]
    assert "no space left on device" in (workplace / "runs/base/run.log").read_text()


def test_a_run_killed_at_the_last_moment_leaves_no_results(workplace):
    program = """
import os, pathlib, signal
import h2model
take_name = pathlib.Path.replace
def killed(self, target):
    if target.name == "results.nc":
        os.kill(os.getpid(), signal.SIGKILL)
    return take_name(self, target)
pathlib.Path.replace = killed
h2model.run("base")
"""
    ended = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    path = workplace / "runs" / "base"
    assert not (path / run_folder.RESULTS).exists()
    with pytest.raises(h2model.H2ModelError, match="has no results"):
        h2model.open_run(path)
    h2model.run("base")
    assert files_in(path) == ["inputs.nc", "results.nc", "run.log", "scenario.yaml"]
    assert not os.path.exists("runs/base.previous"), "a run without results is not kept"


def test_progress_reports_phases(workplace):
    told = []

    class Listener:
        def phase(self, text):
            told.append(text.split()[0])

        def detail(self, text):
            """The solver's lines are tested elsewhere."""

    h2model.run("base", progress=Listener())
    assert told == ["reading", "building", "writing", "solving", "collecting", "recomputing", "writing"]


def test_results_are_finite(workplace):
    results = h2model.run("base")
    for name in ("capacity", "new_capacity", "activity", "emissions", "unserved_demand"):
        assert np.isfinite(results[name]).all(), name
