"""`--json`: one document on stdout and nothing else, with the same exit code, also for what goes wrong."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
import xarray as xr
from test_run import IMPOSSIBLE, workplace  # noqa: F401  (a fixture)
from typer.testing import CliRunner

import h2model
from h2model import cli
from h2model.errors import Fault, Severity
from h2model.screen.documents import plain


def h2(*arguments: str):
    return CliRunner().invoke(cli.app, [str(argument) for argument in arguments])


def document(*arguments: str) -> dict:
    """The document of a command; its exit code must be that of the command."""
    ended = h2(*arguments, "--json")
    found = json.loads(ended.stdout)
    assert found["exit_code"] == ended.exit_code, ended.stderr
    return found


def set_options(changes) -> list[str]:
    return [part for address, value in changes.items() for part in ("--set", f"{address}={value}")]


@pytest.mark.usefixtures("workplace")
class TestRun:
    def test_tells_what_was_decided(self):
        found = document("run", "base")
        results = h2model.open_run("runs/base")
        assert (found["command"], found["exit_code"], found["scenario"]) == ("run", 0, "base")
        assert found["objective"] == pytest.approx(results.attrs["objective"])
        assert found["files"]["results"] == str(Path("runs/base/results.nc"))
        assert found["audit"].startswith("passed")
        built = {(row["technology"], row["period"]): row["value"] for row in found["new_capacities"]["rows"]}
        own = results["new_capacity"].groupby("asset_technology").sum()
        for (technology, period), value in built.items():
            assert value == pytest.approx(float(own.sel(asset_technology=technology, period=period)), abs=1e-2)
        total = [row for row in found["costs"]["rows"] if row["part"] == "total"]
        assert [row["period"] for row in total] == [2030, 2040]
        assert found["costs"]["unit"] == "million EUR2025/year"

    def test_progress_is_on_stderr_and_can_be_silenced(self):
        assert "solving" in h2("run", "base", "--json").stderr
        assert h2("run", "base", "--json", "--quiet").stderr == ""

    def test_faults_are_rows(self):
        found = document("run", "bose")
        assert found["exit_code"] == 2
        (fault,) = found["error"]["faults"]
        assert fault["problem"] == "cannot find inputs/*/scenarios/bose.yaml"
        assert fault["remedy"] == "did you mean 'base'?"
        assert (found["error"]["kind"], fault["severity"]) == ("InputError", "error")

    def test_no_plan_is_told_with_the_command_that_explains_it(self):
        found = document("run", "base", *set_options(IMPOSSIBLE))
        assert (found["exit_code"], found["error"]["kind"]) == (3, "InfeasibleError")
        assert any("h2model explain base --set" in note for note in found["error"]["notes"])
        assert found["error"]["faults"] == []

    def test_ctrl_c(self, monkeypatch):
        def stopped(*_):
            raise KeyboardInterrupt

        monkeypatch.setattr("h2model.workflow.running.run", stopped)
        found = document("run", "base")
        assert (found["exit_code"], found["error"]["kind"]) == (130, "Stopped")

    @pytest.mark.parametrize("words", [("run", "--fast"), ("run",), ("study", "status"), ("study", "stattus", "x")])
    def test_a_command_line_that_is_wrong(self, words):
        found = document(*words)
        assert found["exit_code"] == 2
        assert found["error"]["faults"][0]["where"] == "command line"

    def test_the_document_is_ascii(self, workplace):  # noqa: F811
        name = "bøse"
        assert h2("run", name, "--json").stdout.isascii()


@pytest.mark.usefixtures("workplace")
class TestCheck:
    def test_tells_sizes_as_numbers(self):
        found = document("check", "base")
        assert (found["plants"], found["stores"], found["periods"]) == (5, 3, [2030, 2040])
        assert found["steps"] * found["hours_of_steps"][0] == 8760
        assert found["rows"] > 100
        assert found["warnings"] == []

    def test_warnings_are_rows_and_no_error(self):
        found = document("check", "base", "--set", "technologies.wind.lifetime=150")
        assert found["exit_code"] == 0
        assert [row["rule"] for row in found["warnings"]] == ["plausible_values"]
        assert found["warnings"][0]["severity"] == "warning"

    def test_faults(self):
        found = document("check", "base", "--set", "solver.method=pdpl")
        assert found["exit_code"] == 2
        assert found["error"]["faults"][0]["remedy"] == "did you mean 'pdlp'?"


@pytest.mark.usefixtures("workplace")
class TestAudit:
    def test_every_equation_of_every_run(self):
        h2model.run("base")
        shutil.copytree("runs/base", "runs/other")
        found = document("audit", "runs/base", "runs/other")
        assert [run["run"] for run in found["runs"]] == ["runs/base", "runs/other"]
        assert all(run["passed"] for run in found["runs"])
        assert len(found["runs"][0]["findings"]) > 20
        assert set(found["runs"][0]["findings"][0]) >= {"equation", "residual", "allowed", "unit", "passed"}

    def test_what_does_not_hold_is_exit_code_4(self):
        h2model.run("base")
        results = xr.load_dataset("runs/base/results.nc")
        results["capacity"][:] = results["capacity"] * 2 + 1
        results.to_netcdf("runs/base/results.nc")
        found = document("audit", "runs/base")
        assert found["exit_code"] == 4
        assert not found["runs"][0]["passed"]
        assert found["runs"][0]["verdict"].startswith("failed")

    def test_a_folder_without_results(self):
        assert document("audit", "runs")["error"]["kind"] == "InputError"


class TestDescribe:
    def test_all_of_it(self):
        found = document("describe")
        names = {parameter["name"] for parameter in found["parameters"]}
        assert {"lifetime", "price", "discount_rate"} <= names
        assert {"balance", "emission_cap", "activity"} <= {equation["name"] for equation in found["equations"]}
        assert {"energy_is_not_created", "valid_settings"} <= {rule["name"] for rule in found["checks"]}
        assert "policies.emission_cap.<name>" in {group["address"] for group in found["settings"]}

    def test_one_name(self):
        found = document("describe", "capacity_stock")
        (equation,) = found["equations"]
        assert (equation["concern"], equation["kind"]) == ("capacity", "equation")
        assert equation["formula"].startswith("capacity = existing_capacity")
        assert equation["code"].startswith("def capacity_stock(m, a, y):")
        assert found["parameters"] == found["checks"] == []

    def test_a_parameter_without_limit(self):
        (parameter,) = document("describe", "maximum_capacity")["parameters"]
        assert (parameter["default"], parameter["upper"], parameter["required"]) == (None, None, False)
        assert document("describe", "charge_efficiency")["parameters"][0]["required"]

    def test_one_half(self):
        found = document("describe", "--equations")
        assert found["parameters"] == []
        assert found["equations"]

    def test_an_unknown_name(self):
        assert document("describe", "lifetme")["error"]["faults"][0]["remedy"] == "did you mean 'lifetime'?"

    def test_a_page(self, tmp_path):
        assert document("describe", "--html", tmp_path / "a.html")["html"] == str(tmp_path / "a.html")


def test_values_become_what_json_knows():
    given = {"a": np.float64(1.5), 2: np.array([1, 2]), "c": float("inf"), "d": float("nan"), "e": (Path("x"), None)}
    assert plain(given) == {"a": 1.5, "2": [1, 2], "c": None, "d": None, "e": ["x", None]}


def test_numbers_inside_arrays_mappings_and_faults_become_what_json_knows():
    fault = Fault("case.yaml", "is wrong", "correct it", severity=Severity.WARNING)
    given = {
        "array": np.array([[1.0, np.nan], [np.inf, 2.0]]),
        "mapping": MappingProxyType({2030: -np.inf}),
        "f": [fault],
    }
    assert plain(given) == {
        "array": [[1.0, None], [None, 2.0]],
        "mapping": {"2030": None},
        "f": [
            {"where": "case.yaml", "problem": "is wrong", "remedy": "correct it", "rule": "", "severity": "warning"},
        ],
    }
    assert [type(plain(value)) for value in (np.bool_(True), np.int64(3), np.float32(0.5))] == [bool, int, float]
