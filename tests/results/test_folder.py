"""The run folder: files are complete, foreign folders are refused, and the former run is kept once."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from h2model.errors import H2ModelError, InputError
from h2model.results import folder, netcdf_file
from h2model.results.netcdf_file import write_netcdf


def write_run(path, log="first\nlast words\n\n", results=None):
    path.mkdir(exist_ok=True)
    (path / folder.LOG).write_text(log)
    (path / folder.SCENARIO).write_text("case: tiny")
    if results is not None:
        (path / folder.RESULTS).write_text(results)


@pytest.fixture
def run_folder(tmp_path):
    """A folder that looks like a run."""
    path = tmp_path / "run"
    write_run(path)
    return path


def test_a_new_folder_is_made_with_those_above_it(tmp_path):
    assert folder.create_folder(tmp_path / "a" / "b").is_dir()


def test_an_empty_folder_is_taken(tmp_path):
    (tmp_path / "run").mkdir()
    folder.create_folder(tmp_path / "run")
    assert not (tmp_path / "run.previous").exists()


def test_the_run_before_is_kept_once(run_folder, tmp_path):
    for text in ("one", "two", "three"):
        write_run(run_folder, log=text, results=text)
        folder.create_folder(run_folder)
        assert list(run_folder.iterdir()) == []
        assert (tmp_path / "run.previous" / folder.LOG).read_text() == text
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run", "run.previous"]


def test_failed_runs_do_not_push_out_the_last_results(run_folder, tmp_path):
    write_run(run_folder, results="the optimum")
    for text in ("failed", "failed again", "and again"):
        folder.create_folder(run_folder)
        write_run(run_folder, log=text)
        (run_folder / (folder.RESULTS + ".part")).write_text("half")
    folder.create_folder(run_folder)
    assert list(run_folder.iterdir()) == []
    assert (tmp_path / "run.previous" / folder.RESULTS).read_text() == "the optimum"


def test_a_folder_without_a_run_is_refused_and_unchanged(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("kept")
    with pytest.raises(InputError) as caught:
        folder.create_folder(tmp_path / "mine")
    fault = caught.value.faults[0]
    assert fault.problem == "holds thesis.txt, which is not a file of a run"
    assert fault.remedy == "move it away or choose another --out"
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "kept"


@pytest.mark.parametrize("place", ["run", "run.previous"])
@pytest.mark.parametrize("foreign", ["thesis.txt", "notes.part", "inputs.nc/"])
def test_a_run_folder_with_a_foreign_file_is_refused(run_folder, tmp_path, place, foreign):
    write_run(run_folder, results="one")
    write_run(tmp_path / place, results="one")
    mine = tmp_path / place / foreign
    mine.mkdir() if foreign.endswith("/") else mine.write_text("kept")
    with pytest.raises(InputError, match=f"{place}: holds {mine.name}, which is not a file of a run → move it away or"):
        folder.create_folder(run_folder)
    assert mine.exists()
    assert (run_folder / folder.RESULTS).exists()


@pytest.mark.parametrize("place", ["run", "run.previous"])
def test_a_folder_with_only_a_log_is_not_a_run(tmp_path, place):
    (tmp_path / place).mkdir()
    (tmp_path / place / "run.log").write_text("of another program")
    with pytest.raises(InputError, match=r"is not a complete run folder: it lacks scenario\.yaml or run\.log"):
        folder.create_folder(tmp_path / "run")
    assert (tmp_path / place / "run.log").exists()


def test_a_file_or_a_link_in_the_way_is_refused(run_folder, tmp_path):
    (tmp_path / "file").write_text("")
    (tmp_path / "link").symlink_to(run_folder)
    for name in ("file", "link"):
        with pytest.raises(InputError, match=f"{name}: exists and is not a folder → move it away or choose another"):
            folder.check_target(tmp_path / name)
    with pytest.raises(InputError, match="no folder can be made in"):
        folder.check_target(tmp_path / "file" / "below")


@pytest.mark.parametrize("below", ["inner", "inner/most", "x/../inner"])
def test_a_path_inside_a_run_folder_is_refused(run_folder, below):
    with pytest.raises(InputError, match=f"lies inside the run folder {run_folder} → choose another --out"):
        folder.create_folder(run_folder / below)
    folder.check_target(run_folder / ".." / "beside")


@pytest.mark.parametrize("name", ["", ".", "/", "..", "a/.."])
def test_a_path_without_a_name_is_refused(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="is not the name of a new folder → write such as --out runs/base"):
        folder.check_target(Path(name))


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_folder_without_write_permission_is_refused(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match="no folder can be made in"):
        folder.check_target(tmp_path / "run")


def test_a_dataset_comes_back_as_it_was_written(results, inputs, tmp_path):
    write_netcdf(results, tmp_path / "results.nc")
    write_netcdf(inputs, tmp_path / "inputs.nc")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["inputs.nc", "results.nc"]
    xr.testing.assert_equal(xr.load_dataset(tmp_path / "results.nc"), results)
    back = xr.load_dataset(tmp_path / "inputs.nc")
    assert back["link"].dtype.kind in "UO", "an empty set of names stays a set of names"
    xr.testing.assert_equal(back, inputs)


def test_numbers_are_compressed(results, tmp_path):
    wide = xr.Dataset({"flow": (("link", "time"), np.zeros((100, 8760)))})
    write_netcdf(wide, tmp_path / "wide.nc")
    assert (tmp_path / "wide.nc").stat().st_size < wide.nbytes / 50


def test_a_file_equals_that_of_xarray(results, inputs, tmp_path):
    for data in (results, inputs):
        # xarray writes an empty array of Python strings as numbers.
        typed = data.assign_coords({name: names.astype("U1") for name, names in data.coords.items() if not names.size})
        write_netcdf(typed, tmp_path / "own.nc")
        typed.to_netcdf(tmp_path / "plain.nc", engine="netcdf4")
        for options in ({}, {"decode_coords": False, "decode_cf": False}):
            own, plain = (xr.load_dataset(tmp_path / f"{name}.nc", **options) for name in ("own", "plain"))
            xr.testing.assert_identical(own, plain)
            assert list(own.variables) == list(plain.variables)
            assert {name: v.dtype for name, v in own.variables.items()} == {
                name: v.dtype for name, v in plain.variables.items()
            }


def test_values_of_all_types_are_written_as_xarray_would(tmp_path):
    data = xr.Dataset(
        {
            "flag": ("step", [True, False]),
            "word": ("step", np.array(["a", "Herøya"], dtype=object)),
            "share": ("step", np.array([1, np.nan], dtype="float32")),
            "duration": ("step", np.array([1, 2], dtype="timedelta64[h]")),
            "alone": 3,
        },
        {
            "moment": ("step", np.array(["2030-01-01", "2031-01-01"], dtype="datetime64[ns]")),
            "unused": ("other", [1.0, 2.0]),
            "everywhere": 5,
        },
        {"title": "Herøya", "numbers": [1, 2], "words": ["a", "b"]},
    )
    write_netcdf(data, tmp_path / "own.nc")
    data.to_netcdf(tmp_path / "plain.nc", engine="netcdf4")
    for options in ({}, {"decode_cf": False}):
        own, plain = (xr.load_dataset(tmp_path / f"{name}.nc", **options) for name in ("own", "plain"))
        xr.testing.assert_identical(own, plain)
        assert {name: v.dtype for name, v in own.variables.items()} == {
            name: v.dtype for name, v in plain.variables.items()
        }


def test_a_failed_write_leaves_nothing_behind(tmp_path, monkeypatch):
    (tmp_path / "results.nc").write_text("of an earlier run")

    def half(*_):
        assert (tmp_path / "results.nc.part").exists()
        raise OSError("no space left on device")

    monkeypatch.setattr(netcdf_file, "_declare", half)
    with pytest.raises(OSError, match="no space left"):
        write_netcdf(xr.Dataset({"flow": 1.0}), tmp_path / "results.nc")
    assert [path.name for path in tmp_path.iterdir()] == ["results.nc"]
    assert (tmp_path / "results.nc").read_text() == "of an earlier run"


def test_open_run_joins_results_and_inputs(results, inputs, run_folder):
    write_netcdf(results, run_folder / folder.RESULTS)
    with folder.open_run(run_folder) as alone:
        assert "price" not in alone
    write_netcdf(inputs, run_folder / folder.INPUTS)
    with folder.open_run(str(run_folder)) as run:
        assert run["price"].values.tolist() == [30.0]
        assert run["variable_om_cost"].values.tolist() == [[3e6, 5e6]]
        assert run["variable_om_cost_parameter"].values.tolist() == [[2.0, 3.0]]
        assert run.attrs["objective"] == 36e6
        assert run.encoding["source"].endswith("results.nc")
        assert not run["emissions"].variable._in_memory, "values are read when they are used"


def test_open_run_says_why_there_is_nothing_to_open(run_folder, tmp_path):
    with pytest.raises(H2ModelError, match=r"has no results\. Its log ends with: last words"):
        folder.open_run(run_folder)
    with pytest.raises(H2ModelError, match="the run folder does not exist"):
        folder.open_run(tmp_path / "nowhere")
    with pytest.raises(H2ModelError, match=r"is not a run folder: it lacks run\.log"):
        folder.open_run(tmp_path)
    (run_folder / folder.LOG).write_text("")
    with pytest.raises(H2ModelError, match=r"ends with: \(empty\)"):
        folder.open_run(run_folder)


def test_open_run_names_the_file_that_cannot_be_read(results, inputs, run_folder):
    write_netcdf(results, run_folder / folder.RESULTS)
    (run_folder / folder.INPUTS).write_text("not netCDF")
    with pytest.raises(InputError, match=r"inputs\.nc: cannot be read: it is damaged or no netCDF file"):
        folder.open_run(run_folder)
    (run_folder / folder.RESULTS).write_bytes((run_folder / folder.RESULTS).read_bytes()[:-1000])
    with pytest.raises(InputError, match=r"results\.nc: cannot be read: it is damaged or no netCDF file"):
        folder.open_run(run_folder)


def test_open_run_refuses_the_inputs_of_another_run(results, inputs, run_folder):
    write_netcdf(results, run_folder / folder.RESULTS)
    write_netcdf(inputs.assign_coords(period=inputs["period"] + 1), run_folder / folder.INPUTS)
    for read in (folder.open_run, folder.read_both):
        with pytest.raises(InputError, match=r"inputs\.nc: holds other labels than results\.nc"):
            read(run_folder)


def test_open_run_reads_a_log_that_is_no_text(run_folder):
    (run_folder / folder.LOG).write_bytes(b"first\nlast \xff\xfe words")
    with pytest.raises(H2ModelError, match="Its log ends with: last \ufffd\ufffd words"):
        folder.open_run(run_folder)


def test_results_of_an_earlier_version_have_todays_names(tmp_path):
    """Quantities that were renamed are found under their new name, and nothing else changes."""
    path = tmp_path / "run"
    write_run(path)
    former = xr.Dataset({"run": ("plant", [1.0]), "given_up": ("asset", [2.0]), "capacity": ("asset", [3.0])})
    write_netcdf(former, path / folder.RESULTS)
    with folder.open_run(path) as results:
        assert set(results.data_vars) == {"decided_activity", "retired", "capacity"}
        assert results["decided_activity"].item() == 1.0
