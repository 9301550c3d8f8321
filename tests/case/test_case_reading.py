"""Files are read once: what is kept gives the same as a fresh read, and every change of the folder is noticed."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from case_declarations import PARAMETERS
from tiny_case import swap, tiny_scenario, write_tiny_case

from h2model.case import load_case, reading, tables
from h2model.errors import Fault, InputError


@pytest.fixture(autouse=True)
def nothing_kept():
    reading._read.cache_clear()


@pytest.fixture
def folder(tmp_path) -> Path:
    """A tiny case whose files were written long ago."""
    folder = write_tiny_case(tmp_path)
    settle(folder)
    return folder


@pytest.fixture
def files_read(monkeypatch) -> list[str]:
    """Names of the CSV files that are really read."""
    names, read = [], Path.read_bytes

    def noted(path):
        names.append(path.name)
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", noted)
    return names


def settle(folder: Path, seconds: float = 100.0) -> None:
    """Make all files look as if they had been written so long ago."""
    for path in folder.rglob("*.*"):
        os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns - int(seconds * 1e9)))


def load(folder: Path) -> xr.Dataset:
    return load_case(tiny_scenario(folder, time={"resolution": "6h"}), PARAMETERS)


def fresh(folder: Path) -> xr.Dataset:
    reading._read.cache_clear()
    return load(folder)


def faults_of(folder: Path) -> list[Fault]:
    with pytest.raises(InputError) as caught:
        load(folder)
    return list(caught.value.faults)


def test_a_second_load_reads_no_table_and_gives_the_same(folder, files_read):
    first = load(folder)
    files_read.clear()
    second = load(folder)
    assert [name for name in files_read if name.endswith(".csv")] == []
    xr.testing.assert_identical(first, second)
    assert {name: v.dtype for name, v in first.variables.items()} == {n: v.dtype for n, v in second.variables.items()}


def test_what_is_done_to_a_dataset_does_not_reach_the_next_one(folder):
    first = load(folder)
    expected = first.copy(deep=True)
    for variable in first.variables.values():
        if variable.dtype.kind == "f" and variable.ndim:
            variable.values[...] = -1.0
    xr.testing.assert_identical(load(folder), expected)


@pytest.mark.parametrize("settled", [True, False], ids=["long ago", "just now"])
def test_an_edited_file_is_read_again(folder, settled):
    before = load(folder)
    table = folder / "assets.csv"
    table.write_text(swap("biomass_import,price,,,25", "biomass_import,price,,,26")(table.read_text()))
    if settled:
        settle(folder, 50.0)
    after = load(folder)
    xr.testing.assert_identical(after, fresh(folder))
    changed = (after["price"] - before["price"]).sel(trade="biomass_import")
    assert np.all(changed == 1.0)


def test_a_file_that_is_edited_at_once_is_read_again(tmp_path):
    """As long as a change might not show in the time of a file, nothing is kept of it."""
    folder = write_tiny_case(tmp_path)
    table = folder / "assets.csv"
    times = (table.stat().st_atime_ns, table.stat().st_mtime_ns)
    for price in (25, 26, 27, 28):
        text = table.read_text()
        table.write_text(swap(f"biomass_import,price,,,{price}", f"biomass_import,price,,,{price + 1}")(text))
        os.utime(table, ns=times)
        assert float(load(folder)["price"].sel(trade="biomass_import").max()) == price + 1


def test_an_edited_profile_is_read_again(folder):
    before = load(folder)
    (profile,) = (folder / "profiles").glob("*.csv")
    profile.write_text(swap("2019-01-01 00:00,0.8,", "2019-01-01 00:00,0.2,")(profile.read_text()))
    settle(folder, 50.0)
    after = load(folder)
    xr.testing.assert_identical(after, fresh(folder))
    assert (after["availability"] != before["availability"]).any()


def test_an_added_a_renamed_and_a_removed_file_are_noticed(folder):
    names = load(folder)["plant"].values.tolist()
    (folder / "plants").mkdir()
    more = folder / "plants" / "more.csv"
    more.write_text("plant,technology,region\nsecond_boiler,gas_boiler,south\n")
    settle(folder)
    assert load(folder)["plant"].values.tolist() == [*names, "second_boiler"]
    xr.testing.assert_identical(load(folder), fresh(folder))
    more.rename(folder / "plants" / "others.csv")
    more = folder / "plants" / "others.csv"
    more.write_text(more.read_text() + "third_boiler,wrong,south\n")
    settle(folder)
    load_again = [faults_of(folder) for _ in range(2)]
    assert {fault.where for fault in load_again[0]} == {"plants/others.csv, row 3"}
    assert load_again[0] == load_again[1]
    more.unlink()
    assert load(folder)["plant"].values.tolist() == names


@pytest.mark.parametrize(
    ("file", "edit"),
    [
        ("plants.csv", lambda text: text + "short,row\n"),
        ("plants.csv", lambda text: text + "nameless,,north\n"),
        ("plants.csv", lambda text: "no header\n" + text),
        ("assets.csv", swap("price,,,25", "price,,,many")),
        ("profiles/*.csv", swap("2019-01-01 00:00,0.8,", "2019-01-01 00:00,much,")),
        ("profiles/*.csv", swap("2019-01-01 00:00,0.8,", "2019-01-01 00:00,0.8,0.8,")),
    ],
)
def test_faults_are_reported_on_every_load(folder, file, edit):
    (path,) = folder.glob(file)
    good = path.read_text()
    path.write_text(edit(good))
    settle(folder)
    first = faults_of(folder)
    assert first
    assert faults_of(folder) == faults_of(folder) == first
    path.write_text(good)
    settle(folder, 50.0)
    load(folder)


def test_a_path_below_another_working_directory_is_another_file(tmp_path, monkeypatch):
    for name, capacity in (("one", "40"), ("two", "41")):
        (tmp_path / name).mkdir()
        edit = swap("boiler,existing_capacity,,2030,40", f"boiler,existing_capacity,,2030,{capacity}")
        settle(write_tiny_case(tmp_path / name, {"assets.csv": edit}))
    found = []
    for name in ("one", "two", "one"):
        place = next(path.parent for path in (tmp_path / name).rglob("case.yaml"))
        monkeypatch.chdir(place.parent)
        data = load_case(tiny_scenario(Path(place.name), time={"resolution": "6h"}), PARAMETERS)
        found.append(float(data["existing_capacity"].sel(asset="boiler", period=2030)))
    assert found == [40, 41, 40]


def test_no_more_is_kept_than_stated(tmp_path):
    for number in range(reading.MOST_FILES + 10):
        (tmp_path / f"{number}.csv").write_text("plant,technology,region\n")
    settle(tmp_path)
    for path in tmp_path.glob("*.csv"):
        reading.read_once(tables._read_table, path, path.name, "plants.csv", faults=tables.Faults())
    assert reading._read.cache_info().currsize == reading.MOST_FILES
