"""The figures of a report on a run."""

from __future__ import annotations

import xarray as xr

from h2model.errors import InputError
from h2model.plots import run_charts, sankeys
from h2model.plots.chart import Chart, thinned
from h2model.plots.region_map import region_map
from h2model.report.figure import Figure
from h2model.report.run_content import capped_regions, net_is_capped
from h2model.tables.balance import yearly_flows

#: Longer series are shown as this many means, because a screen has no room for more points.
MOST_POINTS = 800


def run_figures(run: xr.Dataset) -> list[Figure]:
    """Return the figures of emissions, costs, capacities, carbon and energy flows, dispatch, and the map."""
    regions = capped_regions(run)
    last, capped = int(run["period"][-1]), ", which the cap limits" if net_is_capped(run) else ""
    steps = -(-run.sizes["time"] // MOST_POINTS)
    wanted = {
        "emissions": (lambda: run_charts.emissions(run, regions), f"The diamond is the net sum{capped}."),
        "costs": (lambda: run_charts.costs(run), "Revenue is below zero."),
        "emission_waterfall": (lambda: run_charts.emission_waterfall(run, None, regions, None), ""),
        "cost_waterfall": (lambda: run_charts.cost_waterfall(run, None, None), ""),
        "new_capacity": (lambda: run_charts.capacities(run, "new_capacity"), ""),
        "carbon": (lambda: sankeys.carbon(run, last), "Flows below 0.2 % of the largest are left out."),
        "energy": (
            lambda: sankeys.energy(run, last),
            "By lower heating value. Flows below 0.2 % of the largest are left out.",
        ),
        "dispatch": (lambda: _dispatch(run, last), f"Each point is the mean of {steps} steps." if steps > 1 else ""),
        "map": (
            lambda: region_map(run, last),
            "The width of a link is its capacity relative to the largest link of its carrier.",
        ),
    }
    if run.sizes["period"] == 1:
        del wanted["emission_waterfall"], wanted["cost_waterfall"]
    if run.sizes["link"] == 0:
        del wanted["map"]
    figures = []
    for name, (make, caption) in wanted.items():
        try:
            figures.append(Figure.of(name, make(), caption))
        except InputError:
            # The case lacks the data of this figure, such as coordinates for the map.
            continue
    return figures


def _dispatch(run: xr.Dataset, period: int) -> Chart:
    """Return the dispatch of electricity, or of the first carrier, in the capped region with the largest flows."""
    carriers = run["carrier"].values.tolist()
    carrier = "electricity" if "electricity" in carriers else carriers[0]
    regions = capped_regions(run) or run["region"].values.tolist()
    flows = yearly_flows(run)[period].abs()
    by_region = flows[flows.index.get_level_values("carrier") == carrier].groupby(level="region").sum()
    by_region = by_region[by_region.index.isin(regions)]
    region = str(by_region.idxmax()) if len(by_region) else None
    return thinned(run_charts.dispatch(run, carrier, region, period, slice(None)), MOST_POINTS)
