"""Synthetic hourly profiles of Grenland: weather, prices and demands that behave like the measured ones.

No measured hour is read here. `profile_statistics.yaml` holds the figures of the measured series and
`profile_settings.yaml` the assumptions; the rest is random numbers from a seed:

1.  Noise: a sum of smooth random processes, fast ones and slow ones, correlated between the profiles. It runs
    in a circle, so that 31 December meets 1 January without a jump.
2.  Normal score of a profile = its course over the months + its course over the day + deviation x noise.
3.  The hours are ranked by score, and each rank receives the value that the measured distribution has there.
    Solar is ranked by clearness x sunlight of a clear hour, and is exactly 0 at night.

Usage: python inputs/grenland/build_profiles.py [--weather-year NAME] [--seed N] [--out FILE]
"""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from scipy.signal import lfilter
from scipy.stats import norm, rankdata

HERE = Path(__file__).resolve().parent
STATISTICS_FILE = HERE / "profile_statistics.yaml"
SETTINGS_FILE = HERE / "profile_settings.yaml"
PROFILE_FILE = HERE / "profiles" / "grenland.csv"
HOURS = 8760
DECIMALS = 4
SEASONS = ("winter", "spring", "summer", "autumn")
LAGS = (1, 24, 168)


@dataclass(frozen=True)
class WeatherYear:
    """One year of weather: a seed, and how far each profile lies above (+) or below (-) the calibrated year.

    `shift` is in standard deviations of the profile's normal score, one number or twelve from January on.
    """

    description: str
    seed: int
    shift: Mapping[str, float | list[float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Calendar:
    """The hours of one year without 29 February, in UTC, and what people and the sun make of them."""

    time: pd.DatetimeIndex

    @classmethod
    def of_year(cls, year: int) -> "Calendar":
        """Return the calendar of `year`; a ValueError if it is a leap year."""
        time = pd.date_range(f"{year}-01-01", f"{year}-12-31 23:00", freq="h")
        if len(time) != HOURS:
            raise ValueError(f"{year} is a leap year; take a year of {HOURS} hours")
        return cls(time)

    @property
    def month(self) -> np.ndarray:
        """Month of each hour, 0 for January."""
        return self.time.month.to_numpy() - 1

    @property
    def season(self) -> np.ndarray:
        """Season of each hour as a position in SEASONS; winter is December to February."""
        return (self.month + 1) % 12 // 3

    @property
    def clock(self) -> pd.DatetimeIndex:
        """Norwegian clock time; for daily habits it is enough that summer time lasts April to October."""
        summer_time = np.where((self.month >= 3) & (self.month <= 9), 1, 0)
        return self.time + pd.to_timedelta(1 + summer_time, unit="h")

    @property
    def weekend(self) -> np.ndarray:
        """1 on Saturday and Sunday, else 0."""
        return (self.clock.day_of_week.to_numpy() >= 5).astype(int)

    def monthly_curve(self, means: np.ndarray) -> np.ndarray:
        """Return a continuous yearly curve per hour whose twelve monthly means are `means` (months x any).

        It is linear between the middles of the months; the values there are solved for.
        """
        middles = np.array([np.flatnonzero(self.month == month).mean() for month in range(12)])
        around = np.concatenate([middles[-1:] - HOURS, middles, middles[:1] + HOURS])
        identity = np.eye(12)[[11, *range(12), 0]]
        weight = np.column_stack([np.interp(np.arange(HOURS), around, column) for column in identity.T])
        return weight @ np.linalg.solve(self.monthly_mean(weight), means)

    def monthly_mean(self, series: np.ndarray) -> np.ndarray:
        """Return the twelve monthly means of a series (hours x any)."""
        return np.array([series[self.month == month].mean(axis=0) for month in range(12)])

    def diurnal_curve(self, shapes: Mapping[str, list[list[float]]]) -> np.ndarray:
        """Return the value of the daily shape per hour; `shapes` has per season one list of 24 or two.

        One list stands for every day; two stand for working days and for Saturday and Sunday.
        """
        table = np.array([shapes[season] for season in SEASONS])
        day_type = self.weekend if table.shape[1] == 2 else 0
        return table[self.season, day_type, self.clock.hour.to_numpy()]

    def sunlight(self, latitude: float, longitude: float, tilt: float) -> np.ndarray:
        """Return the sunlight of each hour on panels under a clear sky, 1 if it falls upright; 0 at night.

        Half of the panels lie flat, half are tilted to the south, where they see the sun as flat ones do that much
        nearer to the equator (all in degrees). Declination by Cooper's formula (1969); equation of time by its two
        leading terms. The sun counts as risen from 1 degree below the horizon on, for twilight and refraction.
        """
        hours = np.arange(HOURS)[:, None] + np.arange(5, 60, 10) / 60
        declination = np.radians(23.45) * np.sin(2 * np.pi * (285 + hours / 24) / 365)
        angle = 2 * np.pi * hours / HOURS
        equation_of_time = (-7.66 * np.sin(angle) + 9.86 * np.sin(2 * angle + 3.59)) / 60
        hour_angle = np.radians(15 * (hours % 24 + equation_of_time - 12) + longitude)

        def elevation_sine(latitude: float) -> np.ndarray:
            phi = np.radians(latitude)
            along = np.cos(phi) * np.cos(declination) * np.cos(hour_angle)
            return np.sin(phi) * np.sin(declination) + along + np.sin(np.radians(1))

        flat, tilted = elevation_sine(latitude), elevation_sine(latitude - tilt)
        return np.where(flat > 0, (flat + np.maximum(tilted, 0)) / 2, 0).mean(axis=1)


def smooth_noise(innovations: np.ndarray, time_constant: float) -> np.ndarray:
    """Return the innovations (hours x any) filtered twice with `time_constant` (hours), cyclic.

    The variance stays 1. Filtering twice makes weather: changes build up over hours, without a jump.
    """
    decay = np.exp(-1 / time_constant)
    gain = np.sqrt((1 - decay**2) ** 3 / (1 + decay**2))
    twice = np.concatenate([innovations, innovations])
    return lfilter([gain], [1, -2 * decay, decay**2], twice, axis=0)[len(innovations) :]


def draw_process(process: Mapping, columns: int, generator: np.random.Generator) -> np.ndarray:
    """Return independent draws (hours x columns) of a process of unit variance.

    A process with a `period` (hours) swings in it, with an amplitude and a phase that drift by its time
    constant: days whose morning peak is higher, or later, than the mean day's.
    """
    first = smooth_noise(generator.standard_normal((HOURS, columns)), process["time_constant"])
    if process["period"] is None:
        return first
    second = smooth_noise(generator.standard_normal((HOURS, columns)), process["time_constant"])
    angle = 2 * np.pi * np.arange(HOURS)[:, None] / process["period"]
    return first * np.cos(angle) + second * np.sin(angle)


def symmetric_root(matrix: np.ndarray) -> np.ndarray:
    """Return the symmetric root of a positive semidefinite matrix: unlike its eigenvectors, it is unique."""
    value, vector = np.linalg.eigh(matrix)
    return vector @ np.diag(np.sqrt(np.maximum(value, 0))) @ vector.T


def draw_noise(calendar: Calendar, figures: Mapping, generator: np.random.Generator) -> np.ndarray:
    """Return correlated noise (hours x profiles): the sum of the processes, each with its covariance matrix.

    Months average to 0 and the correlations of the year are those asked for: the calibration takes the noise as
    the departure from the year's monthly means, and chance must not add a second season.
    """
    correlation = np.array(figures["correlation"])
    noise = np.zeros((HOURS, len(correlation)))
    for process in figures["processes"]:
        drawn = draw_process(process, len(correlation), generator)
        noise += drawn @ symmetric_root(np.array(process["covariance"]))
    noise -= calendar.monthly_curve(calendar.monthly_mean(noise))
    drawn_root = np.linalg.cholesky(noise.T @ noise / HOURS)
    return noise @ np.linalg.solve(drawn_root.T, np.linalg.cholesky(correlation).T)


def from_ranks(order: np.ndarray, shift: np.ndarray, probabilities: list, quantiles: list) -> np.ndarray:
    """Return values distributed as `quantiles`, ranked as `order` is, and moved by `shift` normal scores."""
    probability = (rankdata(order, method="ordinal") - 0.5) / len(order)
    return np.interp(norm.cdf(norm.ppf(probability) + shift), probabilities, quantiles)


def build_profile(
    calendar: Calendar, figures: Mapping, probabilities: list, noise: np.ndarray, shift: float | list[float]
) -> np.ndarray:
    """Return one profile: a score of season, day and noise, whose ranks take the measured distribution."""
    score = (
        calendar.monthly_curve(np.array(figures["score"]["monthly_mean"]))
        + calendar.diurnal_curve(figures["score"]["diurnal"])
        + calendar.monthly_curve(np.array(figures["score"]["monthly_deviation"])) * noise
    )
    shift_curve = calendar.monthly_curve(np.broadcast_to(shift, 12))
    if "sun" not in figures:
        return from_ranks(score, shift_curve, probabilities, figures["quantiles"])
    sunlight = calendar.sunlight(**figures["sun"])
    day = sunlight > 0
    clearness = np.interp(norm.cdf(score[day]), probabilities, figures["clearness_quantiles"])
    profile = np.zeros(HOURS)
    profile[day] = from_ranks(clearness * sunlight[day], shift_curve[day], probabilities, figures["quantiles"])
    return profile


def build_steam(calendar: Calendar, settings: Mapping, generator: np.random.Generator) -> np.ndarray:
    """Return the assumed steam demand, mean 1: a mild season, a quieter weekend and slow variation."""
    season = np.cos(2 * np.pi * (np.arange(HOURS) / 24 - 15) / 365)
    noise = smooth_noise(generator.standard_normal(HOURS), settings["time_constant"])
    steam = 1 + settings["seasonal_share"] * season
    steam += settings["weekend_share"] * calendar.weekend + settings["noise_share"] * noise
    return steam / steam.mean()


def build_profiles(statistics: Mapping, settings: Mapping, weather: WeatherYear) -> pd.DataFrame:
    """Return all profiles of one weather year, one column each, by hourly timestamps (UTC)."""
    calendar = Calendar.of_year(settings["calendar_year"])
    generator = np.random.default_rng(weather.seed)
    names = list(statistics["profiles"])
    unknown = set(weather.shift) - set(names)
    if unknown:
        raise ValueError(f"the weather year shifts unknown profiles {sorted(unknown)}; there are {names}")
    noise = draw_noise(calendar, statistics["noise"], generator)
    profiles = pd.DataFrame(index=pd.Index(calendar.time, name="time"))
    probabilities = statistics["probabilities"]
    for name, own_noise in zip(names, noise.T, strict=True):
        figures, shift = statistics["profiles"][name], weather.shift.get(name, 0.0)
        profiles[name] = build_profile(calendar, figures, probabilities, own_noise, shift)
    profiles["steam_shape"] = build_steam(calendar, settings["steam_shape"], generator)
    return profiles.round(DECIMALS)


def autocorrelation(series: np.ndarray, lag: int) -> float:
    """Return the correlation of a series with itself `lag` hours later."""
    return float(np.corrcoef(series[:-lag], series[lag:])[0, 1])


def compare(profiles: pd.DataFrame, statistics: Mapping) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return two tables, synthetic against measured: one row per profile, and one per pair of profiles."""
    calendar = Calendar(profiles.index)
    rows = {}
    for name, figures in statistics["profiles"].items():
        series = profiles[name].to_numpy()
        months = np.corrcoef(calendar.monthly_mean(series), figures["monthly_mean"])[0, 1]
        rows[name] = {
            "mean": series.mean(),
            "mean measured": figures["mean"],
            "deviation": series.std(),
            "deviation measured": figures["standard_deviation"],
            "months": months,
        }
        for lag in LAGS:
            rows[name][f"lag {lag}"] = autocorrelation(series, lag)
            rows[name][f"lag {lag} measured"] = figures["autocorrelation"][lag]
    names = list(statistics["profiles"])
    synthetic, measured = np.corrcoef(profiles[names].T), np.array(statistics["cross_correlation"])
    pairs = {
        f"{names[i]} / {names[j]}": {"synthetic": synthetic[i, j], "measured": measured[i, j]}
        for i, j in zip(*np.triu_indices(len(names), 1), strict=True)
    }
    return pd.DataFrame(rows).T, pd.DataFrame(pairs).T


def read_inputs() -> tuple[dict, dict, dict[str, WeatherYear]]:
    """Return the statistics, the settings and the weather years by name."""
    statistics = yaml.safe_load(STATISTICS_FILE.read_text(encoding="utf-8"))
    settings = yaml.safe_load(SETTINGS_FILE.read_text(encoding="utf-8"))
    years = {name: WeatherYear(**year) for name, year in settings["weather_years"].items()}
    return statistics, settings, years


def main() -> None:
    """Write the profiles and print how they compare with the measured series."""
    statistics, settings, years = read_inputs()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weather-year", choices=list(years), default="normal", help="default: normal")
    parser.add_argument("--seed", type=int, help="another sequence of weather than the weather year's own")
    parser.add_argument("--out", type=Path, default=PROFILE_FILE, help="CSV file to write")
    arguments = parser.parse_args()
    weather = years[arguments.weather_year]
    if arguments.seed is not None:
        weather = replace(weather, seed=arguments.seed)
    profiles = build_profiles(statistics, settings, weather)
    profiles.to_csv(arguments.out, date_format="%Y-%m-%d %H:%M", lineterminator="\n")
    with pd.option_context("display.width", 200, "display.max_columns", None):
        for table in compare(profiles, statistics):
            print(table.astype(float).round(3).to_string(), end="\n\n")
    print(f"{profiles.columns.size} profiles of {HOURS} hours, seed {weather.seed}, in {arguments.out}")


if __name__ == "__main__":
    main()
