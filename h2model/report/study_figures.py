"""The figures of a report on a study, which depend on its design."""

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
from h2model.studies.designs import SAMPLED, Morris, NearOptimal, Sobol
from h2model.tables.over_runs import CO2_PRICE, COST, axes_of, key_results

MOST_AXES = 8
#: With fewer runs, a distribution or a rank correlation is meaningless.
LEAST_RUNS = 8

#: Name of a figure, function that makes its chart, and caption.
Wanted = tuple[str, Callable[[], Chart], str]


def study_figures(campaign: Campaign, cube: xr.Dataset) -> list[Figure]:
    """Return results along the axes of a grid, sensitivities of a sample, or ranges of near-optimal plans."""
    design = campaign.study.design
    if isinstance(design, NearOptimal):
        wanted = _near_optimal(campaign, cube)
    elif isinstance(design, SAMPLED):
        wanted = _sampled(campaign, cube)
    else:
        wanted = (
            ("along", lambda axis=axis: overview_charts.along(cube, axis), "") for axis in axes_of(cube)[:MOST_AXES]
        )
    figures = []
    for number, (name, make, caption) in enumerate(wanted):
        try:
            figures.append(Figure.of(f"{name}_{number}", make(), caption))
        except InputError:
            # The axis changes no result, or too many runs failed for indices.
            continue
    return figures


def _sampled(campaign: Campaign, cube: xr.Dataset) -> Iterator[Wanted]:
    """Yield the sensitivity of cost and of the last CO2 price (indices, or correlations), and their distribution."""
    rows = key_results(cube)
    results = [key for key in rows.index if key[0] == COST]
    results += [key for key in rows.index if key[0].startswith(CO2_PRICE)][-1:]
    for result, unit in results:
        if isinstance(campaign.study.design, Morris | Sobol):
            caption = "Lines are 95 % confidence intervals. A larger sample makes them shorter."
            yield "indices", lambda result=result: study_charts.tornado(_indices(campaign, cube, result)), caption
        elif int((cube["status"] == "optimal").sum()) >= LEAST_RUNS:
            chart = lambda result=result, unit=unit: overview_charts.correlations(cube, result, unit)  # noqa: E731
            yield "correlations", chart, "1: both always rise together; −1: one falls as the other rises; 0: no order."
        if int((cube["status"] == "optimal").sum()) >= LEAST_RUNS:
            chart = lambda result=result, unit=unit: overview_charts.histogram(cube, result, unit)  # noqa: E731
            yield "spread", chart, "The frequency of a value follows from the sampling; it is not a probability."


def _indices(campaign: Campaign, cube: xr.Dataset, result: str) -> xr.Dataset:
    if result == COST:
        return sensitivity(campaign.folder)
    labels = {"cap": cube["cap"].values[-1].item(), "period": cube["period"].values[-1].item()}
    return sensitivity(campaign.folder, "co2_price", labels)


def _near_optimal(campaign: Campaign, cube: xr.Dataset) -> Iterator[Wanted]:
    """Yield a figure for each unit of capacity, because one axis has one unit."""
    units: dict[str, list[str]] = {}
    for name, patterns in campaign.study.design.capacities.items():
        members = near_optimal.members(patterns, cube).values > 0
        of_members = sorted(set(cube["asset_unit"].values[members].tolist()))
        units.setdefault(" and ".join(of_members), []).append(name)
    for unit, names in units.items():
        chart = lambda names=tuple(names), unit=unit: overview_charts.possible(cube, names, unit)  # noqa: E731
        yield (
            "possible",
            chart,
            "Sums over all regions and periods. If a plan builds less of one capacity, others replace it.",
        )
