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

#: Longer series are shown as means of so many parts: more points than a screen has cannot be seen.
MOST_POINTS = 800


def run_figures(run: xr.Dataset) -> list[Figure]:
    """Emissions, costs, capacities, flows of carbon and energy, dispatch and the map of a run."""
    regions = capped_regions(run)
    last = int(run["period"][-1])
    wanted = {
        "emissions": (
            lambda: run_charts.emissions(run, regions),
            "The diamond is the net" + (", which the cap binds." if net_is_capped(run) else "."),
        ),
        "costs": (lambda: run_charts.costs(run), "What is sold is below zero."),
        "emission_waterfall": (lambda: run_charts.emission_waterfall(run, None, regions, None), ""),
        "cost_waterfall": (lambda: run_charts.cost_waterfall(run, None, None), ""),
        "new_capacity": (lambda: run_charts.capacities(run, "new_capacity"), ""),
        "carbon": (lambda: sankeys.carbon(run, last), "Flows below 0.2 % of the largest are left out."),
        "energy": (lambda: sankeys.energy(run, last), "By lower heating value. Flows below 0.2 % are left out."),
        "dispatch": (lambda: _dispatch(run, last), _of_means(run)),
        "map": (lambda: region_map(run, last), "Links are as wide as their capacity among those of a carrier."),
    }
    if run.sizes["period"] == 1:
        del wanted["emission_waterfall"], wanted["cost_waterfall"]
    if run.sizes["link"] == 0:
        del wanted["map"]
    found = []
    for name, (make, caption) in wanted.items():
        try:
            found.append(Figure.of(name, make(), caption))
        except InputError:
            # A case without such a thing, such as one without coordinates, has no such figure.
            continue
    return found


def _of_means(run: xr.Dataset) -> str:
    steps = -(-run.sizes["time"] // MOST_POINTS)
    return f"Means of {steps} steps." if steps > 1 else ""


def _dispatch(run: xr.Dataset, period: int) -> Chart:
    """Electricity where most of it flows; of another carrier if the case has none."""
    carriers = run["carrier"].values.tolist()
    carrier = "electricity" if "electricity" in carriers else carriers[0]
    regions = capped_regions(run) or run["region"].values.tolist()
    flows = yearly_flows(run)[period].abs()
    own = flows[flows.index.get_level_values("carrier") == carrier].groupby(level="region").sum()
    own = own[own.index.isin(regions)]
    region = str(own.idxmax()) if len(own) else None
    return thinned(run_charts.dispatch(run, carrier, region, period, slice(None)), MOST_POINTS)
