"""The profile generator of the Grenland case: repeatable, and like the measured series in the figures that matter."""

import importlib
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

FOLDER = Path(__file__).resolve().parents[1] / "inputs" / "grenland"
COLUMNS = [
    "wind_onshore_no2",
    "wind_offshore",
    "solar",
    "electricity_price_shape",
    "load_no2_shape",
    "heat_shape",
    "steam_shape",
]
# Half a step of rounding either way: the last digit may differ between platforms.
LAST_DIGIT = 1.01e-4


@pytest.fixture(scope="module")
def generator():
    """The module build_profiles, which lies with the case and not in the package."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(FOLDER))
        yield importlib.import_module("build_profiles")


@pytest.fixture(scope="module")
def inputs(generator):
    """The committed statistics, settings and weather years."""
    return generator.read_inputs()


@pytest.fixture(scope="module")
def committed():
    """The committed profiles."""
    return pd.read_csv(FOLDER / "profiles" / "grenland.csv", index_col="time", parse_dates=True)


@pytest.fixture(scope="module")
def comparison(generator, inputs, committed):
    """The two tables of the committed profiles against the measured figures."""
    return generator.compare(committed, inputs[0])


def run_script(name: str, *arguments: str) -> str:
    """Run a script of the case folder as a user would and return what it prints."""
    command = [sys.executable, str(FOLDER / name), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_the_committed_file_is_what_the_generator_makes(generator, inputs, committed):
    statistics, settings, years = inputs
    built = generator.build_profiles(statistics, settings, years["normal"])
    pd.testing.assert_frame_equal(built, committed, rtol=0, atol=LAST_DIGIT, check_freq=False)


def test_the_file_is_one_complete_year_within_physical_limits(committed):
    assert list(committed.columns) == COLUMNS
    hours = pd.date_range("2030-01-01", periods=8760, freq="h")
    np.testing.assert_array_equal(committed.index.to_numpy(), hours.to_numpy())
    assert committed.notna().all(axis=None)
    factors = committed[["wind_onshore_no2", "wind_offshore", "solar"]]
    assert factors.min(axis=None) >= 0
    assert factors.max(axis=None) <= 1
    assert committed.min(axis=None) >= 0
    assert (FOLDER / "profiles" / "grenland.csv").stat().st_size < 700_000


def test_nights_are_dark_and_summer_noons_are_not(committed):
    solar = committed["solar"]
    assert (solar[solar.index.hour.isin([22, 23, 0, 1])] == 0).all()
    assert (solar[(solar.index.month == 6) & (solar.index.hour == 11)] > 0).all()


def test_means_are_the_stated_ones(committed):
    means = committed.mean()
    assert means["wind_onshore_no2"] == pytest.approx(0.342, rel=0.01)
    assert means["wind_offshore"] == pytest.approx(0.493, rel=0.01)
    assert means["solar"] == pytest.approx(0.105, rel=0.01)
    shapes = [name for name in COLUMNS if name.endswith("_shape")]
    np.testing.assert_allclose(means[shapes], 1, rtol=1e-3)


def test_each_profile_has_the_measured_mean_spread_season_and_memory(comparison):
    table, _ = comparison
    np.testing.assert_allclose(table["mean"], table["mean measured"], rtol=0.01)
    np.testing.assert_allclose(table["deviation"], table["deviation measured"], rtol=0.05)
    assert (table["months"] > 0.95).all()
    for lag, tolerance in ((1, 0.02), (24, 0.05), (168, 0.1)):
        np.testing.assert_allclose(table[f"lag {lag}"], table[f"lag {lag} measured"], rtol=0, atol=tolerance)


def test_profiles_are_related_as_the_measured_ones_are(comparison):
    _, pairs = comparison
    np.testing.assert_allclose(pairs["synthetic"], pairs["measured"], rtol=0, atol=0.1)
    for wind in ("wind_onshore_no2", "wind_offshore"):
        assert pairs.loc[f"{wind} / electricity_price_shape", "synthetic"] < 0
    assert pairs.loc["electricity_price_shape / load_no2_shape", "synthetic"] > 0.5


def test_prices_and_load_peak_by_day_and_rest_at_night_and_weekend(committed):
    for name in ("electricity_price_shape", "load_no2_shape"):
        by_hour = committed[name].groupby(committed.index.hour).mean()
        assert by_hour[7] > by_hour[12] > by_hour[1]
        assert by_hour[16] > by_hour[22]
        weekend = committed.index.day_of_week >= 5
        assert committed.loc[~weekend, name].mean() > committed.loc[weekend, name].mean()


def test_steam_is_nearly_flat(committed):
    assert committed["steam_shape"].std() < 0.05
    assert committed["steam_shape"].between(0.85, 1.15).all()


def test_another_seed_is_other_weather_of_the_same_kind(generator, inputs, committed):
    statistics, settings, years = inputs
    other = generator.build_profiles(statistics, settings, replace(years["normal"], seed=7))
    assert abs(np.corrcoef(other["wind_offshore"], committed["wind_offshore"])[0, 1]) < 0.3
    np.testing.assert_allclose(other.mean(), committed.mean(), rtol=0.01)
    np.testing.assert_allclose(other[COLUMNS[:6]].std(), committed[COLUMNS[:6]].std(), rtol=0.01)


def test_a_weather_year_shifts_profiles_in_the_months_it_names(generator, inputs, committed):
    statistics, settings, years = inputs
    cold_winter = [0.8, 0.8, *[0.0] * 9, 0.8]
    cold = replace(years["normal"], shift={"heat_shape": cold_winter, "wind_offshore": -0.3})
    shifted = generator.build_profiles(statistics, settings, cold)
    heat = (shifted["heat_shape"] - committed["heat_shape"]).groupby(committed.index.month).mean()
    assert heat[1] > 0.1
    assert abs(heat[7]) < 0.02
    assert shifted["wind_offshore"].mean() < committed["wind_offshore"].mean() - 0.05
    pd.testing.assert_series_equal(shifted["solar"], committed["solar"], rtol=0, atol=LAST_DIGIT, check_freq=False)


def test_a_weather_year_may_only_shift_profiles_that_exist(generator, inputs):
    statistics, settings, years = inputs
    with pytest.raises(ValueError, match=r"unknown profiles \['wind'\]; there are \['wind_onshore_no2'"):
        generator.build_profiles(statistics, settings, replace(years["normal"], shift={"wind": 1.0}))


def test_a_leap_year_is_refused(generator):
    with pytest.raises(ValueError, match="2028 is a leap year"):
        generator.Calendar.of_year(2028)


def test_monthly_curve_has_the_means_asked_for(generator):
    calendar = generator.Calendar.of_year(2030)
    means = np.array([3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0, 5.0, 3.0, 5.0, 8.0])
    np.testing.assert_allclose(calendar.monthly_mean(calendar.monthly_curve(means)), means, rtol=1e-12)


def test_sunlight_follows_latitude_and_longitude(generator):
    calendar = generator.Calendar.of_year(2030)
    grenland = calendar.sunlight(latitude=59.1, longitude=9.7, tilt=0.0)
    by_month = calendar.monthly_mean(grenland)
    assert by_month.argmax() == 5
    assert by_month.argmin() == 11
    # On 21 June the sun stands 90 - 59.1 + 23.4 degrees high at noon, 39 minutes before 12 UTC at 9.7 degrees east.
    june = grenland[171 * 24 : 172 * 24]
    assert june.argmax() == 11
    assert june.max() == pytest.approx(np.sin(np.radians(54.3)) + np.sin(np.radians(1)), abs=0.01)


def test_calibration_finds_again_what_the_generator_put_in(generator, inputs, committed, tmp_path):
    calibration = importlib.import_module("calibrate_profiles")
    measured = committed[COLUMNS[:6]].rename(columns={name: s.column for name, s in calibration.SOURCES.items()})
    measured.index = measured.index.tz_localize("UTC").rename("time_utc")
    measured.to_csv(tmp_path / calibration.MEASURED_FILE)
    run_script("calibrate_profiles.py", str(tmp_path), "--out", str(tmp_path / "figures.yaml"))
    figures = generator.yaml.safe_load((tmp_path / "figures.yaml").read_text(encoding="utf-8"))
    _, settings, years = inputs
    again = generator.build_profiles(figures, settings, years["normal"])
    table, pairs = generator.compare(again, figures)
    np.testing.assert_allclose(table["deviation"], table["deviation measured"], rtol=0.05)
    np.testing.assert_allclose(table["lag 1"], table["lag 1 measured"], rtol=0, atol=0.03)
    np.testing.assert_allclose(pairs["synthetic"], pairs["measured"], rtol=0, atol=0.1)


def test_the_command_writes_the_file_and_prints_the_comparison(committed, tmp_path):
    printed = run_script("build_profiles.py", "--out", str(tmp_path / "profiles.csv"))
    assert "mean measured" in printed
    assert "wind_offshore / electricity_price_shape" in printed
    written = pd.read_csv(tmp_path / "profiles.csv", index_col="time", parse_dates=True)
    pd.testing.assert_frame_equal(written, committed, rtol=0, atol=LAST_DIGIT)
