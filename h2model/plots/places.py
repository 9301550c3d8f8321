"""The map of a case: regions, what is built in them, and the links between them."""

from __future__ import annotations

import numpy as np
import xarray as xr

from h2model.errors import Fault, InputError
from h2model.plots.chart import Map, Place, Way
from h2model.plots.colours import colours_of
from h2model.plots.words import words
from h2model.results.members import last_period
from h2model.results.summary import LEAST_CAPACITY, new_capacities

WIDEST, NARROWEST = 9.0, 1.5
MOST_NAMED = 5


def region_map(run: xr.Dataset, period: int | None) -> Map:
    """Regions with what is built in them until a period; links are as wide as their capacity for a carrier."""
    period = last_period(run, period)
    longitude, latitude = run["longitude"].values, run["latitude"].values
    if np.isnan(longitude).any() or np.isnan(latitude).any():
        problem = "some regions have no longitude or latitude"
        raise InputError([Fault("map", problem, "give both in regions.csv")])
    built = new_capacities(run).loc[:, :period].sum(axis="columns")
    places = []
    for region, east, north in zip(run["region"].values.tolist(), longitude, latitude, strict=True):
        own = built[built.index.get_level_values("region") == region].sort_values(ascending=False)[:MOST_NAMED]
        lines = [f"{words(technology)}: {amount:,.4g} {unit}" for (technology, _, unit), amount in own.items()]
        places.append(Place(words(region), float(east), float(north), "<br>".join(lines)))
    ways = _ways(run, period)
    return Map(f"Regions and links, {period}", tuple(places), ways, {way.name: way.colour for way in ways})


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
            f"{words(link)}: {capacity[link]:,.4g} {units[link]}", colours[carrier],
            NARROWEST + (WIDEST - NARROWEST) * capacity[link] / largest[carrier],
        )
        for link, carrier, start, end in zip(
            capacity, carriers, run["link_from"].values.tolist(), run["link_to"].values.tolist(), strict=True
        )
        if capacity[link] > LEAST_CAPACITY
    )  # fmt: skip
