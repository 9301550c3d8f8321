"""Weather years: a word of the scenario that picks the profile files of the case."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from case_declarations import PARAMETERS
from tiny_case import swap, tiny_profiles, tiny_scenario, write_tiny_case

from h2model.case import Scenario, load_case, read_scenario
from h2model.errors import InputError

ENTRY = "profiles/{weather_year}.csv"


def calm_profiles() -> str:
    """The profiles of the tiny case with half the wind."""
    header, *rows = tiny_profiles().splitlines()
    cells = (row.split(",") for row in rows)
    return "\n".join([header, *(f"{t},{float(w) / 2:.4f},{p},{s}" for t, w, p, s in cells)]) + "\n"


def write_weather_case(folder, entries: str = f'["{ENTRY}"]', own: str | None = "normal", **files: str):
    """The tiny case with a file per weather year (`normal` and `calm`), which picks `own` unless the scenario does."""
    line = "profiles: [profiles/*.csv]\n"
    named = f"weather_year: {own}\n" if own else ""
    edits = {
        "case.yaml": swap(line, f"profiles: {entries}\n{named}"),
        "profiles/hourly.csv": None,
        "profiles/normal.csv": tiny_profiles(),
        "profiles/calm.csv": calm_profiles(),
        **{f"profiles/{name}.csv": text for name, text in files.items()},
    }
    return write_tiny_case(folder, edits)


def load(folder, weather_year: str | int | None = None) -> xr.Dataset:
    named = {} if weather_year is None else {"weather_year": weather_year}
    return load_case(tiny_scenario(folder, time={"resolution": "1752h", **named}), PARAMETERS)


def faults_of(folder, weather_year: str | None = None) -> list[str]:
    with pytest.raises(InputError) as caught:
        load(folder, weather_year)
    return [str(fault) for fault in caught.value.faults]


def test_the_weather_year_of_the_scenario_goes_before_that_of_the_case(tmp_path):
    folder = write_weather_case(tmp_path)
    normal, calm = load(folder), load(folder, "calm")
    assert (normal.attrs["weather_year"], calm.attrs["weather_year"]) == ("normal", "calm")
    wind = {"plant": "wind_park"}
    np.testing.assert_allclose(calm["availability"].sel(wind), normal["availability"].sel(wind) / 2, atol=1e-4)
    xr.testing.assert_identical(normal["price"], calm["price"])
    assert load(write_weather_case(tmp_path / "none", own=None), "calm").attrs["weather_year"] == "calm"


def test_a_case_without_weather_years_says_so(tmp_path):
    assert load(write_tiny_case(tmp_path)).attrs["weather_year"] == ""


def test_the_weather_year_can_be_set_like_any_other_data(tmp_path):
    folder = write_weather_case(tmp_path)
    scenario = read_scenario(tiny_scenario(folder), {"time.weather_year": "calm"})
    assert scenario.time.weather_year == "calm"
    assert Scenario.from_text(scenario.to_text()).time.weather_year == "calm"
    back = read_scenario(scenario, {"time.weather_year": ""})
    assert back.time.weather_year is None, "nothing behind the key means the weather year of the case"


def test_a_calendar_year_is_a_word_here(tmp_path):
    folder = write_weather_case(tmp_path, own="2010", **{"2010": tiny_profiles(), "2011": calm_profiles()})
    assert load(folder).attrs["weather_year"] == "2010"
    scenario = read_scenario(tiny_scenario(folder), {"time.weather_year": "2011"})
    assert load_case(scenario, PARAMETERS).attrs["weather_year"] == "2011"


def test_weather_years_stand_beside_other_profiles(tmp_path):
    other = "".join(line.replace("wind,price,steam", "tide,toll,fog") + "\n" for line in tiny_profiles().splitlines())
    entries = f'["{ENTRY}", profiles/other/*.csv, "wind/{{weather_year}}/{{weather_year}}_*.csv"]'
    folder = write_weather_case(tmp_path, entries, **{"other/first": other})
    for year in ("normal", "calm"):
        (folder / "wind" / year).mkdir(parents=True)
        (folder / "wind" / year / f"{year}_low.csv").write_text(other.replace("tide,toll,fog", "a,b,c"))
    (folder / "wind" / "calm" / "normal_low.csv").write_text("never read")
    assert load(folder, "calm").attrs["weather_year"] == "calm"


def test_fault_of_a_weather_year_that_nobody_names(tmp_path):
    assert faults_of(write_weather_case(tmp_path, own=None)) == [
        f"case.yaml, line 6: profiles: '{ENTRY}' needs a weather year; the weather years are calm, normal → "
        "set one as weather_year in case.yaml or as time.weather_year in the scenario"
    ]


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("clam", "did you mean 'calm'?"),
        ("Normal", "did you mean 'normal'?"),
        ("wet_2011", "use one of: calm, normal"),
        ("../profiles/calm", "use one of: calm, normal"),
        ("*", "use one of: calm, normal"),
    ],
)
def test_fault_of_a_weather_year_without_a_file(tmp_path, name, remedy):
    folder = write_weather_case(tmp_path)
    problem = f"cannot find 'profiles/{name}.csv'; the weather years are calm, normal"
    found = faults_of(folder, name)
    assert len(found) == 1
    assert found[0].startswith(f"test.yaml: time.weather_year: {problem} → ")
    if not name.startswith("../"):
        assert found[0].endswith(remedy)


def test_fault_of_the_weather_year_of_the_case(tmp_path):
    assert faults_of(write_weather_case(tmp_path, own="clam")) == [
        "case.yaml, line 7: weather_year: cannot find 'profiles/clam.csv'; the weather years are calm, normal → "
        "did you mean 'calm'?"
    ]


def test_a_weather_year_needs_a_file_for_every_entry_and_other_faults_come_along(tmp_path):
    folder = write_weather_case(tmp_path, f'["{ENTRY}", "wind/{{weather_year}}.csv", missing.csv]')
    assert faults_of(folder, "calm") == [
        "test.yaml: time.weather_year: cannot find 'wind/calm.csv'; the weather years are none → declare it first",
        "case.yaml, line 6: profiles: cannot find 'missing.csv' → correct the path; it starts at the case folder",
    ]


def test_fault_of_a_weather_year_without_effect(tmp_path):
    plain = write_tiny_case(tmp_path)
    effect = "the weather year 'calm' has no effect: no profiles entry of case.yaml contains {weather_year} → "
    remedy = "leave it out, or write an entry such as profiles/{weather_year}.csv"
    assert faults_of(plain, "calm") == [f"test.yaml: time.weather_year: {effect}{remedy}"]
    own = write_tiny_case(tmp_path / "own", {"case.yaml": lambda text: text + "weather_year: calm\n"})
    assert faults_of(own) == [f"case.yaml, line 9: weather_year: {effect}{remedy}"]


def test_an_absolute_path_finds_no_weather_year(tmp_path):
    folder = write_weather_case(tmp_path, '["/elsewhere/{weather_year}.csv"]')
    assert "cannot find '/elsewhere/calm.csv'; the weather years are none" in faults_of(folder, "calm")[0]


@pytest.mark.parametrize("text", ["[calm]", "true"])
def test_a_weather_year_is_one_word(tmp_path, text):
    with pytest.raises(InputError) as caught:
        read_scenario(tiny_scenario(tmp_path), {"time.weather_year": text})
    assert "time.weather_year: input should be a valid string" in str(caught.value.faults[0])
