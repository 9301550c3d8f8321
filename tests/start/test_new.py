"""`h2model new` writes a complete case that can be solved, and refuses names and folders that it cannot use."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import h2model
from h2model import cli
from h2model.case import warnings_of
from h2model.errors import InputError
from h2model.start import TEMPLATE, TEMPLATE_NAME, profiles_text, scenario_names, study_names, write, write_case
from h2model.start.profiles import need_shape, price_shape, wind_availability
from h2model.studies.definition import read_study
from h2model.studies.prepare import base_scenario, runs_of


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    """A working directory with a case `harbour` below inputs."""
    place = tmp_path_factory.mktemp("new")
    write_case("harbour", place / "inputs")
    return place


@pytest.fixture
def place(written, monkeypatch) -> Path:
    monkeypatch.chdir(written)
    return written


@pytest.fixture(scope="module")
def plans(written) -> dict[str, object]:
    """The results of both scenarios, with steps of a day."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(written)
        data = {name: h2model.load_case(name, {"time.resolution": "24h"}) for name in scenario_names("harbour")}
    return {name.removeprefix("harbour_"): h2model.solve(case) for name, case in data.items()}


@pytest.mark.usefixtures("place")
class TestCase:
    @pytest.mark.parametrize("scenario", scenario_names("harbour"))
    def test_every_scenario_is_free_of_faults_and_warnings(self, scenario):
        data = h2model.load_case(scenario)
        assert warnings_of(data) == ()
        assert data.attrs["case"] == "harbour"
        assert data["period"].values.tolist() == [2030, 2050]

    def test_the_new_name_replaces_that_of_the_template_everywhere(self, place):
        folder = place / "inputs" / "harbour"
        files = [path for path in folder.rglob("*") if path.is_file()]
        assert [path for path in files if TEMPLATE_NAME in path.name] == []
        assert [path for path in files if TEMPLATE_NAME in path.read_text(encoding="utf-8")] == []
        assert len(files) == 1 + sum(path.is_file() for path in TEMPLATE.rglob("*"))

    def test_its_study_has_six_runs(self):
        (name,) = study_names("harbour")
        study, _ = read_study(name)
        _, plan, _ = runs_of(study, base_scenario(study))
        assert len(plan.rows) == 6
        assert study.scenario == "harbour_capped"

    def test_its_readme_names_every_file(self, place):
        text = (place / "inputs/harbour/README.md").read_text(encoding="utf-8")
        for path in (place / "inputs/harbour").rglob("*.*"):
            assert path.name == "README.md" or path.name in text or path.stem in text

    def test_every_figure_has_a_source(self, place):
        for table in ("carriers", "technologies", "assets"):
            with (place / f"inputs/harbour/{table}.csv").open(encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file))
            assert rows
            assert [row for row in rows if not row["source"]] == []


class TestStory:
    def test_without_a_cap_nothing_is_captured(self, plans):
        built = plans["reference"]["new_capacity"].sel(asset=["electrolyser", "kiln_capture", "reformer_with_capture"])
        assert float(built.sum()) == pytest.approx(0, abs=1e-6)
        assert plans["reference"]["emissions"].sum(["region", "origin"]).values == pytest.approx([226e3] * 2, rel=0.01)

    def test_the_cap_binds_in_both_periods(self, plans):
        net = plans["capped"]["emissions"].sum(["region", "origin"]).values
        assert net == pytest.approx([160e3, 25e3], rel=1e-6)
        assert (plans["capped"]["price_of_cap"].values > 50).all()

    def test_the_cap_changes_what_is_built(self, plans):
        built = plans["capped"]["new_capacity"]
        assert float(built.sel(asset="kiln_capture", period=2030)) > 5
        assert float(built.sel(asset="electrolyser", period=2050)) > 50
        assert float(built.sel(asset="electrolyser", period=2030)) == pytest.approx(0, abs=1e-6)


class TestProfiles:
    def test_profiles_have_8760_hours_and_are_reproducible(self):
        rows = list(csv.reader(profiles_text().splitlines()))
        assert rows[0] == ["time", "wind", "price_of_power", "need_of_hydrogen"]
        assert (rows[1][0], rows[-1][0]) == ("2030-01-01 00:00", "2030-12-31 23:00")
        assert len(rows) == 8761
        assert profiles_text() == profiles_text()

    def test_profiles_have_the_means_that_the_tables_assume(self):
        wind = wind_availability()
        assert wind.mean() == pytest.approx(0.36, abs=1e-3)
        assert 0 <= wind.min() < wind.max() <= 1
        for shape in (price_shape(wind), need_shape()):
            assert shape.mean() == pytest.approx(1)
            assert shape.min() >= 0

    def test_power_is_expensive_in_calms(self):
        wind = wind_availability()
        assert np.corrcoef(wind, price_shape(wind))[0, 1] < -0.5


@pytest.mark.usefixtures("place")
class TestRefused:
    @pytest.mark.parametrize("name", ["", "my harbour", "../harbour", "Harbour", "7seas", "a/b", "h" * 41, "hæfn"])
    def test_an_invalid_name_is_refused(self, name):
        with pytest.raises(InputError, match="is not a valid name of a case → use at most 40 lower-case letters"):
            write_case(name)

    def test_the_name_of_a_region_of_the_case_is_refused(self):
        regions = (TEMPLATE / "regions.csv").read_text().splitlines()[1:]
        assert [line.partition(",")[0] for line in regions] == list(write.REGIONS)
        with pytest.raises(InputError, match="new: 'works' is also the name of a region of the new case"):
            write_case("works")

    def test_a_name_with_a_meaning_in_yaml_is_refused(self):
        with pytest.raises(InputError, match="new: 'true' is not a text in YAML → choose another name"):
            write_case("true")

    def test_an_existing_case_stays_unchanged(self, place):
        before = (place / "inputs/harbour/case.yaml").stat().st_mtime_ns
        with pytest.raises(InputError, match="inputs/harbour: exists already") as refused:
            write_case("harbour")
        assert len(refused.value.faults) == 1
        assert (place / "inputs/harbour/case.yaml").stat().st_mtime_ns == before

    @pytest.mark.parametrize(
        ("file", "problem"),
        [
            ("scenarios/fjord_capped.yaml", "the scenario fjord_capped exists already, and fjord would have it too"),
            ("studies/fjord_cap_and_gas.yaml", "the study fjord_cap_and_gas exists already"),
        ],
    )
    def test_names_of_scenarios_and_studies_of_another_case_are_refused(self, tmp_path, file, problem):
        (tmp_path / "other" / file).parent.mkdir(parents=True)
        (tmp_path / "other" / file).touch()
        with pytest.raises(InputError, match=problem):
            write_case("fjord", tmp_path)
        assert [path.name for path in tmp_path.iterdir()] == ["other"]

    def test_a_folder_inside_a_case_is_refused(self):
        with pytest.raises(InputError, match="inputs/harbour is a case itself → choose an --out that contains cases"):
            write_case("deep", "inputs/harbour")

    def test_a_file_as_parent_folder_is_refused(self, tmp_path):
        (tmp_path / "file").touch()
        with pytest.raises(InputError, match="file is not a folder → choose another --out"):
            write_case("fjord", tmp_path / "file")

    @pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt()])
    def test_a_failure_leaves_nothing_behind(self, tmp_path, monkeypatch, failure):
        def fail():
            raise failure

        monkeypatch.setattr(write, "profiles_text", fail)
        with pytest.raises((InputError, KeyboardInterrupt)) as stopped:
            write_case("fjord", tmp_path)
        assert isinstance(stopped.value, KeyboardInterrupt) or "No space left on device" in str(stopped.value)
        assert list(tmp_path.iterdir()) == []


class TestCommand:
    def test_the_command_prints_the_next_steps(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        ended = CliRunner().invoke(cli.app, ["new", "fjord"])
        assert ended.exit_code == 0, ended.stderr
        assert "inputs/fjord/README.md" in ended.stdout
        assert "  h2model run fjord_capped" in ended.stdout.splitlines()
        checked = CliRunner().invoke(cli.app, ["check", "fjord_capped"])
        assert "no faults: this scenario can be run" in checked.stdout

    def test_scenarios_in_another_folder_are_printed_with_their_path(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        ended = CliRunner().invoke(cli.app, ["new", "fjord", "--out", "elsewhere"])
        path = ended.stdout.split()[-1]
        assert path == "elsewhere/fjord/scenarios/fjord_capped.yaml"
        assert CliRunner().invoke(cli.app, ["check", path]).exit_code == 0

    def test_faults_are_exit_code_2(self):
        ended = CliRunner().invoke(cli.app, ["new", "my harbour"])
        assert ended.exit_code == 2
        assert "'my harbour' is not a valid name of a case" in ended.stderr


def test_the_template_is_a_valid_case(tmp_path):
    shutil.copytree(TEMPLATE, tmp_path / TEMPLATE_NAME)
    (tmp_path / TEMPLATE_NAME / "profiles.csv").write_text(profiles_text())
    data = h2model.load_case(tmp_path / TEMPLATE_NAME / "scenarios" / f"{TEMPLATE_NAME}_capped.yaml")
    assert warnings_of(data) == ()
