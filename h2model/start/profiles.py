"""Hourly profiles of the case that `h2model new` writes: wind, price of power and hydrogen demand of an invented year.

The profiles are drawn from a fixed seed, so that every new case has the same year. Wind comes in spells of some days
and is stronger in winter. The price is high on working days, in winter and in calms. The hydrogen demand stops for two
weeks in summer.
"""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta

import numpy as np

from h2model.constants import HOURS_PER_YEAR

SEED = 2030
#: The first hour of the year. 2030 has 365 days.
BEGIN = datetime(2030, 1, 1)
#: Hours after which the correlation of wind has fallen to 1/e.
SPELL = 40.0


def profiles_text() -> str:
    """Return the table of profiles as CSV text: a time and three columns, 8,760 rows."""
    wind = wind_availability()
    columns = {"wind": wind, "price_of_power": price_shape(wind), "need_of_hydrogen": need_shape()}
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["time", *columns])
    for hour, values in enumerate(zip(*columns.values(), strict=True)):
        moment = BEGIN + timedelta(hours=hour)
        table.writerow([f"{moment:%Y-%m-%d %H:%M}", *(f"{value:.3f}" for value in values)])
    return text.getvalue()


def wind_availability() -> np.ndarray:
    """Return the available share of a wind farm's capacity by hour, with mean 0.36."""
    draw = np.random.default_rng(SEED)
    # Spells are an autoregressive series with mean 0 and standard deviation 1.
    keep = np.exp(-1 / SPELL)
    steps = draw.normal(size=HOURS_PER_YEAR) * np.sqrt(1 - keep**2)
    level = np.empty(HOURS_PER_YEAR)
    level[0] = draw.normal()
    for hour in range(1, HOURS_PER_YEAR):
        level[hour] = keep * level[hour - 1] + steps[hour]
    strength = (level - level.mean()) / level.std() + 0.35 * _winter()
    # The power curve of a turbine is approximated by a logistic curve: 0 in a calm, 1 in a storm.
    power = 1 / (1 + np.exp(-1.7 * (strength - 0.55)))
    return np.clip(power * 0.36 / power.mean(), 0.0, 1.0)


def price_shape(wind: np.ndarray) -> np.ndarray:
    """Return the price of power by hour, relative to its mean: high on working days, in winter, and without wind."""
    hour, day = np.arange(HOURS_PER_YEAR) % 24, np.arange(HOURS_PER_YEAR) // 24
    morning_and_evening = np.exp(-(((hour - 8) / 2.5) ** 2)) + 1.2 * np.exp(-(((hour - 19) / 3.0) ** 2))
    working_day = (day % 7 < 5).astype(float)
    price = 0.55 + 0.3 * morning_and_evening + 0.15 * working_day + 0.2 * _winter() + 0.9 * (0.4 - wind)
    price = np.maximum(price, 0.05)
    return price / price.mean()


def need_shape() -> np.ndarray:
    """Return the hydrogen demand by hour, relative to its mean: lower at weekends, and 0 for two weeks of July."""
    day = np.arange(HOURS_PER_YEAR) // 24
    need = np.where(day % 7 < 5, 1.0, 0.9)
    need[(day >= 189) & (day < 203)] = 0.0
    return need / need.mean()


def _winter() -> np.ndarray:
    """Return a wave over the year: 1 in the middle of January, -1 in the middle of July."""
    return np.cos(2 * np.pi * (np.arange(HOURS_PER_YEAR) / 24 - 15) / 365)
