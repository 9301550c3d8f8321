"""Synthetic hourly profiles of Grenland: weather, prices and demands that behave like the measured ones.

No measured hour is read here. `profile_statistics.yaml` holds the figures of the measured series and
`profile_settings.yaml` the assumptions and the weather years; the rest is random numbers from a seed:

1.  Noise: a sum of smooth random processes, fast ones and slow ones, correlated between the profiles. It runs
    in a circle, so that 31 December meets 1 January without a jump.
2.  Normal score of a profile = its course over the months + its course over the day + deviation x noise.
3.  The hours are ranked by score, and each rank receives the value that the measured distribution has there,
    moved by what the weather year shifts and scales. Solar is ranked by clearness x sunlight of a clear hour, and
    is exactly 0 at night.
4.  Inflow follows the measured months of a mean, a dry or a wet year. What nobody measured is derived from
    these by the assumptions in the settings: river, temperatures, neighbours' prices, steam, traffic, ships.

Usage: python inputs/grenland/build_profiles.py                      all weather years, and the tables of PROFILES.md
       python inputs/grenland/build_profiles.py --ranges             the same, with the table of twenty seeds
       python inputs/grenland/build_profiles.py --weather-year NAME [--seed N] [--out FILE]        one of them
"""

import argparse
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from zlib import crc32

import numpy as np
import pandas as pd
import yaml
from scipy.signal import lfilter
from scipy.stats import norm, rankdata

HERE = Path(__file__).resolve().parent
STATISTICS_FILE = HERE / "profile_statistics.yaml"
SETTINGS_FILE = HERE / "profile_settings.yaml"
DOCUMENT = HERE / "PROFILES.md"
PROFILE_FOLDER = HERE / "profiles"
HOURS = 8760
DECIMALS = 4
SEASONS = ("winter", "spring", "summer", "autumn")
LAGS = (1, 24, 168)
SEEDS = range(2040, 2060)
COLUMNS = (
    "wind_onshore_no2",
    "wind_offshore",
    "wind_floating",
    "solar",
    "inflow_shape",
    "river_shape",
    "price_no2_shape",
    "price_norway_neighbour_shape",
    "price_continental_shape",
    "price_british_shape",
    "load_no2_shape",
    "heat_shape",
    "steam_shape",
    "traffic_shape",
    "port_calls_shape",
    "air_temperature",
    "sea_temperature",
)


@dataclass(frozen=True)
class WeatherYear:
    """One year of weather: a seed, the course of its inflow, and how far profiles depart from the calibrated year.

    `inflow` names a course of the statistics and its volume relative to the mean year. `shift` is in standard
    deviations of the profile's normal score, `scale` a factor on the values of a shape; both are one number or
    twelve from January on. A profile without an entry is as calibrated.
    """

    description: str
    seed: int
    inflow: Mapping[str, str | float]
    shift: Mapping[str, float | list[float]] = field(default_factory=dict)
    scale: Mapping[str, float | list[float]] = field(default_factory=dict)


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
    def day(self) -> np.ndarray:
        """Day of the week of each hour by the clock, 0 for Monday."""
        return self.clock.day_of_week.to_numpy()

    @property
    def weekend(self) -> np.ndarray:
        """1 on Saturday and Sunday, else 0."""
        return (self.day >= 5).astype(int)

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

    def hourly_mean(self, series: np.ndarray) -> np.ndarray:
        """Return the means of a series by hour of the day (UTC)."""
        return np.reshape(series, (-1, 24)).mean(axis=0)

    def season_swing(self) -> np.ndarray:
        """Return 1 in the middle of January, -1 in the middle of July, and a cosine between."""
        return np.cos(2 * np.pi * (np.arange(HOURS) / 24 - 15) / 365)

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


def own_stream(seed: int, name: str) -> np.random.Generator:
    """Return random numbers for one profile alone: another profile more or less does not change them."""
    return np.random.default_rng([seed, crc32(name.encode())])


def draw_single(calendar: Calendar, time_constant: float, generator: np.random.Generator) -> np.ndarray:
    """Return one noise of unit variance whose monthly means are about 0."""
    noise = smooth_noise(generator.standard_normal(HOURS), time_constant)
    noise -= calendar.monthly_curve(calendar.monthly_mean(noise))
    return noise / noise.std()


def build_inflow(
    calendar: Calendar, figures: Mapping, weather: WeatherYear, generator: np.random.Generator
) -> np.ndarray:
    """Return the inflow relative to the mean year: the months of the measured course x day-to-day variation."""
    months = np.array(figures["courses"][weather.inflow["course"]]["monthly_mean"])
    noise = draw_single(calendar, figures["time_constant"], generator)
    inflow = np.exp(calendar.monthly_curve(np.log(months)) + figures["deviation"] * noise)
    for _ in range(4):  # The months of a product of curves come out a little off; this settles in a few rounds.
        inflow *= calendar.monthly_curve(months / calendar.monthly_mean(inflow))
    return weather.inflow["volume"] * inflow


def build_river(
    calendar: Calendar, settings: Mapping, inflow: np.ndarray, generator: np.random.Generator
) -> np.ndarray:
    """Return the capacity factor of run-of-river: local inflow up to what the turbines swallow."""
    local = np.exp(settings["local_deviation"] * draw_single(calendar, settings["time_constant"], generator))
    return np.clip(inflow * local / local.mean() / settings["design_flow"], 0, 1)


def with_own_noise(
    calendar: Calendar, settings: Mapping, parent: np.ndarray, generator: np.random.Generator
) -> np.ndarray:
    """Return a series with the parent's values in another order, correlated with it as the settings say."""
    share = settings["correlation"]
    score = norm.ppf((rankdata(parent, method="ordinal") - 0.5) / HOURS)
    mixed = share * score + np.sqrt(1 - share**2) * draw_single(calendar, settings["time_constant"], generator)
    series = np.empty(HOURS)
    series[np.argsort(mixed, kind="stable")] = np.sort(parent)
    return series


def build_air_temperature(calendar: Calendar, settings: Mapping, heat: np.ndarray) -> np.ndarray:
    """Return the temperature (degC) at which the heat demand of the day would arise, and its course over the day."""
    around = np.concatenate([heat[-12:], heat, heat[:12]])
    daily = np.convolve(around, np.ones(25) / 25, mode="valid")
    mean_swing, season = (settings["winter_swing"] + settings["summer_swing"]) / 2, calendar.season_swing()
    swing = mean_swing + (settings["winter_swing"] - settings["summer_swing"]) / 2 * season
    hour = calendar.clock.hour.to_numpy()
    course = swing * np.cos(2 * np.pi * (hour - settings["warmest_hour"]) / 24)
    return settings["annual_mean"] - settings["kelvin_per_heat"] * (daily - 1) + course


def build_sea_temperature(settings: Mapping, air: np.ndarray, air_mean: float) -> np.ndarray:
    """Return the temperature (degC) of deep fjord water: that of the air, weakened and weeks behind."""
    decay = np.exp(-1 / settings["time_constant"])
    twice = np.concatenate([air - air_mean, air - air_mean])
    slow = lfilter([1 - decay], [1, -decay], twice)[HOURS:]
    return settings["annual_mean"] + settings["share_of_air"] * slow


def build_steam(calendar: Calendar, settings: Mapping, generator: np.random.Generator) -> np.ndarray:
    """Return the assumed steam demand, mean 1: a mild season, a quieter weekend and slow variation."""
    steam = 1 + settings["seasonal_share"] * calendar.season_swing() + settings["weekend_share"] * calendar.weekend
    steam += settings["noise_share"] * smooth_noise(generator.standard_normal(HOURS), settings["time_constant"])
    return steam / steam.mean()


def build_traffic(calendar: Calendar, settings: Mapping) -> np.ndarray:
    """Return the assumed truck transport, mean 1: working hours of working days, quieter in July; no chance in it."""
    hour = calendar.clock.hour.to_numpy()
    at_work = (hour >= settings["first_hour"]) & (hour < settings["last_hour"])
    days = np.array([1, 1, 1, 1, 1, settings["saturday_share"], settings["sunday_share"]])
    traffic = np.where(at_work, 1, settings["night_share"]) * days[calendar.day]
    traffic *= np.where(calendar.month == 6, settings["july_share"], 1)
    return traffic / traffic.mean()


def build_port_calls(calendar: Calendar, settings: Mapping) -> np.ndarray:
    """Return the assumed number of ships at berth, mean 1: chance arrivals by day, stays of hours to days."""
    generator = np.random.default_rng(settings["seed"])
    hour = calendar.clock.hour.to_numpy()
    by_day = (hour >= settings["first_hour"]) & (hour < settings["last_hour"])
    weight = np.where(by_day, 1, settings["night_share"]) * np.where(calendar.weekend, settings["weekend_share"], 1)
    arrivals = generator.poisson(settings["calls_per_day"] * 365 * weight / weight.sum())
    begin = np.repeat(np.arange(HOURS), arrivals)
    stay = settings["median_stay"] * np.exp(settings["stay_deviation"] * generator.standard_normal(len(begin)))
    berth = np.zeros(HOURS)
    for first, hours in zip(begin, np.maximum(1, stay.round()).astype(int), strict=True):
        berth[np.arange(first, first + hours) % HOURS] += 1
    return berth / berth.mean()


def check_weather_year(weather: WeatherYear, statistics: Mapping) -> None:
    """Refuse a weather year that changes what does not exist, with a ValueError."""
    names = list(statistics["profiles"])
    shapes = [*(name for name in names if name.endswith("_shape")), "steam_shape"]
    for change, entries, known in (("shifts", weather.shift, names), ("scales", weather.scale, shapes)):
        unknown = sorted(set(entries) - set(known))
        if unknown:
            raise ValueError(f"the weather year {change} unknown profiles {unknown}; there are {known}")
    courses = statistics["inflow"]["courses"]
    if weather.inflow["course"] not in courses:
        raise ValueError(f"there is no course of inflow '{weather.inflow['course']}'; there are {list(courses)}")


def build_calibrated(calendar: Calendar, statistics: Mapping, weather: WeatherYear) -> dict[str, np.ndarray]:
    """Return the profiles that have a measured original, by name."""
    names, probabilities = list(statistics["profiles"]), statistics["probabilities"]
    noise = draw_noise(calendar, statistics["noise"], np.random.default_rng(weather.seed))
    built = {}
    for name, own_noise in zip(names, noise.T, strict=True):
        figures, shift = statistics["profiles"][name], weather.shift.get(name, 0.0)
        built[name] = build_profile(calendar, figures, probabilities, own_noise, shift)
    stream = own_stream(weather.seed, "inflow_shape")
    built["inflow_shape"] = build_inflow(calendar, statistics["inflow"], weather, stream)
    return built


def build_profiles(statistics: Mapping, settings: Mapping, weather: WeatherYear) -> pd.DataFrame:
    """Return all profiles of one weather year, one column each, by hourly timestamps (UTC)."""
    check_weather_year(weather, statistics)
    calendar = Calendar.of_year(settings["calendar_year"])
    built = build_calibrated(calendar, statistics, weather)
    built["steam_shape"] = build_steam(calendar, settings["steam_shape"], own_stream(weather.seed, "steam_shape"))
    for name, scale in weather.scale.items():
        built[name] = built[name] * calendar.monthly_curve(np.broadcast_to(scale, 12))
    for name, parent, build in (
        ("river_shape", "inflow_shape", build_river),
        ("price_british_shape", "price_continental_shape", with_own_noise),
        ("price_norway_neighbour_shape", "price_no2_shape", with_own_noise),
    ):
        built[name] = build(calendar, settings[name], built[parent], own_stream(weather.seed, name))
    air = settings["air_temperature"]
    built["air_temperature"] = build_air_temperature(calendar, air, built["heat_shape"])
    built["sea_temperature"] = build_sea_temperature(
        settings["sea_temperature"], built["air_temperature"], air["annual_mean"]
    )
    built["traffic_shape"] = build_traffic(calendar, settings["traffic_shape"])
    built["port_calls_shape"] = build_port_calls(calendar, settings["port_calls_shape"])
    index = pd.Index(calendar.time, name="time")
    decimals = {name: 2 if name.endswith("_temperature") else DECIMALS for name in COLUMNS}
    return pd.DataFrame({name: built[name] for name in COLUMNS}, index=index).round(decimals)


def autocorrelation(series: np.ndarray, lag: int) -> float:
    """Return the correlation of a series with itself `lag` hours later."""
    return float(np.corrcoef(series[:-lag], series[lag:])[0, 1])


def compare_series(calendar: Calendar, series: np.ndarray, figures: Mapping) -> dict[str, float]:
    """Return the figures of a synthetic series beside the measured ones."""
    row = {
        "mean": series.mean(),
        "mean measured": figures["mean"],
        "deviation": series.std(),
        "deviation measured": figures["standard_deviation"],
        "months": np.corrcoef(calendar.monthly_mean(series), figures["monthly_mean"])[0, 1],
        "day": np.abs(calendar.hourly_mean(series) - figures["hourly_mean"]).max(),
    }
    for lag in LAGS:
        row[f"lag {lag}"] = autocorrelation(series, lag)
        row[f"lag {lag} measured"] = figures["autocorrelation"][lag]
    return row


def compare(profiles: pd.DataFrame, statistics: Mapping) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return two tables, synthetic against measured: one row per profile, and one per pair of profiles.

    Pairs that were not measured in the same year are left out.
    """
    calendar = Calendar(profiles.index)
    rows = {
        name: compare_series(calendar, profiles[name].to_numpy(), figures)
        for name, figures in statistics["profiles"].items()
    }
    names = list(statistics["profiles"])
    synthetic, measured = np.corrcoef(profiles[names].T), statistics["cross_correlation"]
    pairs = {
        f"{names[i]} / {names[j]}": {"synthetic": synthetic[i, j], "measured": measured[i][j]}
        for i, j in zip(*np.triu_indices(len(names), 1), strict=True)
        if measured[i][j] is not None
    }
    return pd.DataFrame(rows).T.astype(float), pd.DataFrame(pairs).T.astype(float)


def compare_inflow(
    profiles: Mapping[str, pd.DataFrame], statistics: Mapping, years: Mapping[str, WeatherYear]
) -> pd.DataFrame:
    """Return one row per weather year: its inflow against the measured year that it follows."""
    rows = {}
    for name, weather in years.items():
        volume, course = weather.inflow["volume"], weather.inflow["course"]
        figures = dict(statistics["inflow"]["courses"][course])
        for key in ("mean", "standard_deviation", "monthly_mean", "hourly_mean"):
            figures[key] = volume * np.array(figures[key])
        table = profiles[name]
        rows[name] = compare_series(Calendar(table.index), table["inflow_shape"].to_numpy(), figures)
    return pd.DataFrame(rows).T.astype(float)


def markdown(header: list[str], rows: list[list[str]]) -> str:
    """Return a table as Markdown text."""
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def comparison_text(table: pd.DataFrame) -> str:
    """Return the table of figures, each cell synthetic / measured."""
    header = ["profile", "mean", "standard deviation", "months", "day", *(f"lag {lag} h" for lag in LAGS)]
    rows = []
    for name, row in table.iterrows():
        beside = [f"{row[key]:.3f} / {row[f'{key} measured']:.3f}" for key in ("mean", "deviation")]
        lags = [f"{row[f'lag {lag}']:.3f} / {row[f'lag {lag} measured']:.3f}" for lag in LAGS]
        rows.append([f"`{name}`", *beside, f"{row['months']:.3f}", f"{row['day']:.3f}", *lags])
    return markdown(header, rows)


def pairs_text(pairs: pd.DataFrame) -> str:
    """Return the table of correlations between profiles."""
    rows = [[name, f"{row['synthetic']:.3f}", f"{row['measured']:.3f}"] for name, row in pairs.iterrows()]
    return markdown(["profiles", "synthetic", "measured"], rows)


def weather_years_text(profiles: Mapping[str, pd.DataFrame]) -> str:
    """Return the table of mean (least to greatest) of every profile in every weather year."""
    rows = []
    for name in COLUMNS:
        cells = (f"{t[name].mean():.3f} ({t[name].min():.2f} to {t[name].max():.2f})" for t in profiles.values())
        rows.append([f"`{name}`", *cells])
    return markdown(["profile", *(f"`{name}`" for name in profiles)], rows)


def ranges_text(statistics: Mapping, settings: Mapping, normal: WeatherYear) -> str:
    """Return the table of the least and greatest figures of the normal year over the twenty seeds."""
    tables = [compare(build_profiles(statistics, settings, replace(normal, seed=seed)), statistics) for seed in SEEDS]
    single, pairs = (pd.concat(parts, keys=SEEDS) for parts in zip(*tables, strict=True))
    columns = ["months", "day", *(f"lag {lag}" for lag in LAGS)]

    def between(table: pd.DataFrame, name: str, column: str) -> str:
        values = table.xs(name, level=1)[column]
        return f"{values.min():.3f} to {values.max():.3f}"

    rows = [[f"`{name}`", *(between(single, name, key) for key in columns)] for name in tables[0][0].index]
    text = markdown(["profile", "months", "day", *(f"lag {lag} h" for lag in LAGS)], rows)
    rows = [[name, between(pairs, name, "synthetic")] for name in tables[0][1].index]
    return text + "\n" + markdown(["profiles", "correlation"], rows)


def write_section(document: Path, name: str, text: str) -> None:
    """Put a text between the marks `<!-- name -->` and `<!-- end -->` of a document."""
    whole = document.read_text(encoding="utf-8")
    mark = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
    if len(mark.findall(whole)) != 1:
        raise ValueError(f"{document.name} needs the marks <!-- {name} --> and <!-- end --> once")
    document.write_text(mark.sub(lambda found: found[1] + text + found[2], whole), encoding="utf-8")


def document_sections(
    profiles: Mapping[str, pd.DataFrame], statistics: Mapping, years: Mapping[str, WeatherYear]
) -> dict[str, str]:
    """Return the tables of PROFILES.md by the name of their section."""
    table, pairs = compare(profiles["normal"], statistics)
    return {
        "weather years": weather_years_text(profiles),
        "comparison": comparison_text(table),
        "inflow": comparison_text(compare_inflow(profiles, statistics, years)),
        "correlations": pairs_text(pairs),
    }


def read_inputs() -> tuple[dict, dict, dict[str, WeatherYear]]:
    """Return the statistics, the settings and the weather years by name."""
    statistics = yaml.safe_load(STATISTICS_FILE.read_text(encoding="utf-8"))
    settings = yaml.safe_load(SETTINGS_FILE.read_text(encoding="utf-8"))
    years = {name: WeatherYear(**year) for name, year in settings["weather_years"].items()}
    return statistics, settings, years


def write_profiles(profiles: pd.DataFrame, file: Path) -> None:
    """Write the profiles of one weather year as CSV."""
    profiles.to_csv(file, date_format="%Y-%m-%d %H:%M", lineterminator="\n")


def write_one(weather: WeatherYear, file: Path) -> None:
    """Write one weather year, and print how it compares with the measured series."""
    statistics, settings, _ = read_inputs()
    profiles = build_profiles(statistics, settings, weather)
    write_profiles(profiles, file)
    with pd.option_context("display.width", 200, "display.max_columns", None):
        for table in compare(profiles, statistics):
            print(table.round(3).to_string(), end="\n\n")
    print(f"{profiles.columns.size} profiles of {HOURS} hours, seed {weather.seed}, in {file}")


def write_all(ranges: bool) -> None:
    """Write every weather year and the tables of PROFILES.md."""
    statistics, settings, years = read_inputs()
    profiles = {name: build_profiles(statistics, settings, weather) for name, weather in years.items()}
    for name, table in profiles.items():
        write_profiles(table, PROFILE_FOLDER / f"{name}.csv")
    sections = document_sections(profiles, statistics, years)
    if ranges:
        sections["ranges"] = ranges_text(statistics, settings, years["normal"])
    for name, text in sections.items():
        write_section(DOCUMENT, name, text)
    print(f"{len(COLUMNS)} profiles of {HOURS} hours for {', '.join(profiles)} in {PROFILE_FOLDER}")
    print(f"their tables in {DOCUMENT}")


def main() -> None:
    """Write the profiles of all weather years, or of one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    years = read_inputs()[2]
    parser.add_argument("--weather-year", choices=list(years), help="only this one; default: all of them")
    parser.add_argument("--seed", type=int, help="another sequence of weather than the weather year's own")
    parser.add_argument("--out", type=Path, help="CSV file for the one weather year; default: its own")
    parser.add_argument("--ranges", action="store_true", help="also build twenty seeds for the table of PROFILES.md")
    arguments = parser.parse_args()
    if arguments.weather_year is None:
        if arguments.seed is not None or arguments.out is not None:
            parser.error("--seed and --out need --weather-year")
        write_all(arguments.ranges)
        return
    weather = years[arguments.weather_year]
    if arguments.seed is not None:
        weather = replace(weather, seed=arguments.seed)
    write_one(weather, arguments.out or PROFILE_FOLDER / f"{arguments.weather_year}.csv")


if __name__ == "__main__":
    main()
