"""The map of a case: regions, what is built in them, and the links between them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import xarray as xr

from h2model.accounts.members import last_period
from h2model.constants import LEAST_CAPACITY
from h2model.errors import Fault, InputError
from h2model.numbers import number
from h2model.plots.chart import Map, Place, Way
from h2model.plots.colours import colours_of
from h2model.plots.words import words
from h2model.tables.summary import new_capacities

WIDEST, NARROWEST = 9.0, 1.5
MOST_NAMED = 5
#: As shares of the map's extent: nearer places are a crowd, and ways between the same places lie so far apart.
NEAR, BESIDE = 0.08, 0.02


def region_map(run: xr.Dataset, period: int | None) -> Map:
    """Regions with what is built in them until a period; links are as wide as their capacity for a carrier."""
    period = last_period(run, period)
    longitude, latitude = run["longitude"].values, run["latitude"].values
    if np.isnan(longitude).any() or np.isnan(latitude).any():
        problem = "some regions have no longitude or latitude"
        raise InputError([Fault("map", problem, "give both in regions.csv")])
    built = new_capacities(run).loc[:, :period].sum(axis="columns")
    extent = max(float(np.ptp(longitude)), float(np.ptp(latitude)))
    places: list[Place] = []
    for region, east, north in zip(run["region"].values.tolist(), longitude, latitude, strict=True):
        own = built[built.index.get_level_values("region") == region].sort_values(ascending=False)[:MOST_NAMED]
        lines = [f"{words(technology)}: {number(amount)} {unit}" for (technology, _, unit), amount in own.items()]
        near = [np.hypot(place.longitude - east, place.latitude - north) < NEAR * extent for place in places]
        places.append(Place(words(region), float(east), float(north), "<br>".join(lines), crowd=sum(near)))
    ways = _apart(_ways(run, period), places, extent)
    return Map(f"Regions and links, {period}", tuple(places), ways, {way.name: way.colour for way in ways})


def _apart(ways: tuple[Way, ...], places: list[Place], extent: float) -> tuple[Way, ...]:
    """Ways between the same two places beside each other."""
    together: dict[frozenset[int], list[int]] = {}
    for position, way in enumerate(ways):
        together.setdefault(frozenset((way.start, way.end)), []).append(position)
    moved = list(ways)
    for positions in together.values():
        first = ways[positions[0]]
        start, end = places[min(first.start, first.end)], places[max(first.start, first.end)]
        across = np.array([start.latitude - end.latitude, end.longitude - start.longitude])
        distance = max(float(np.hypot(*across)), 1e-9)
        across = across / distance * min(BESIDE * extent, distance / 4)
        for side, position in enumerate(positions):
            east, north = across * (side - (len(positions) - 1) / 2)
            moved[position] = replace(ways[position], aside=(float(east), float(north)))
    return tuple(moved)


def _ways(run: xr.Dataset, period: int) -> tuple[Way, ...]:
    stands = run["capacity"].transpose("asset", "period").values[:, run.get_index("period").get_loc(period)]
    assets, regions = run.get_index("asset"), run.get_index("region")
    carriers = run["link_carrier"].values.tolist()
    colours = colours_of(dict.fromkeys(carriers))
    capacity = {link: float(stands[assets.get_loc(link)]) for link in run["link"].values.tolist()}
    largest = {
        carrier: max(capacity[link] for link, of in zip(capacity, carriers, strict=True) if of == carrier)
        for carrier in dict.fromkeys(carriers)
    }
    units = dict(zip(run["asset"].values.tolist(), run["asset_unit"].values.tolist(), strict=True))
    return tuple(
        Way(
            regions.get_loc(start), regions.get_loc(end), words(carrier),
            f"{words(link)}: {number(capacity[link])} {units[link]}", colours[carrier],
            NARROWEST + (WIDEST - NARROWEST) * capacity[link] / largest[carrier],
        )
        for link, carrier, start, end in zip(
            capacity, carriers, run["link_from"].values.tolist(), run["link_to"].values.tolist(), strict=True
        )
        if capacity[link] > LEAST_CAPACITY
    )  # fmt: skip
