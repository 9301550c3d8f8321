"""Draw the picture of the README from a finished run: `python docs/draw_climate_positive.py runs/climate_positive`."""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import xarray as xr

import h2model

# Colours by Okabe and Ito, which colour-blind people can tell apart.
ORIGINS = {
    "fossil": "#555555",
    "mineral": "#CC79A7",
    "pooled": "#E69F00",
    "biogenic": "#009E73",
    "atmospheric": "#56B4E9",
}
CAPPED = ["heroya", "rafnes", "brevik"]
"""Regions that the scenario's cap counts; the petroleum platform in the North Sea is outside."""

COSTS = {
    "investment_cost": ("investment", "#0072B2"),
    "fixed_om_cost": ("fixed O&M", "#56B4E9"),
    "variable_om_cost": ("variable O&M", "#009E73"),
    "import_cost": ("imports", "#E69F00"),
    "export_revenue": ("exports of power and products", "#CC79A7"),
    "transport_cost": ("transport", "#555555"),
}


def stacked(axis: plt.Axes, labels: list[str], series: dict[str, tuple[str, list[float]]]) -> None:
    """Bars that pile up positive values above zero and negative ones below."""
    above, below = [0.0] * len(labels), [0.0] * len(labels)
    for name, (colour, values) in series.items():
        bottoms = [above[i] if value >= 0 else below[i] for i, value in enumerate(values)]
        axis.bar(labels, values, 0.6, bottom=bottoms, color=colour, label=name)
        for i, value in enumerate(values):
            (above if value >= 0 else below)[i] += value
    axis.axhline(0, color="black", linewidth=0.8)
    axis.spines[["top", "right"]].set_visible(False)
    axis.legend(frameon=False, fontsize=8, loc="upper right", ncols=2)


def draw(results: xr.Dataset, path: Path) -> None:
    """Emissions with the net, carbon stored, and annual cost, by period."""
    periods = [str(period) for period in results["period"].values]
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(12, 4.2), layout="constrained")
    emissions = results["emissions"].sel(region=CAPPED).sum("region") / 1e3
    shown = {o: (c, emissions.sel(origin=o).values.tolist()) for o, c in ORIGINS.items()}
    stacked(left, periods, {o: pair for o, pair in shown.items() if any(abs(v) > 0.5 for v in pair[1])})
    net = emissions.sum("origin").values
    left.plot(periods, net, "D", color="black", markeredgecolor="white", markersize=8)
    for period, value in zip(periods, net, strict=True):
        left.annotate(
            f"net {value:,.0f}",
            (period, value),
            xytext=(0, 8),
            textcoords="offset points",
            fontsize=9,
            ha="center",
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1.5},
        )
    left.set(title="Released less taken from the air: Herøya, Rafnes, Brevik", ylabel="kt CO2 per year")

    stored = results["carbon_stored"].sum("region") / 1e3
    shown = {o: (c, stored.sel(origin=o).values.tolist()) for o, c in ORIGINS.items()}
    stacked(middle, periods, {"CO2 of all origins" if o == "pooled" else o: p for o, p in shown.items() if any(p[1])})
    middle.set_ylim(top=middle.get_ylim()[1] * 1.15)
    middle.set(title="Stored for good under the sea", ylabel="kt CO2 per year")

    costs = {}
    for name, (label, colour) in COSTS.items():
        total = results[name].sum([d for d in results[name].dims if d != "period"]) / 1e6
        costs[label] = (colour, total.values.tolist())
    stacked(right, periods, {label: pair for label, pair in costs.items() if any(abs(v) > 0.5 for v in pair[1])})
    right.set(title="Annual cost, with NO2's power trade", ylabel="million EUR of 2025")
    right.set_ylim(top=right.get_ylim()[1] * 1.3)
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    draw(h2model.open_run(sys.argv[1]), Path(__file__).parent / "climate_positive.png")
