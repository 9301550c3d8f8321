"""Make `profile_statistics.yaml` from a folder of measured series: nobody has to trust the committed file.

The folder holds `no2_case_year_2017.csv` (a column `time_utc` and those named in SOURCES and INFLOW) and
`nve_wind_no2_2019.csv` (`time`, FLOATING_COLUMNS and ONSHORE_COLUMN), 8,760 rows each; the second is laid on the
calendar of the first. The measured series themselves stay where they are; only figures about them are written.

Usage: python inputs/grenland/calibrate_profiles.py MEASURED_FOLDER [--out FILE]
"""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from build_profiles import (
    HOURS,
    LAGS,
    SEASONS,
    STATISTICS_FILE,
    Calendar,
    autocorrelation,
    draw_process,
)
from scipy.stats import norm

MEASURED_FILE = "no2_case_year_2017.csv"
WIND_FILE = "nve_wind_no2_2019.csv"
# The modelled series of NVE know no wakes, outages or losses: rule of thumb, 10 % off.
DERATING = 0.9
FLOATING_COLUMNS = ["cf_utsira", "cf_karmoy_hywind"]
ONSHORE_COLUMN = "cf_onshore_no2"
# Columns of the second file, as they are called beside those of the first.
FLOATING, ONSHORE_THEN = "floating_2019", "onshore_2019"
# Courses of inflow by name. The series hold shares of their own year's inflow, so each has a mean of 1 here.
INFLOW = {
    "mean": ("inflow_share_mean", "reservoir inflow of price zone NO2, mean of several years"),
    "dry2010": ("inflow_share_dry2010", "reservoir inflow of price zone NO2 in 2010, a dry year"),
    "wet2011": ("inflow_share_wet2011", "reservoir inflow of price zone NO2 in 2011, a wet year"),
}
# Hours; one of these describes how the inflow of a day departs from the course of its months.
INFLOW_TIME_CONSTANTS = (12, 24, 36, 48, 60, 72, 96, 120, 168)
INFLOW_LAGS = (24, 48, 72, 120, 168, 240)
# Ends of the distributions in detail: a price peak of four times the mean sits within the last thousandth.
TAIL = (0.0, 0.0002, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025)
PROBABILITIES = np.array([*TAIL, *np.arange(0.05, 0.96, 0.05), *(1 - np.array(TAIL[::-1]))]).round(4)
# Time constant and period in hours. The periodic ones let the shape of the day vary from day to day.
PROCESSES = ((1, None), (3, None), (8, None), (24, None), (72, None), (240, None), (48, 24), (48, 12))
# Sunlight below which the clearness is not calibrated: small numbers over small numbers.
DAWN = 0.05
SAMPLES, SAMPLE_SEED = 48, 1
FITTED_LAGS = np.array([0, 1, 2, 3, 4, 6, 9, 12, 18, 24, 36, 48, 72, 96, 120, 168, 240, 336])
# Lag 0 sets the correlations between profiles and lag 1 the hourly ramps, so they weigh more in the fit.
LAG_WEIGHTS = np.where(FITTED_LAGS <= 1, 5.0, 1.0)
FIT_ROUNDS = 400
# ASSUMPTION: heat (2015) and load (2017) are of different years, which hides that a cold spell raises both.
# The noise of the two is given this correlation; the seasons, which carry most of it, are measured.
HEAT_LOAD_CORRELATION = 0.5
HEADER = """\
# Figures of the measured hourly series, made by calibrate_profiles.py from MEASURED_FOLDER, not by hand.
# Read by build_profiles.py. Explained, with sources and limits, in PROFILES.md.
# mean, standard_deviation, monthly_mean, hourly_mean (by hour of the day, UTC), autocorrelation (by lag in hours),
#   cross_correlation (null where the two were not measured together): of the series itself, in the unit of the
#   profile; the build compares the synthetic profile with them.
# quantiles: at `probabilities`; of solar over the hours of daylight only.
# clearness_quantiles: solar per sunlight of a clear hour (which follows from latitude, longitude and tilt).
# score: normal score (the standard normal number of equal rank), of solar that of its clearness: its means by
#   month, its course over the day by season (24 hours of Norwegian clock time; two lists are working day and
#   weekend), and the standard deviation of the rest by month.
# noise: that rest as a sum of processes (time constant and period in hours) with covariances between the
#   profiles, in the order of `profiles`; correlation within the hour.
# inflow: courses of three years, each relative to its own mean; deviation and time constant (hours) of the
#   logarithm of single years around the course of their months.
"""


@dataclass(frozen=True)
class Series:
    """A measured series: its column, where it comes from, and how it becomes a profile."""

    column: str
    source: str
    mean_one: bool = False
    weekdays: bool = False
    sun: Mapping[str, float] | None = None


SOURCES = {
    "wind_onshore_no2": Series(
        "cf_wind_onshore_no2",
        "onshore wind production of price zone NO2, 2017, per inferred capacity",
    ),
    "wind_offshore": Series(
        "cf_wind_offshore_dk1proxy",
        "offshore wind production of price zone DK1 (Denmark west), 2017, per capacity; a proxy",
    ),
    "wind_floating": Series(
        FLOATING,
        "mean of the modelled wind production at Utsira and Karmøy, NVE, 2019 laid on the calendar, less 10 %",
    ),
    "solar": Series(
        "cf_pv_dk1proxy",
        "solar production of price zone DK1 (Denmark west), 2017, per capacity; a proxy",
        # Middle of Jutland; the tilt is an assumption, and what it gets wrong ends up in the clearness.
        sun={"latitude": 56.0, "longitude": 9.2, "tilt": 35.0},
    ),
    "price_no2_shape": Series(
        "price_no2_eur_mwh",
        "day-ahead price of price zone NO2, 2017, divided by its mean",
        mean_one=True,
        weekdays=True,
    ),
    "price_continental_shape": Series(
        "price_dk1_eur_mwh",
        "day-ahead price of price zone DK1 (Denmark west), 2017, divided by its mean; a proxy for its neighbours, too",
        mean_one=True,
        weekdays=True,
    ),
    "load_no2_shape": Series(
        "load_no2_mw",
        "electricity load of price zone NO2, 2017, divided by its mean",
        mean_one=True,
        weekdays=True,
    ),
    "heat_shape": Series(
        "heat_share_2015",
        "hourly share of the annual heat demand, 2015 laid on the calendar, divided by its mean",
        mean_one=True,
    ),
}


def rounded(values: np.ndarray | float, decimals: int = 4) -> list | float:
    """Return plain numbers that YAML writes short."""
    return np.round(np.asarray(values, dtype=float), decimals).tolist()


def profile_quantiles(series: np.ndarray) -> np.ndarray:
    """Return the quantiles, scaled by less than 1 % so that the lines between them keep the series' mean."""
    quantiles = np.quantile(series, PROBABILITIES)
    ranks = (np.arange(len(series)) + 0.5) / len(series)
    return quantiles * series.mean() / np.interp(ranks, PROBABILITIES, quantiles).mean()


def normal_score(series: np.ndarray, quantiles: np.ndarray) -> np.ndarray:
    """Return the standard normal number of equal rank; the ends of the distribution stay finite.

    A value that many hours share, such as full load, takes the middle of their ranks.
    """
    steps = np.arange(len(quantiles)) * 1e-9
    ascending = np.maximum.accumulate(quantiles)
    low, high = (np.interp(series, ascending + side, PROBABILITIES) for side in (steps, steps - steps[-1]))
    probability = (low + high) / 2
    return norm.ppf(np.clip(probability, 0.5 / HOURS, 1 - 0.5 / HOURS))


def diurnal_shapes(calendar: Calendar, score: np.ndarray, weekdays: bool) -> dict[str, list[list[float]]]:
    """Return the mean score by season and hour of the clock, of every day or of working days and weekends.

    Hours without a score (NaN, solar at night) count 0.
    """
    day_type = calendar.weekend if weekdays else np.zeros(HOURS, dtype=int)
    hour = calendar.clock.hour.to_numpy()
    shapes = {}
    for position, season in enumerate(SEASONS):
        table = np.zeros((day_type.max() + 1, 24))
        for kind, clock_hour in np.ndindex(table.shape):
            chosen = (calendar.season == position) & (day_type == kind) & (hour == clock_hour)
            values = score[chosen & ~np.isnan(score)]
            table[kind, clock_hour] = values.mean() if len(values) else 0.0
        shapes[season] = rounded(table)
    return shapes


def season_and_day(calendar: Calendar, score: np.ndarray, weekdays: bool) -> tuple[dict, np.ndarray]:
    """Split a score (NaN at night) into months, day shapes and deviation; return these and the noise left."""
    by_month = [np.nanmean(score[calendar.month == month]) for month in range(12)]
    rest = score - calendar.monthly_curve(np.array(by_month))
    shapes = diurnal_shapes(calendar, rest, weekdays)
    rest = rest - calendar.diurnal_curve(shapes)
    deviation = [np.nanstd(rest[calendar.month == month]) for month in range(12)]
    noise = rest / calendar.monthly_curve(np.array(deviation))
    figures = {"monthly_mean": rounded(by_month), "monthly_deviation": rounded(deviation), "diurnal": shapes}
    return figures, noise / np.nanstd(noise)


def describe_series(calendar: Calendar, series: np.ndarray, about: Series) -> tuple[dict, np.ndarray]:
    """Return the figures of one measured series, and its noise (NaN at night for solar)."""
    figures = {
        "source": about.source,
        "mean": rounded(series.mean()),
        "standard_deviation": rounded(series.std()),
        "monthly_mean": rounded(calendar.monthly_mean(series)),
        "hourly_mean": rounded(calendar.hourly_mean(series)),
        "autocorrelation": {lag: rounded(autocorrelation(series, lag)) for lag in LAGS},
    }
    score = np.full(HOURS, np.nan)
    if about.sun is None:
        quantiles = profile_quantiles(series)
        score = normal_score(series, np.quantile(series, PROBABILITIES))
    else:
        sunlight = calendar.sunlight(**about.sun)
        quantiles = profile_quantiles(series[sunlight > 0])
        day = sunlight > DAWN
        clearness = series[day] / sunlight[day]
        clearness_quantiles = np.quantile(clearness, PROBABILITIES)
        score[day] = normal_score(clearness, clearness_quantiles)
        figures["sun"] = dict(about.sun)
        figures["clearness_quantiles"] = rounded(clearness_quantiles)
    figures["quantiles"] = rounded(quantiles)
    figures["score"], noise = season_and_day(calendar, score, about.weekdays)
    return figures, noise


def lagged_correlations(noise: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return the correlations (lag x profile x profile) of weighted noise, alike in both directions of time."""
    weighted = noise * weight
    correlations = []
    for lag in FITTED_LAGS:
        until, since = slice(0, HOURS - lag), slice(lag, HOURS)
        products = weighted[until].T @ weighted[since] / (weight[until].T @ weight[since])
        correlations.append((products + products.T) / 2)
    scale = 1 / np.sqrt(np.diag(correlations[0]))
    return np.array(correlations) * np.outer(scale, scale)


def process_courses(calendar: Calendar) -> np.ndarray:
    """Return the autocovariance (process x lag) of each process without its monthly means, from samples.

    The noise of the measured year has no monthly means either, which matters for the slow processes.
    """
    generator = np.random.default_rng(SAMPLE_SEED)
    courses = []
    for time_constant, period in PROCESSES:
        drawn = draw_process({"time_constant": time_constant, "period": period}, SAMPLES, generator)
        drawn -= calendar.monthly_curve(calendar.monthly_mean(drawn))
        courses.append([np.mean(drawn[: HOURS - lag] * drawn[lag:]) for lag in FITTED_LAGS])
    return np.array(courses)


def positive_part(matrix: np.ndarray) -> np.ndarray:
    """Return the nearest positive semidefinite matrix."""
    value, vector = np.linalg.eigh((matrix + matrix.T) / 2)
    return vector @ np.diag(np.maximum(value, 0)) @ vector.T


def fit_noise(correlations: np.ndarray, courses: np.ndarray) -> np.ndarray:
    """Return a covariance matrix per process whose sum of processes has about the correlations given.

    Weighted least squares, one process after the other until it settles; each matrix is kept positive
    semidefinite, so that whatever it fits can be drawn.
    """
    parts = np.zeros((len(courses), *correlations.shape[1:]))
    for _ in range(FIT_ROUNDS):
        for k, course in enumerate(courses):
            others = np.tensordot(courses.T, parts, 1) - course[:, None, None] * parts[k]
            weight = LAG_WEIGHTS * course
            parts[k] = positive_part(np.tensordot(weight, correlations - others, 1) / (weight @ course))
    return parts


def lay_floating_wind(correlations: np.ndarray, then: np.ndarray, onshore: int, floating: int) -> np.ndarray:
    """Return the correlations with those of floating wind, which was measured in another year, put in.

    `then` are the correlations (lag x 2 x 2) of floating and onshore wind in that year. ASSUMPTION: floating wind is
    related to everything else only through onshore wind.
    """
    laid = correlations.copy()
    through = then[0, 0, 1] * correlations[:, onshore]
    laid[:, floating], laid[:, :, floating] = through, through
    laid[:, floating, onshore] = laid[:, onshore, floating] = then[:, 0, 1]
    laid[:, floating, floating] = then[:, 0, 0]
    return laid


def lay_heat_and_load(correlations: np.ndarray, heat: int, load: int) -> np.ndarray:
    """Return the correlations with the assumed one of heat and load put in."""
    laid = correlations.copy()
    both = np.maximum(correlations[:, heat, heat] * correlations[:, load, load], 0)
    laid[:, heat, load] = laid[:, load, heat] = HEAT_LOAD_CORRELATION * np.sqrt(both)
    return laid


def describe_noise(calendar: Calendar, correlations: np.ndarray) -> dict:
    """Return the noise of all profiles as processes with covariances, and its correlations."""
    courses = process_courses(calendar)
    parts = fit_noise(correlations, courses)
    total = np.tensordot(courses[:, 0], parts, 1)
    scale = 1 / np.sqrt(np.diag(total))
    processes = [
        {
            "time_constant": time_constant,
            "period": period,
            "covariance": rounded(part * np.outer(scale, scale), 5),
        }
        for (time_constant, period), part in zip(PROCESSES, parts, strict=True)
    ]
    return {"correlation": rounded(total * np.outer(scale, scale), 5), "processes": processes}


def inflow_time_constant(calendar: Calendar, rests: list[np.ndarray]) -> int:
    """Return the time constant (hours) whose noise remembers best as the rests do, both without monthly means."""
    measured = np.mean([[autocorrelation(rest, lag) for lag in INFLOW_LAGS] for rest in rests], axis=0)
    generator = np.random.default_rng(SAMPLE_SEED)
    misfit = {}
    for time_constant in INFLOW_TIME_CONSTANTS:
        drawn = draw_process({"time_constant": time_constant, "period": None}, SAMPLES, generator)
        drawn -= calendar.monthly_curve(calendar.monthly_mean(drawn))
        memory = [[autocorrelation(one, lag) for lag in INFLOW_LAGS] for one in drawn.T]
        misfit[time_constant] = np.sum((np.mean(memory, axis=0) - measured) ** 2)
    return min(misfit, key=misfit.get)


def describe_inflow(calendar: Calendar, measured: pd.DataFrame) -> dict:
    """Return the courses of inflow, and how single years depart from the course of their months.

    The mean of several years is smoother than any of them, so that the departures are those of the single years.
    """
    courses, rests = {}, []
    for name, (column, source) in INFLOW.items():
        series = measured[column].to_numpy(dtype=float) / measured[column].mean()
        months = calendar.monthly_mean(series)
        courses[name] = {
            "source": source,
            "mean": 1.0,
            "standard_deviation": rounded(series.std()),
            "monthly_mean": rounded(months),
            "hourly_mean": rounded(calendar.hourly_mean(series)),
            "autocorrelation": {lag: rounded(autocorrelation(series, lag)) for lag in LAGS},
        }
        if name != "mean":
            rest = np.log(series) - calendar.monthly_curve(np.log(months))
            rests.append(rest - calendar.monthly_curve(calendar.monthly_mean(rest)))
    deviation = rounded(np.mean([rest.std() for rest in rests]))
    return {"deviation": deviation, "time_constant": inflow_time_constant(calendar, rests), "courses": courses}


def calibrate(measured: pd.DataFrame) -> dict:
    """Return all figures of the measured series (columns as `read_measured` makes them, by hour of 2017 in UTC)."""
    calendar, names = Calendar(measured.index), list(SOURCES)
    onshore, floating = names.index("wind_onshore_no2"), names.index("wind_floating")
    profiles, noise, weight, series = {}, [], [], []
    for name, about in SOURCES.items():
        values = measured[about.column].to_numpy(dtype=float)
        series.append(values / values.mean() if about.mean_one else values)
        profiles[name], left = describe_series(calendar, series[-1], about)
        noise.append(np.nan_to_num(left))
        # Clouds at noon count, those at dawn hardly.
        weight.append(calendar.sunlight(**about.sun) if about.sun else np.ones(HOURS))
    then = measured[ONSHORE_THEN].to_numpy(dtype=float)
    onshore_then = describe_series(calendar, then, SOURCES["wind_onshore_no2"])[1]
    both = lagged_correlations(np.column_stack([noise[floating], onshore_then]), np.ones((HOURS, 2)))
    correlations = lagged_correlations(np.column_stack(noise), np.column_stack(weight))
    correlations = lay_floating_wind(correlations, both, onshore, floating)
    correlations = lay_heat_and_load(correlations, names.index("heat_shape"), names.index("load_no2_shape"))
    together = rounded(np.corrcoef(series))
    measured_then = rounded(np.corrcoef(series[floating], then)[0, 1])
    for other in range(len(names)):
        known = {floating: 1.0, onshore: measured_then}.get(other)
        together[floating][other] = together[other][floating] = known
    return {
        "probabilities": PROBABILITIES.tolist(),
        "profiles": profiles,
        "cross_correlation": together,
        "noise": describe_noise(calendar, correlations),
        "inflow": describe_inflow(calendar, measured),
    }


def read_measured(folder: Path) -> pd.DataFrame:
    """Return the columns of both files by hour of 2017, those of the second laid on that calendar hour by hour."""
    measured = pd.read_csv(folder / MEASURED_FILE, index_col="time_utc", parse_dates=True)
    measured.index = measured.index.tz_localize(None)
    wind = pd.read_csv(folder / WIND_FILE, index_col="time", parse_dates=True)
    for name, table in ((MEASURED_FILE, measured), (WIND_FILE, wind)):
        if len(table) != HOURS:
            raise SystemExit(f"{name} has {len(table)} hours; {HOURS} are needed")
    floating = DERATING * wind[FLOATING_COLUMNS].mean(axis=1)
    return measured.assign(**{FLOATING: floating.to_numpy(), ONSHORE_THEN: wind[ONSHORE_COLUMN].to_numpy()})


def main() -> None:
    """Read the measured series and write their figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("measured", type=Path, metavar="MEASURED_FOLDER", help=f"holds {MEASURED_FILE} and {WIND_FILE}")
    parser.add_argument("--out", type=Path, default=STATISTICS_FILE, help="YAML file to write")
    arguments = parser.parse_args()
    figures = calibrate(read_measured(arguments.measured))
    text = yaml.safe_dump(figures, sort_keys=False, default_flow_style=None, width=118, allow_unicode=True)
    arguments.out.write_text(HEADER + text, encoding="utf-8")
    print(f"figures of {len(SOURCES)} series and {len(INFLOW)} years of inflow in {arguments.out}")


if __name__ == "__main__":
    main()
