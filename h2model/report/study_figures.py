"""The figures of a report on a study, by what its design can tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import xarray as xr

from h2model.errors import InputError
from h2model.plots import overview_charts, study_charts
from h2model.plots.chart import Chart
from h2model.report.figure import Figure
from h2model.studies import near_optimal
from h2model.studies.analysis import sensitivity
from h2model.studies.campaign import Campaign
from h2model.studies.definition import SAMPLED, Morris, NearOptimal, Sobol
from h2model.tables.over_runs import CO2_PRICE, COST, axes_of, key_results

MOST_AXES = 8
#: With fewer runs, a distribution or a rank says nothing.
LEAST_RUNS = 8

Made = tuple[str, Callable[[], Chart], str]


def study_figures(campaign: Campaign, cube: xr.Dataset) -> list[Figure]:
    """Along the axes of a grid; what moves the results of a sample; what near-optimal plans can do without."""
    design = campaign.study.design
    if isinstance(design, NearOptimal):
        wanted = _near_optimal(campaign, cube)
    elif isinstance(design, SAMPLED):
        wanted = _sampled(campaign, cube)
    else:
        wanted = _along(cube)
    found = []
    for number, (name, make, caption) in enumerate(wanted):
        try:
            found.append(Figure.of(f"{name}_{number}", make(), caption))
        except InputError:
            # An axis that moves nothing, or indices that too many failures leave unknown, have no figure.
            continue
    return found


def _along(cube: xr.Dataset) -> Iterator[Made]:
    for axis in axes_of(cube)[:MOST_AXES]:
        yield "along", lambda axis=axis: overview_charts.along(cube, axis), ""


def _sampled(campaign: Campaign, cube: xr.Dataset) -> Iterator[Made]:
    """What moves the cost and the last CO2 price: indices where the design has them, else correlations."""
    rows = key_results(cube)
    chosen = [key for key in rows.index if key[0] == COST]
    chosen += [key for key in rows.index if key[0].startswith(CO2_PRICE)][-1:]
    for result, unit in chosen:
        if isinstance(campaign.study.design, Morris | Sobol):
            caption = "Lines are 95 % confidence. The sample is as large as the study asks for: see how wide they are."
            yield "indices", lambda result=result: study_charts.tornado(_indices(campaign, cube, result)), caption
        elif int((cube["status"] == "optimal").sum()) >= LEAST_RUNS:
            chart = lambda result=result, unit=unit: overview_charts.correlations(cube, result, unit)  # noqa: E731
            yield "correlations", chart, "1: always more of one with more of the other; 0: no order."
        if int((cube["status"] == "optimal").sum()) >= LEAST_RUNS:
            chart = lambda result=result, unit=unit: overview_charts.histogram(cube, result, unit)  # noqa: E731
            yield "spread", chart, "How often a value occurs says how the sample was drawn, not how likely it is."


def _indices(campaign: Campaign, cube: xr.Dataset, result: str) -> xr.Dataset:
    if result == COST:
        return sensitivity(campaign.folder)
    place = {"cap": cube["cap"].values[-1].item(), "period": cube["period"].values[-1].item()}
    return sensitivity(campaign.folder, "co2_price", place)


def _near_optimal(campaign: Campaign, cube: xr.Dataset) -> Iterator[Made]:
    """A figure for each unit of capacity, for only what has one unit can stand on one axis."""
    units: dict[str, list[str]] = {}
    for name, patterns in campaign.study.design.capacities.items():
        members = near_optimal.members(patterns, cube).values > 0
        found = set(cube["asset_unit"].values[members].tolist())
        units.setdefault(" and ".join(sorted(found)), []).append(name)
    for unit, names in units.items():
        chart = lambda names=tuple(names), unit=unit: overview_charts.possible(cube, names, unit)  # noqa: E731
        yield "possible", chart, "Sums over all regions and periods. Other capacities make up for what is left out."
