"""The map of a case: regions, the capacity built in them, and the links between them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import xarray as xr

from h2model.constants import LEAST_CAPACITY
from h2model.errors import Fault, InputError
from h2model.numbers import number
from h2model.plots.chart import Map, MapLine, MapPoint
from h2model.plots.colours import colours_of
from h2model.plots.words import words
from h2model.tables.arguments import last_period
from h2model.tables.summary import new_capacities

WIDEST, NARROWEST = 9.0, 1.5
MOST_TECHNOLOGIES = 5
#: As shares of the map's extent: regions that are closer get names on different sides; distance of parallel lines.
CLOSE, GAP = 0.08, 0.02


def region_map(run: xr.Dataset, period: int | None) -> Map:
    """Return regions with the capacity built until a period, and links as wide as their capacity for a carrier."""
    period = last_period(run, period)
    longitude, latitude = run["longitude"].values, run["latitude"].values
    if np.isnan(longitude).any() or np.isnan(latitude).any():
        problem = "some regions have no longitude or latitude"
        raise InputError([Fault("map", problem, "give both in regions.csv")])
    built = new_capacities(run).loc[:, :period].sum(axis="columns")
    extent = max(float(np.ptp(longitude)), float(np.ptp(latitude)))
    points: list[MapPoint] = []
    for region, east, north in zip(run["region"].values.tolist(), longitude, latitude, strict=True):
        largest = built[built.index.get_level_values("region") == region].sort_values(ascending=False)
        text = "<br>".join(
            f"{words(technology)}: {number(amount)} {unit}"
            for (technology, _, unit), amount in largest[:MOST_TECHNOLOGIES].items()
        )
        close = sum(np.hypot(point.longitude - east, point.latitude - north) < CLOSE * extent for point in points)
        points.append(MapPoint(words(region), float(east), float(north), text, int(close)))
    lines = _beside_each_other(_link_lines(run, period), points, extent)
    return Map(f"Regions and links, {period}", tuple(points), lines, {line.name: line.colour for line in lines})


def _beside_each_other(lines: tuple[MapLine, ...], points: list[MapPoint], extent: float) -> tuple[MapLine, ...]:
    """Move lines between the same two points apart, so that all of them can be seen."""
    parallel: dict[frozenset[int], list[int]] = {}
    for position, line in enumerate(lines):
        parallel.setdefault(frozenset((line.start, line.end)), []).append(position)
    moved = list(lines)
    for positions in parallel.values():
        first = lines[positions[0]]
        start, end = points[min(first.start, first.end)], points[max(first.start, first.end)]
        across = np.array([start.latitude - end.latitude, end.longitude - start.longitude])
        distance = max(float(np.hypot(*across)), 1e-9)
        across = across / distance * min(GAP * extent, distance / 4)
        for side, position in enumerate(positions):
            east, north = across * (side - (len(positions) - 1) / 2)
            moved[position] = replace(lines[position], offset=(float(east), float(north)))
    return tuple(moved)


def _link_lines(run: xr.Dataset, period: int) -> tuple[MapLine, ...]:
    in_period = run["capacity"].sel(period=period).to_series()
    carriers = run["link_carrier"].values.tolist()
    colours = colours_of(dict.fromkeys(carriers))
    capacity = {link: float(in_period[link]) for link in run["link"].values.tolist()}
    largest = {
        carrier: max(capacity[link] for link, of in zip(capacity, carriers, strict=True) if of == carrier)
        for carrier in dict.fromkeys(carriers)
    }
    units = run["asset_unit"].to_series()
    regions = run.get_index("region")
    return tuple(
        MapLine(
            regions.get_loc(start), regions.get_loc(end), words(carrier),
            f"{words(link)}: {number(capacity[link])} {units[link]}", colours[carrier],
            NARROWEST + (WIDEST - NARROWEST) * capacity[link] / largest[carrier],
        )
        for link, carrier, start, end in zip(
            capacity, carriers, run["link_from"].values.tolist(), run["link_to"].values.tolist(), strict=True
        )
        if capacity[link] > LEAST_CAPACITY
    )  # fmt: skip
