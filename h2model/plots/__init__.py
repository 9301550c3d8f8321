"""Plots of runs and studies: the same charts with matplotlib for paper and with plotly for screens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import xarray as xr

from h2model.case import did_you_mean
from h2model.errors import Fault, InputError
from h2model.plots import overview_charts, region_map, run_charts, sankeys, study_charts
from h2model.plots.chart import Chart, Map, Sankey
from h2model.results.kinds import INDICES, RUN, STUDY, require
from h2model.tables.arguments import require_regions

ENGINES = ("matplotlib", "plotly")


class Plots:
    """The plots of a run or a study: `run.h2model.plot`.

    Each method returns a figure of the `engine`: "matplotlib", whose figures `savefig` writes, or "plotly", whose
    figures are interactive. `period` is the last one by default. If the run lacks a name, an InputError is raised.
    """

    def __init__(self, data: xr.Dataset) -> None:
        """Take a run with its inputs, the cube of a study, or the indices that `h2model.sensitivity` returns."""
        self._data = data

    @property
    def _run(self) -> xr.Dataset:
        return require(self._data, RUN)

    @property
    def _cube(self) -> xr.Dataset:
        return require(self._data, STUDY)

    def dispatch(
        self,
        carrier: str,
        region: str | None = None,
        period: int | None = None,
        start: str | None = None,
        end: str | None = None,
        engine: str = "matplotlib",
    ) -> Any:
        """Draw supply and use of a carrier from `start` to `end` (dates), with its price and storage levels."""
        return _draw(run_charts.dispatch(self._run, carrier, region, period, slice(start, end)), engine)

    def storage_levels(self, carrier: str | None = None, period: int | None = None, engine: str = "matplotlib") -> Any:
        """Draw the level of the stores over the year."""
        return _draw(run_charts.storage_levels(self._run, carrier, period), engine)

    def price_duration(self, carrier: str, region: str, engine: str = "matplotlib") -> Any:
        """Draw prices from the highest to the lowest."""
        return _draw(run_charts.price_duration(self._run, carrier, region), engine)

    def capacities(self, of: str = "capacity", engine: str = "matplotlib") -> Any:
        """Draw `capacity` or `new_capacity` by technology and period."""
        return _draw(run_charts.capacities(self._run, of), engine)

    def costs(self, engine: str = "matplotlib") -> Any:
        """Draw annual cost by part and period."""
        return _draw(run_charts.costs(self._run), engine)

    def emissions(self, regions: str | Sequence[str] | None = None, engine: str = "matplotlib") -> Any:
        """Draw net emissions by origin and period."""
        return _draw(run_charts.emissions(self._run, require_regions(self._run, regions)), engine)

    def cost_waterfall(
        self, period: int | None = None, since: xr.Dataset | None = None, engine: str = "matplotlib"
    ) -> Any:
        """Draw the change in annual cost from the first period to a later one, by technology.

        If `since` is another run, such as one of today, the change starts from its first period.
        """
        return _draw(run_charts.cost_waterfall(self._run, period, since), engine)

    def emission_waterfall(
        self,
        period: int | None = None,
        regions: str | Sequence[str] | None = None,
        since: xr.Dataset | None = None,
        engine: str = "matplotlib",
    ) -> Any:
        """Draw the change in net emissions from the first period to a later one; `since` as for costs."""
        names = require_regions(self._run, regions)
        return _draw(run_charts.emission_waterfall(self._run, period, names, since), engine)

    def carbon_sankey(self, period: int | None = None, engine: str = "matplotlib") -> Any:
        """Draw carbon from stone, fuels and biomass to products, the air and permanent storage."""
        return _draw(sankeys.carbon(self._run, period), engine)

    def energy_sankey(self, period: int | None = None, engine: str = "matplotlib") -> Any:
        """Draw energy from imports and ambient sources to demands and exports."""
        return _draw(sankeys.energy(self._run, period), engine)

    def map(self, period: int | None = None, engine: str = "matplotlib") -> Any:
        """Draw regions and the links between them."""
        return _draw(region_map.region_map(self._run, period), engine)

    def abatement_curve(self, axis: str, where: Mapping[str, object] | None = None, engine: str = "matplotlib") -> Any:
        """Draw the marginal abatement cost curve of a study along an axis of caps."""
        return _draw(study_charts.abatement_curve(self._cube, axis, where or {}), engine)

    def tornado(self, engine: str = "matplotlib") -> Any:
        """Draw Morris effects or Sobol indices, the largest on top."""
        return _draw(study_charts.tornado(require(self._data, INDICES)), engine)

    def along(self, axis: str, engine: str = "matplotlib") -> Any:
        """Draw results and new capacities along an axis of a study: median, minimum and maximum over the other axes."""
        return _draw(overview_charts.along(self._cube, axis), engine)

    def histogram(self, result: str, unit: str, engine: str = "matplotlib") -> Any:
        """Draw the distribution of a result of `key_results` over the runs of a study."""
        return _draw(overview_charts.histogram(self._cube, result, unit), engine)

    def correlations(self, result: str, unit: str, engine: str = "matplotlib") -> Any:
        """Draw the rank correlation of the axes of a study with a result of `key_results`."""
        return _draw(overview_charts.correlations(self._cube, result, unit), engine)

    def possible(self, names: Sequence[str], unit: str, engine: str = "matplotlib") -> Any:
        """Draw the range of some capacities in near-optimal plans; `unit` is that of these capacities."""
        return _draw(overview_charts.possible(self._cube, tuple(names), unit), engine)


def _draw(chart: Any, engine: str) -> Any:
    if engine not in ENGINES:
        raise InputError([Fault(f"engine={engine!r}", "is not a plotting engine", did_you_mean(engine, list(ENGINES)))])
    # Both libraries are slow to import, and a plot needs one of them.
    if engine == "plotly":
        from h2model.plots import with_plotly as backend
    else:
        from h2model.plots import with_matplotlib as backend
    return {Chart: backend.draw, Sankey: backend.draw_sankey, Map: backend.draw_map}[type(chart)](chart)
