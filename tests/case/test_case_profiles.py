"""Profiles: a year of hours from CSV or netCDF, and everything that can be wrong with it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from h2model.case import Faults, read_profiles


def frame(start="2019-01-01", hours=8760, **columns) -> pd.DataFrame:
    stamps = pd.date_range(start, periods=hours, freq="h")
    return pd.DataFrame({"time": stamps.strftime("%Y-%m-%d %H:%M"), **(columns or {"a": np.arange(hours) / hours})})


def read(folder, *files, year=None):
    faults = Faults()
    found = read_profiles(folder, files, year, faults)
    return found, [str(fault) for fault in faults]


def test_csv_and_netcdf_together(tmp_path):
    frame().to_csv(tmp_path / "first.csv", index=False)
    stamps = pd.date_range("2019-01-01", periods=8760, freq="h")
    xr.Dataset({"b": ("time", np.ones(8760))}, {"time": stamps}).to_netcdf(tmp_path / "second.nc")
    found, faults = read(tmp_path, "*.csv", "second.nc")
    assert faults == []
    assert sorted(found.series) == ["a", "b"]
    assert found.series["a"][8759] == 8759 / 8760
    assert str(found.timestamps[-1])[:13] == "2019-12-31T23"


def test_times_with_zone_and_several_years(tmp_path):
    table = frame("2018-01-01", hours=2 * 8760)
    table["time"] = table["time"].str.replace(" ", "T") + ":00+00:00"
    table.to_csv(tmp_path / "two.csv", index=False)
    found, faults = read(tmp_path, "two.csv", year=2019)
    assert faults == []
    assert str(found.timestamps[0])[:13] == "2019-01-01T00"
    assert found.series["a"][0] == 0.5
    _, faults = read(tmp_path, "two.csv")
    assert (
        "has 17,520 hours, a year has 8,760 → give every hour of one year, or name the wanted one as time.year"
        in faults[0]
    )
    _, faults = read(tmp_path, "two.csv", year=2021)
    assert "has 0 hours of 2021, a year has 8,760" in faults[0]


def test_without_profiles_there_is_still_a_year(tmp_path):
    found, _ = read(tmp_path, year=2031)
    assert str(found.timestamps[0])[:13] == "2031-01-01T00"
    assert len(read(tmp_path)[0].timestamps) == 8760


def edited(line: int, text: str):
    def edit(lines):
        lines[line - 1] = text
        return lines

    return edit


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (lambda lines: lines[:-1], "x.csv: has 8,759 hours, a year has 8,760 → give every hour of one year"),
        (
            lambda lines: lines[:100] + lines[101:],
            "has 8,759 hours, a year has 8,760; after 2019-01-05 02:00 comes 2019-01-05 04:00",
        ),
        (
            lambda lines: [*lines[:100], lines[100], lines[100], *lines[102:]],
            "not one after the other: after 2019-01-05 03:00 comes 2019-01-05 03:00",
        ),
        (edited(5, "2019-01-01 03:00,"), "x.csv, row 5: column 'a': the cell is empty → give every hour a number"),
        (edited(5, "2019-01-01 03:00,nan"), "x.csv, row 5: column 'a': 'nan' is not a finite number"),
        (edited(5, "2019-01-01 03:00,inf"), "x.csv, row 5: column 'a': 'inf' is not a finite number"),
        (edited(5, "2019-01-01 03:00,1;2"), "x.csv, row 5: column 'a': '1;2' is not a finite number"),
        (
            lambda lines: lines[:4] + [line.split(",")[0] + ",x" for line in lines[4:]],
            "'x' is not a finite number, and 8756 more cells like it",
        ),
        (
            edited(5, "2019-13-01 03:00,1"),
            "x.csv, row 5: '2019-13-01 03:00' is not a time → write times such as 2019-01-01 00:00",
        ),
        (edited(5, "2019-01-01 03:00,1,2"), "x.csv, row 5: has 3 cells where the header has 2 → complete the row"),
        (edited(1, "hour,a"), "x.csv, row 1: the columns are hour, a → the first column must be 'time'"),
        (lambda lines: ["time,a,a"] + [line + ",1" for line in lines[1:]], "with different names"),
        (lambda lines: lines[:1], "x.csv: has no hours → give 8,760 hourly rows"),
        (lambda lines: [], "x.csv: is empty"),
    ],
)
def test_fault_of_a_csv(tmp_path, edit, expected):
    lines = frame().to_csv(index=False).splitlines()
    (tmp_path / "x.csv").write_text("".join(line + "\n" for line in edit(lines)))
    _, faults = read(tmp_path, "x.csv")
    assert len(faults) == 1
    assert expected in faults[0]


def test_leap_day_is_refused(tmp_path):
    frame("2020-01-01").to_csv(tmp_path / "x.csv", index=False)
    assert "x.csv: contains 29 February → give a year of 8,760 hours without 29 February" in read(tmp_path, "x.csv")[1]


def test_files_must_agree_and_not_repeat_names(tmp_path):
    frame().to_csv(tmp_path / "a.csv", index=False)
    frame().to_csv(tmp_path / "b.csv", index=False)
    frame("2018-01-01", c=np.ones(8760)).to_csv(tmp_path / "c.csv", index=False)
    _, faults = read(tmp_path, "*.csv", "d.csv", "e.txt", "none*.nc")
    assert [fault.split(" → ")[0] for fault in faults] == [
        "case.yaml: profiles: cannot find 'd.csv'",
        "case.yaml: profiles: 'e.txt' is neither .csv nor .nc",
        "case.yaml: profiles: cannot find 'none*.nc'",
        "b.csv: the profile 'a' is also in a.csv",
        "c.csv: begins at 2018-01-01 00:00, but a.csv at 2019-01-01 00:00",
    ]


def test_a_user_may_keep_profiles_elsewhere(tmp_path):
    (tmp_path / "case").mkdir()
    frame().to_csv(tmp_path / "mine.csv", index=False)
    found, faults = read(tmp_path / "case", "../mine.csv")
    assert faults == []
    assert "a" in found.series


def test_faults_of_a_netcdf(tmp_path):
    stamps = pd.date_range("2019-01-01", periods=8760, freq="h")
    values = np.ones(8760)
    values[5:7] = np.nan
    data = xr.Dataset({"a": ("time", values), "b": (("time", "x"), np.ones((8760, 2)))}, {"time": stamps})
    data.to_netcdf(tmp_path / "values.nc")
    xr.Dataset({"a": ("time", np.ones(8760))}).to_netcdf(tmp_path / "times.nc")
    (tmp_path / "broken.nc").write_bytes(b"no netCDF")
    _, faults = read(tmp_path, "values.nc", "times.nc", "broken.nc")
    assert "values.nc: the variable 'a' has no finite number at 2019-01-01 05:00, and at 1 more hours" in faults[0]
    assert "values.nc: the variable 'b' has other dimensions than time, or no numbers" in faults[1]
    assert "times.nc: has no coordinate 'time' with calendar times" in faults[2]
    assert "broken.nc: cannot be read as netCDF" in faults[3]
