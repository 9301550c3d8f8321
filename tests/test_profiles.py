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
YEARS = ["normal", "cold_dry", "wet_windy"]
WIND = ["wind_onshore_no2", "wind_offshore", "wind_floating"]
CAPACITY_FACTORS = [*WIND, "solar", "river_shape"]
PRICES = ["price_no2_shape", "price_norway_neighbour_shape", "price_continental_shape", "price_british_shape"]
TEMPERATURES = ["air_temperature", "sea_temperature"]
HABITS = ["traffic_shape", "port_calls_shape"]
SHAPES = ["inflow_shape", *PRICES, "load_no2_shape", "heat_shape", "steam_shape", *HABITS]
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
def years():
    """The committed profiles by weather year."""
    return {
        name: pd.read_csv(FOLDER / "profiles" / f"{name}.csv", index_col="time", parse_dates=True) for name in YEARS
    }


@pytest.fixture(scope="module")
def committed(years):
    """The committed profiles of the normal year."""
    return years["normal"]


@pytest.fixture(scope="module")
def comparison(generator, inputs, committed):
    """The two tables of the committed profiles against the measured figures."""
    return generator.compare(committed, inputs[0])


def run_script(name: str, *arguments: str) -> str:
    """Run a script of the case folder as a user would and return what it prints."""
    command = [sys.executable, str(FOLDER / name), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("year", YEARS)
def test_the_generator_reproduces_the_committed_files(generator, inputs, years, year):
    statistics, settings, weather_years = inputs
    assert list(weather_years) == YEARS
    built = generator.build_profiles(statistics, settings, weather_years[year])
    for columns, tolerance in ((TEMPERATURES, 1.01e-2), ([*CAPACITY_FACTORS, *SHAPES], LAST_DIGIT)):
        pd.testing.assert_frame_equal(built[columns], years[year][columns], rtol=0, atol=tolerance, check_freq=False)


@pytest.mark.parametrize("year", YEARS)
def test_a_file_holds_one_complete_year_within_physical_limits(generator, years, year):
    table = years[year]
    assert list(table.columns) == list(generator.COLUMNS)
    assert set(table.columns) == {*CAPACITY_FACTORS, *SHAPES, *TEMPERATURES}
    hours = pd.date_range("2030-01-01", periods=8760, freq="h")
    np.testing.assert_array_equal(table.index.to_numpy(), hours.to_numpy())
    assert np.isfinite(table).all(axis=None)
    assert table[CAPACITY_FACTORS].min(axis=None) >= 0
    assert table[CAPACITY_FACTORS].max(axis=None) <= 1
    assert table.drop(columns=[*PRICES, *TEMPERATURES]).min(axis=None) >= 0
    assert table[PRICES[:2]].min(axis=None) > 0, "no price in Norway was negative in the measured year"
    assert table[PRICES].min(axis=None) > -2
    assert table[SHAPES].max(axis=None) < 6
    assert table["air_temperature"].between(-25, 30).all()
    assert table["sea_temperature"].between(0, 18).all()
    assert (FOLDER / "profiles" / f"{year}.csv").stat().st_size < 1_200_000


def test_nights_are_dark_and_summer_noons_are_not(committed):
    solar = committed["solar"]
    assert (solar[solar.index.hour.isin([22, 23, 0, 1])] == 0).all()
    assert (solar[(solar.index.month == 6) & (solar.index.hour == 11)] > 0).all()


def test_means_equal_the_stated_ones(committed):
    means = committed.mean()
    assert means["wind_onshore_no2"] == pytest.approx(0.342, rel=0.01)
    assert means["wind_offshore"] == pytest.approx(0.493, rel=0.01)
    assert means["wind_floating"] == pytest.approx(0.413, rel=0.01)
    assert means["solar"] == pytest.approx(0.105, rel=0.01)
    assert means["river_shape"] == pytest.approx(0.48, abs=0.02)
    assert means["air_temperature"] == pytest.approx(6.5, abs=0.01)
    assert means["sea_temperature"] == pytest.approx(8.5, abs=0.01)
    np.testing.assert_allclose(means[SHAPES], 1, rtol=1e-3)


def test_a_cold_dry_year_is_colder_and_drier_than_a_wet_windy_one(years):
    normal, cold_dry, wet_windy = (years[name].mean() for name in YEARS)
    dearer_and_colder = [*PRICES, "load_no2_shape", "heat_shape", "steam_shape"]
    more_wind_water_and_warmth = [*WIND, "inflow_shape", "river_shape", *TEMPERATURES]
    assert (cold_dry[dearer_and_colder] > normal[dearer_and_colder]).all()
    assert (normal[dearer_and_colder] > wet_windy[dearer_and_colder]).all()
    assert (cold_dry[more_wind_water_and_warmth] < normal[more_wind_water_and_warmth]).all()
    assert (normal[more_wind_water_and_warmth] < wet_windy[more_wind_water_and_warmth]).all()
    assert cold_dry["solar"] > normal["solar"] > wet_windy["solar"]
    assert cold_dry["price_no2_shape"] == pytest.approx(1.3, abs=0.02)
    assert wet_windy["price_no2_shape"] == pytest.approx(0.78, abs=0.02)
    assert normal["air_temperature"] - cold_dry["air_temperature"] == pytest.approx(2, abs=0.2)


def test_habits_do_not_depend_on_the_weather(years):
    for name in YEARS[1:]:
        pd.testing.assert_frame_equal(years[name][HABITS], years["normal"][HABITS])


def test_weather_years_have_different_weather(years):
    for name in YEARS[1:]:
        for wind in WIND:
            assert abs(np.corrcoef(years[name][wind], years["normal"][wind])[0, 1]) < 0.3


def test_inflow_has_the_annual_volume_and_the_monthly_shares_of_its_source(generator, inputs, years):
    statistics, _, weather_years = inputs
    table = generator.compare_inflow(years, statistics, weather_years)
    np.testing.assert_allclose(table["mean"], [1.0, 100.7 / 122.5, 149.2 / 122.5], rtol=2e-3)
    np.testing.assert_allclose(table["mean"], table["mean measured"], rtol=1e-3)
    for name, weather in weather_years.items():
        months = statistics["inflow"]["courses"][weather.inflow["course"]]["monthly_mean"]
        by_month = years[name]["inflow_shape"].groupby(years[name].index.month).mean()
        np.testing.assert_allclose(by_month, weather.inflow["volume"] * np.array(months), rtol=0.01)
    # The mean of several years is smoother than a single year, which the synthetic one is like.
    np.testing.assert_allclose(table["deviation"], table["deviation measured"], rtol=0.06)
    np.testing.assert_allclose(table["lag 24"], table["lag 24 measured"], atol=0.02)
    np.testing.assert_allclose(table["lag 168"], table["lag 168 measured"], atol=0.12)
    assert (table["deviation"] > [0.483, 0, 0]).all()


@pytest.mark.parametrize("year", YEARS)
def test_rivers_follow_the_inflow_until_the_turbines_are_full(years, year):
    table = years[year]
    assert np.corrcoef(table["river_shape"], table["inflow_shape"])[0, 1] > 0.7
    full = table["river_shape"] == 1
    assert 0.01 < full.mean() < 0.3
    assert table.loc[full, "inflow_shape"].min() > 1


@pytest.mark.parametrize("year", YEARS)
def test_derived_prices_are_related_as_assumed(years, year):
    related = years[year][PRICES].corr()
    assert related.loc["price_no2_shape", "price_norway_neighbour_shape"] == pytest.approx(0.92, abs=0.04)
    assert related.loc["price_continental_shape", "price_british_shape"] == pytest.approx(0.65, abs=0.06)
    sorted_values = np.sort(years[year][PRICES].to_numpy(), axis=0)
    np.testing.assert_array_equal(sorted_values[:, 0], sorted_values[:, 1])
    np.testing.assert_array_equal(sorted_values[:, 2], sorted_values[:, 3])


@pytest.mark.parametrize("year", YEARS)
def test_temperatures_are_those_of_a_coast_in_southern_norway(years, year):
    table = years[year]
    air = table["air_temperature"].groupby(table.index.month).mean()
    sea = table["sea_temperature"].groupby(table.index.month).mean()
    assert air.idxmin() in (1, 2, 12)
    assert air.idxmax() in (7, 8)
    assert 14 < air[8] < 18
    assert air[1] < 1
    assert sea.idxmax() in (8, 9, 10), "water lags behind the air"
    assert sea.max() - sea.min() < 0.7 * (air.max() - air.min())
    assert table["sea_temperature"].diff().abs().max() < 0.1
    assert np.corrcoef(table["air_temperature"], table["heat_shape"])[0, 1] < -0.95
    july = table[table.index.month == 7]["air_temperature"]
    assert july.groupby(july.index.hour).mean().idxmax() == 13, "15 o'clock in summer time"


def test_trucks_drive_by_day_on_working_days_and_ships_call_on_weekdays(committed):
    traffic = committed["traffic_shape"].groupby([committed.index.day_of_week, committed.index.hour]).mean()
    assert traffic[0, 9] > 4 * traffic[0, 23]
    assert traffic[2, 9] > traffic[5, 9] > traffic[6, 9]
    by_month = committed["traffic_shape"].groupby(committed.index.month).mean()
    assert by_month.idxmin() == 7
    calls = committed["port_calls_shape"]
    by_weekday = calls.groupby(committed.index.day_of_week).mean()
    assert by_weekday[:5].mean() > by_weekday[6]
    assert calls.autocorr(1) > 0.9
    assert calls.max() < 4


def test_the_tables_of_the_page_match_the_committed_files(generator, inputs, years):
    statistics, _, weather_years = inputs
    page = (FOLDER / "PROFILES.md").read_text(encoding="utf-8")
    for name, text in generator.document_sections(years, statistics, weather_years).items():
        assert f"<!-- {name} -->\n{text}<!-- end -->" in page, f"run build_profiles.py to renew the table '{name}'"


def test_every_profile_is_on_the_page(generator):
    page = (FOLDER / "PROFILES.md").read_text(encoding="utf-8")
    assert [name for name in generator.COLUMNS if f"| `{name}` | " not in page] == []


def test_each_profile_has_the_measured_mean_spread_season_and_autocorrelation(comparison):
    table, _ = comparison
    np.testing.assert_allclose(table["mean"], table["mean measured"], rtol=0.01)
    np.testing.assert_allclose(table["deviation"], table["deviation measured"], rtol=0.05)
    assert (table["months"] > 0.9).all()
    assert (table["day"] < 0.12 * table["deviation"]).all()
    for lag, tolerance in ((1, 0.02), (24, 0.05), (168, 0.1)):
        np.testing.assert_allclose(table[f"lag {lag}"], table[f"lag {lag} measured"], rtol=0, atol=tolerance)


def test_profiles_are_correlated_as_measured(comparison):
    _, pairs = comparison
    np.testing.assert_allclose(pairs["synthetic"], pairs["measured"], rtol=0, atol=0.1)
    for wind in ("wind_onshore_no2", "wind_offshore"):
        for price in ("price_no2_shape", "price_continental_shape"):
            assert pairs.loc[f"{wind} / {price}", "synthetic"] < 0
    assert pairs.loc["price_no2_shape / load_no2_shape", "synthetic"] > 0.5
    assert [name for name in pairs.index if "wind_floating" in name] == ["wind_onshore_no2 / wind_floating"]


def test_prices_and_load_peak_by_day_and_rest_at_night_and_weekend(committed):
    for name in ("price_no2_shape", "price_continental_shape", "load_no2_shape"):
        by_hour = committed[name].groupby(committed.index.hour).mean()
        assert by_hour[7] > by_hour[12] > by_hour[1]
        assert by_hour[16] > by_hour[22]
        weekend = committed.index.day_of_week >= 5
        assert committed.loc[~weekend, name].mean() > committed.loc[weekend, name].mean()


def test_steam_is_nearly_flat(committed):
    assert committed["steam_shape"].std() < 0.05
    assert committed["steam_shape"].between(0.85, 1.15).all()


def test_another_seed_gives_other_weather_with_the_same_statistics(generator, inputs, committed):
    statistics, settings, weather_years = inputs
    other = generator.build_profiles(statistics, settings, replace(weather_years["normal"], seed=7))
    assert abs(np.corrcoef(other["wind_offshore"], committed["wind_offshore"])[0, 1]) < 0.3
    np.testing.assert_allclose(other.mean(), committed.mean(), rtol=0.02)
    calibrated = list(statistics["profiles"])
    np.testing.assert_allclose(other[calibrated].std(), committed[calibrated].std(), rtol=0.01)


def test_a_weather_year_shifts_and_scales_profiles_in_the_months_it_names(generator, inputs, committed):
    statistics, settings, weather_years = inputs
    winter = [0.8, 0.8, *[0.0] * 9, 0.8]
    other = replace(
        weather_years["normal"],
        shift={"wind_onshore_no2": winter, "wind_offshore": -0.3},
        scale={"heat_shape": [1.2, 1.2, *[1.0] * 9, 1.2], "price_continental_shape": 1.5},
    )
    changed = generator.build_profiles(statistics, settings, other)
    wind = (changed["wind_onshore_no2"] - committed["wind_onshore_no2"]).groupby(committed.index.month).mean()
    assert wind[1] > 0.1
    assert abs(wind[7]) < 0.02
    assert changed["wind_offshore"].mean() < committed["wind_offshore"].mean() - 0.05
    heat = (changed["heat_shape"] / committed["heat_shape"]).groupby(committed.index.month).mean()
    assert heat[1] == pytest.approx(1.2, abs=0.01)
    assert heat[7] == pytest.approx(1, abs=0.01)
    cooler = committed["air_temperature"] - changed["air_temperature"]
    assert cooler.groupby(committed.index.month).mean()[1] == pytest.approx(14.5 * 0.2 * 1.55, abs=0.3)
    for price in PRICES[2:]:
        np.testing.assert_allclose(changed[price], 1.5 * committed[price], atol=2e-4)
    same = ["solar", *PRICES[:2], "inflow_shape", "river_shape", *HABITS]
    pd.testing.assert_frame_equal(changed[same], committed[same], rtol=0, atol=LAST_DIGIT, check_freq=False)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"shift": {"wind": 1.0}}, r"shifts unknown profiles \['wind'\]; there are \['wind_onshore_no2'"),
        ({"shift": {"river_shape": 1.0}}, r"shifts unknown profiles \['river_shape'\]"),
        (
            {"scale": {"wind_offshore": 1.1}},
            r"scales unknown profiles \['wind_offshore'\]; there are \['price_no2_shape'",
        ),
        ({"inflow": {"course": "dry", "volume": 1.0}}, r"no course of inflow 'dry'; there are \['mean', 'dry2010'"),
    ],
)
def test_a_weather_year_may_only_change_existing_profiles(generator, inputs, change, message):
    statistics, settings, weather_years = inputs
    with pytest.raises(ValueError, match=message):
        generator.build_profiles(statistics, settings, replace(weather_years["normal"], **change))


def test_a_leap_year_is_refused(generator):
    with pytest.raises(ValueError, match="2028 is a leap year"):
        generator.Calendar.of_year(2028)


def test_a_monthly_curve_has_the_requested_means(generator):
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


def write_as_measured(calibration, table: pd.DataFrame, folder: Path) -> None:
    """Write synthetic profiles as the files that the calibration reads."""
    names = [name for name in calibration.SOURCES if name != "wind_floating"]
    measured = table[names].rename(columns={name: calibration.SOURCES[name].column for name in names})
    for column, _ in calibration.INFLOW.values():
        measured[column] = table["inflow_shape"] / 8760
    measured.index = measured.index.tz_localize("UTC").rename("time_utc")
    measured.to_csv(folder / calibration.MEASURED_FILE)
    floating = dict.fromkeys(calibration.FLOATING_COLUMNS, table["wind_floating"] / calibration.DERATING)
    wind = pd.DataFrame({calibration.ONSHORE_COLUMN: table["wind_onshore_no2"], **floating})
    wind.to_csv(folder / calibration.WIND_FILE)


def test_calibration_recovers_the_settings_of_the_generator(generator, inputs, committed, tmp_path):
    calibration = importlib.import_module("calibrate_profiles")
    write_as_measured(calibration, committed, tmp_path)
    run_script("calibrate_profiles.py", str(tmp_path), "--out", str(tmp_path / "figures.yaml"))
    figures = generator.yaml.safe_load((tmp_path / "figures.yaml").read_text(encoding="utf-8"))
    statistics, settings, weather_years = inputs
    again = generator.build_profiles(figures, settings, weather_years["normal"])
    table, pairs = generator.compare(again, figures)
    np.testing.assert_allclose(table["deviation"], table["deviation measured"], rtol=0.05)
    np.testing.assert_allclose(table["lag 1"], table["lag 1 measured"], rtol=0, atol=0.03)
    np.testing.assert_allclose(pairs["synthetic"], pairs["measured"], rtol=0, atol=0.1)
    inflow, found = statistics["inflow"], figures["inflow"]
    assert found["deviation"] == pytest.approx(inflow["deviation"], rel=0.15)
    assert found["time_constant"] in (72, 96, 120)
    np.testing.assert_allclose(
        found["courses"]["mean"]["monthly_mean"], inflow["courses"]["mean"]["monthly_mean"], rtol=0.01
    )


def test_one_weather_year_is_written_and_compared(generator, inputs, years, tmp_path):
    file = tmp_path / "profiles.csv"
    printed = run_script("build_profiles.py", "--weather-year", "cold_dry", "--out", str(file))
    assert "mean measured" in printed
    assert "wind_offshore / price_no2_shape" in printed
    assert "seed 2044" in printed
    written = pd.read_csv(file, index_col="time", parse_dates=True)
    pd.testing.assert_frame_equal(written, years["cold_dry"], rtol=0, atol=1.01e-2)
    page = (FOLDER / "PROFILES.md").stat().st_mtime_ns
    generator.write_one(replace(inputs[2]["normal"], seed=7), file)
    assert (FOLDER / "PROFILES.md").stat().st_mtime_ns == page
    other = pd.read_csv(file, index_col="time", parse_dates=True)
    assert abs(np.corrcoef(other["wind_offshore"], years["normal"]["wind_offshore"])[0, 1]) < 0.3


def test_all_weather_years_and_their_tables_are_written_together(generator, years, tmp_path, monkeypatch):
    page = tmp_path / "PROFILES.md"
    page.write_text((FOLDER / "PROFILES.md").read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(generator, "PROFILE_FOLDER", tmp_path)
    monkeypatch.setattr(generator, "DOCUMENT", page)
    generator.write_all(ranges=False)
    for name in YEARS:
        written = pd.read_csv(tmp_path / f"{name}.csv", index_col="time", parse_dates=True)
        pd.testing.assert_frame_equal(written, years[name], rtol=0, atol=1.01e-2)
    assert "normal.csv" in page.read_text(encoding="utf-8")


def test_a_seed_without_a_weather_year_is_refused(generator):
    with pytest.raises(subprocess.CalledProcessError) as caught:
        run_script("build_profiles.py", "--seed", "7")
    assert "--seed and --out need --weather-year" in caught.value.stderr


def test_a_page_without_markers_is_refused(generator, tmp_path):
    page = tmp_path / "PROFILES.md"
    page.write_text("<!-- comparison -->\nold\n<!-- end -->\nend\n")
    generator.write_section(page, "comparison", "new\n")
    assert page.read_text() == "<!-- comparison -->\nnew\n<!-- end -->\nend\n"
    with pytest.raises(ValueError, match=r"PROFILES\.md needs the marks <!-- inflow --> and <!-- end --> once"):
        generator.write_section(page, "inflow", "new\n")
