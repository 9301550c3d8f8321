"""Draw the picture of the README from three collected studies.

python docs/draw_studies.py runs/front_2050 runs/cap_electrolyser_power runs/uncertain_2050
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import xarray as xr

import h2model

BLUE, ORANGE, GREY = "#0072B2", "#E69F00", "#555555"
# From light to dark, for values that rise.
SHADES = ("#9ECAE1", "#56B4E9", "#0072B2", "#003F5C", "#000000")


def draw_front(axis: plt.Axes, front: xr.Dataset) -> None:
    """The marginal abatement cost curve: the CO2 price along the cap."""
    price = front["co2_price"].isel(cap=0, period=0)
    axis.plot(front["co2_cap"], price, "o-", color=BLUE)
    axis.axvline(0, color=GREY, linewidth=0.8)
    axis.invert_xaxis()
    axis.set(
        title="What the last tonne costs, 2050", xlabel="cap on net emissions, kt CO2 per year", ylabel="EUR per t CO2"
    )
    axis.set_ylim(bottom=0)


def draw_grid(axis: plt.Axes, cube: xr.Dataset) -> None:
    """The CO2 price over the price of power, a line for each cap."""
    price = cube["co2_price"].isel(cap=0, period=0).sel(electrolyser_cost=1.0)
    for cap, shade in zip(cube["co2_cap"].values, SHADES, strict=False):
        axis.plot(cube["power_price"], price.sel(co2_cap=cap), "o-", color=shade, label=f"{cap:,.0f} kt")
    axis.set(title="CO2 price over the price of power", xlabel="price of power, factor", ylabel="EUR per t CO2")
    axis.set_ylim(bottom=0)
    axis.legend(title="cap", frameon=False, fontsize=8)


def draw_tornado(axis: plt.Axes, effects: xr.Dataset) -> None:
    """Morris effects on the CO2 price, the largest on top, with 95 % confidence."""
    ordered = effects.sortby("mean_absolute_effect")
    size, confidence = (ordered[n] for n in ("mean_absolute_effect", "mean_absolute_effect_confidence"))
    names = [str(name).replace("_", " ") for name in ordered["axis"].values]
    axis.barh(names, size, xerr=confidence, color=ORANGE, ecolor=GREY, capsize=2)
    axis.set(title="What moves the CO2 price of 2050", xlabel="mean absolute effect, EUR per t CO2")


def draw(front: Path, grid: Path, screening: Path, target: Path) -> None:
    """All three in one picture."""
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(13, 4.2), layout="constrained")
    draw_front(left, h2model.open_study(front))
    draw_grid(middle, h2model.open_study(grid))
    draw_tornado(right, h2model.sensitivity(screening, "co2_price", {"cap": "cluster", "period": 2050}))
    for axis in (left, middle, right):
        axis.spines[["top", "right"]].set_visible(False)
    figure.savefig(target, dpi=110)


if __name__ == "__main__":
    draw(*map(Path, sys.argv[1:4]), Path(__file__).with_name("studies.png"))
