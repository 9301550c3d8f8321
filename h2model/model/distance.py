"""Distance: costs, losses and energy use of a link that grow with its length.

A value per distance, times the distance, is added to the value without distance (terminals, compressors at the ends,
loading losses). Distance is one way. For vehicles, a cost or use per distance counts each km of a laden trip and must
include the empty way back.
"""

from __future__ import annotations

from collections.abc import Iterable

import xarray as xr

from h2model.case import Parameter, Plausible, Provenance
from h2model.errors import Fault
from h2model.frame.capacity import with_link_cost
from h2model.frame.concern import Concern
from h2model.frame.sets import labels

PARAMETERS = (
    Parameter(
        "distance", dims=("link",), unit="km", default=0.0, lower=0.0,
        plausible=(Plausible(0.05, 2.5e4),),
        description="Length of the way from one region to the other, one way.",
    ),
    Parameter(
        "overnight_cost_per_distance", dims=("link", "period"), unit="{money}/{capacity}/km", default=0.0, lower=0.0,
        description="Cost of building one unit of capacity per km, added to overnight_cost.",
    ),
    Parameter(
        "transport_cost_per_distance", dims=("link",), unit="{money}/{amount}/km", default=0.0, lower=0.0,
        description="Cost per amount sent and km one way, added to transport_cost. For vehicles it includes the empty "
        "way back.",
    ),
    Parameter(
        "energy_use_per_distance", dims=("link", "carrier"), unit="{carrier}/{amount}/km", default=0.0, lower=0.0,
        description="Amount of a carrier used per amount sent and km one way, added to energy_use.",
    ),
    Parameter(
        "loss_per_distance", dims=("link",), unit="1/km", default=0.0, lower=0.0,
        description="Share of the amount sent that is lost per km, added to loss.",
    ),
)  # fmt: skip

GROWING = ("overnight_cost", "transport_cost", "energy_use", "loss")


def prepare(data: xr.Dataset) -> dict[str, xr.Variable]:
    """Return costs, losses and energy use of links with their parts per distance added."""
    variables = data.variables
    over_way = {name: variables[f"{name}_per_distance"] * variables["distance"] for name in GROWING}
    cost = over_way.pop("overnight_cost")
    grown = {name: variables[name] + extra for name, extra in over_way.items()}
    return {**grown, "overnight_cost": with_link_cost(data, cost)}


def check(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """A link with values per distance has a distance, and loses at most all that is sent."""
    for link, loss in zip(labels(data, "link"), labels(data, "loss"), strict=True):
        for name in GROWING:
            where = provenance.row(f"{name}_per_distance", link)
            if where and not provenance.row("distance", link):
                problem = f"{name}_per_distance has no effect on {link}, which has no distance"
                yield Fault(where, problem, "add a row distance for the link, or remove the row")
        if loss > 1:
            length = float(data["distance"].sel(link=link))
            yield Fault(
                provenance.where("loss_per_distance", link),
                f"{link} loses {loss:.4g} of the amount sent over {length:g} km: nothing would arrive",
                "lower loss_per_distance (a share per km, not per 100 km) or loss, or correct the distance",
            )


CONCERN = Concern(
    __name__,
    __doc__,
    prepare=prepare,
    check=check,
    parameters=PARAMETERS,
)
