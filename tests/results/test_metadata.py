"""Results and inputs describe themselves: long names, units, texts, and the versions that made them."""

from __future__ import annotations

import pytest
import xarray as xr
from metadata import silences

import h2model
from h2model.case.coordinates import unit_of_labels, with_meaning
from h2model.engine.labelled import Dimension
from h2model.results.netcdf_file import write_netcdf


@pytest.fixture(scope="module")
def written(small_year, tmp_path_factory) -> dict[str, xr.Dataset]:
    """Inputs and results of the case that has one of each kind, as they come back from their files."""
    folder = tmp_path_factory.mktemp("files")
    found = {}
    for name, data in {"inputs": small_year, "results": h2model.solve(small_year)}.items():
        write_netcdf(data, folder / f"{name}.nc")
        found[name] = xr.load_dataset(folder / f"{name}.nc", engine="netcdf4")
    return found


@pytest.mark.parametrize("name", ["inputs", "results"])
def test_every_variable_has_a_long_name_and_a_unit(written, name):
    assert list(silences(written[name])) == []


def test_a_variable_without_attributes_fails():
    found = silences(xr.Dataset({"flow": ("time", [1.0])}, {"time": [0]}))
    assert list(found) == ["flow has no long name", "flow has no units", "time has no long name", "time has no units"]


def test_coordinates_follow_the_climate_and_forecast_conventions_where_these_have_a_name(written):
    results = written["results"]
    assert results["latitude"].attrs["units"] == "degrees_north"
    assert results["latitude"].attrs["standard_name"] == "latitude"
    assert results["timestamp"].attrs["standard_name"] == "time"
    assert results["period"].attrs == {"long_name": "investment years", "units": "year"}


def test_labels_of_numbers_are_years_where_they_are_periods():
    names = ("capped_period", "retirable_vintage_vintage", "curve_segment_segment", "ramping_time")
    assert [unit_of_labels(name) for name in names] == ["year", "year", "1", "1"]


def test_a_coordinate_without_a_long_name_is_refused():
    with pytest.raises(KeyError, match="colour"):
        with_meaning({"colour": ("plant", ["red"])})


def test_results_name_the_packages_they_were_made_with_and_the_files_they_were_made_from(written):
    attrs = written["results"].attrs
    assert attrs["source"].startswith(f"h2model {attrs['h2model_version']} with pyomo ")
    assert all(f"{name} " in attrs["source"] for name in ("highspy", "numpy", "xarray", "python"))
    assert '"case.yaml": "' in attrs["input_files"]


def test_labels_of_no_entries_are_words():
    coordinates = Dimension("capped", (), ("capped_cap", "capped_period"), "caps and the periods they limit")
    assert [values.dtype.kind for _, values, _ in coordinates.coordinates().values()] == ["U", "U"]
