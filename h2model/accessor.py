"""Tables and plots of results as methods, such as `run.h2model.balance("hydrogen")`.

    run = h2model.open_run("runs/climate_positive")
    run.h2model.balance("hydrogen", "heroya")
    run.h2model.levelised_cost("hydrogen")
    run.h2model.plot.dispatch("electricity", region="heroya", period=2050)

This module registers the accessor with xarray. Any public function of h2model imports it. If you open files with xarray
alone, write `import h2model.accessor`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import pandas as pd
import xarray as xr

from h2model.plots import Plots
from h2model.results.kinds import RUN, STUDY, require
from h2model.tables import abatement, balance, carbon_tables, carrier_prices, cost_tables, levelised, over_runs, summary


@xr.register_dataset_accessor("h2model")
class H2ModelAccessor:
    """Tables and plots of a run (results with inputs) or of a study."""

    def __init__(self, data: xr.Dataset) -> None:
        """Keep the Dataset; xarray creates one accessor for each."""
        self._data = data

    @property
    def _run(self) -> xr.Dataset:
        return require(self._data, RUN)

    @cached_property
    def plot(self) -> Plots:
        """Return plots with matplotlib, or with plotly where `engine="plotly"`: see `h2model.plots.Plots`."""
        return Plots(self._data)

    def balance(self, carrier: str, region: str | None = None) -> xr.DataArray:
        """Return every flow of a carrier in every step: see `h2model.tables.balance.balance`."""
        return balance.balance(self._run, carrier, region)

    def dispatch(self, carrier: str, region: str | None = None, period: int | None = None) -> pd.DataFrame:
        """Return flows of a carrier by technology and time: see `h2model.tables.balance.dispatch`."""
        return balance.dispatch(self._run, carrier, region, period)

    def yearly_flows(self) -> pd.DataFrame:
        """Return the volume per year of every flow: see `h2model.tables.balance.yearly_flows`."""
        return balance.yearly_flows(self._run)

    def capacity_table(self, of: str = "capacity") -> pd.DataFrame:
        """Return `capacity` or another quantity of assets by technology, region, unit and period."""
        return summary.capacities(self._run, of)

    def cost_breakdown(self, by: str | Sequence[str] = "part") -> pd.DataFrame:
        """Return annual cost by part, technology, region or name: see `h2model.tables.cost_tables.cost_breakdown`."""
        return cost_tables.cost_breakdown(self._run, by)

    def emissions_table(self, regions: str | Sequence[str] | None = None) -> pd.DataFrame:
        """Return the ledger of carbon by entry and origin: see `h2model.tables.carbon_tables.emissions_table`."""
        return carbon_tables.emissions_table(self._run, regions)

    def emission_sources(self, regions: str | Sequence[str] | None = None) -> pd.DataFrame:
        """Return the causes of net emissions: see `h2model.tables.carbon_tables.emission_sources`."""
        return carbon_tables.emission_sources(self._run, regions)

    def price(self, carrier: str, region: str) -> xr.DataArray:
        """Return the marginal cost of a carrier in each step: see `h2model.tables.carrier_prices.price`."""
        return carrier_prices.price(self._run, carrier, region)

    def price_duration(self, carrier: str, region: str) -> pd.DataFrame:
        """Return prices from the highest to the lowest: see `h2model.tables.carrier_prices.price_duration`."""
        return carrier_prices.price_duration(self._run, carrier, region)

    def levelised_cost(self, carrier: str, region: str | None = None, technology: str | None = None) -> pd.DataFrame:
        """Return the levelised cost of a carrier by part: see `h2model.tables.levelised.levelised_cost`."""
        return levelised.levelised_cost(self._run, carrier, region, technology)

    def abatement(self, reference: xr.Dataset) -> pd.DataFrame:
        """Return avoided emissions and their cost against another run: see `h2model.tables.abatement.abatement`."""
        return abatement.abatement(self._run, reference)

    def key_results(self) -> pd.DataFrame:
        """Return cost, emissions and CO2 prices of each run of a study: see `h2model.tables.over_runs.key_results`."""
        return over_runs.key_results(require(self._data, STUDY))
