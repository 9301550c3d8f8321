"""The summary of a run: its small tables, computed once for the terminal and for JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import xarray as xr

from h2model.case import warnings_of
from h2model.errors import Fault
from h2model.tables import summary
from h2model.tables.co2_price import co2_prices, prices_of_caps


@dataclass(frozen=True, eq=False)
class RunSummary:
    """The attributes, warnings and tables of a run; tables are those of `h2model.tables.summary` and `co2_price`."""

    facts: Mapping[str, Any]
    periods: tuple[int, ...]
    regions: tuple[str, ...]
    warnings: tuple[Fault, ...]
    costs: pd.DataFrame
    emissions: pd.DataFrame
    carbon_stored: pd.DataFrame
    co2_prices: pd.DataFrame
    prices_of_caps: pd.DataFrame
    new_capacities: pd.DataFrame
    unserved: pd.DataFrame
    disposed: pd.DataFrame


def run_summary(results: xr.Dataset) -> RunSummary:
    """Return the summary of a finished run (results, with or without inputs)."""
    return RunSummary(
        facts=results.attrs,
        periods=tuple(results["period"].values.tolist()),
        regions=tuple(results["region"].values.tolist()),
        warnings=warnings_of(results),
        costs=summary.costs(results),
        emissions=summary.emissions(results),
        carbon_stored=summary.carbon_stored(results),
        co2_prices=co2_prices(results),
        prices_of_caps=prices_of_caps(results),
        new_capacities=summary.new_capacities(results),
        unserved=summary.unserved(results),
        disposed=summary.disposed(results),
    )
