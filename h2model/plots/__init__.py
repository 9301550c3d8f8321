"""Plots of runs and studies: the same charts with matplotlib for papers and with plotly for screens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import xarray as xr

from h2model.accounts.members import require_regions
from h2model.case import did_you_mean
from h2model.errors import Fault, InputError
from h2model.plots import overview_charts, places, run_charts, sankeys, study_charts
from h2model.plots.chart import Chart, Map, Sankey
from h2model.results.kinds import INDICES, RUN, STUDY, require

ENGINES = ("matplotlib", "plotly")


class Plots:
    """What can be drawn of a run or a study: `run.h2model.plot`.

    Each method takes `engine`, "matplotlib" (a Figure that `savefig` writes) or "plotly" (a Figure that answers to the
    mouse). Names that the run does not know are refused with an InputError.
    """

    def __init__(self, data: xr.Dataset) -> None:
        """Of a run with inputs, of the cube of a study, or of what `h2model.sensitivity` returns."""
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
        """Who makes and uses a carrier, with its price and the level of its stores, from `start` to `end` (dates)."""
        return _drawn(run_charts.dispatch(self._run, carrier, region, period, slice(start, end)), engine)

    def storage_levels(self, carrier: str | None = None, period: int | None = None, engine: str = "matplotlib") -> Any:
        """What is in the stores over the year."""
        return _drawn(run_charts.storage_levels(self._run, carrier, period), engine)

    def price_duration(self, carrier: str, region: str, engine: str = "matplotlib") -> Any:
        """Prices from the highest to the lowest."""
        return _drawn(run_charts.price_duration(self._run, carrier, region), engine)

    def capacities(self, of: str = "capacity", engine: str = "matplotlib") -> Any:
        """`capacity` or `new_capacity` by technology and period."""
        return _drawn(run_charts.capacities(self._run, of), engine)

    def costs(self, engine: str = "matplotlib") -> Any:
        """Annual cost by part and period."""
        return _drawn(run_charts.costs(self._run), engine)

    def emissions(self, regions: str | Sequence[str] | None = None, engine: str = "matplotlib") -> Any:
        """Net emissions by origin and period."""
        return _drawn(run_charts.emissions(self._run, require_regions(self._run, regions)), engine)

    def cost_waterfall(
        self, period: int | None = None, since: xr.Dataset | None = None, engine: str = "matplotlib"
    ) -> Any:
        """From the annual cost of the first period to that of a later one, by technology.

        `since` is a run whose first period is the beginning instead, such as one of today.
        """
        return _drawn(run_charts.cost_waterfall(self._run, period, since), engine)

    def emission_waterfall(
        self,
        period: int | None = None,
        regions: str | Sequence[str] | None = None,
        since: xr.Dataset | None = None,
        engine: str = "matplotlib",
    ) -> Any:
        """From the net emissions of the first period to those of a later one, by technology; `since` as for costs."""
        chosen = require_regions(self._run, regions)
        return _drawn(run_charts.emission_waterfall(self._run, period, chosen, since), engine)

    def carbon_sankey(self, period: int | None = None, engine: str = "matplotlib") -> Any:
        """Carbon from stone, gas and biomass to products, the air and the store under the sea."""
        return _drawn(sankeys.carbon(self._run, period), engine)

    def energy_sankey(self, period: int | None = None, engine: str = "matplotlib") -> Any:
        """Energy from imports and nature to what is asked for."""
        return _drawn(sankeys.energy(self._run, period), engine)

    def map(self, period: int | None = None, engine: str = "matplotlib") -> Any:
        """Regions and the links between them."""
        return _drawn(places.region_map(self._run, period), engine)

    def abatement_curve(self, axis: str, where: Mapping[str, object] | None = None, engine: str = "matplotlib") -> Any:
        """The marginal abatement cost curve of a study along an axis of caps."""
        return _drawn(study_charts.abatement_curve(self._cube, axis, where or {}), engine)

    def tornado(self, engine: str = "matplotlib") -> Any:
        """Morris effects or Sobol indices, the largest on top."""
        return _drawn(study_charts.tornado(require(self._data, INDICES)), engine)

    def along(self, axis: str, engine: str = "matplotlib") -> Any:
        """Cost, emissions, CO2 prices and builds of a study along an axis: median, least and most over all others."""
        return _drawn(overview_charts.along(self._cube, axis), engine)

    def histogram(self, result: str, unit: str, engine: str = "matplotlib") -> Any:
        """How a result of `key_results` spreads over the runs of a study."""
        return _drawn(overview_charts.histogram(self._cube, result, unit), engine)

    def correlations(self, result: str, unit: str, engine: str = "matplotlib") -> Any:
        """Rank correlation of the axes of a study with a result of `key_results`."""
        return _drawn(overview_charts.correlations(self._cube, result, unit), engine)

    def possible(self, names: Sequence[str], unit: str, engine: str = "matplotlib") -> Any:
        """How little and how much of some capacities near-optimal plans build; `unit` is theirs."""
        return _drawn(overview_charts.possible(self._cube, tuple(names), unit), engine)


def _drawn(chart: Any, engine: str) -> Any:
    if engine not in ENGINES:
        raise InputError([Fault(f"engine={engine!r}", "is no way to draw", did_you_mean(engine, list(ENGINES)))])
    if engine == "plotly":
        from h2model.plots import with_plotly as drawing
    else:
        from h2model.plots import with_matplotlib as drawing
    return {Chart: drawing.draw, Sankey: drawing.draw_sankey, Map: drawing.draw_map}[type(chart)](chart)
