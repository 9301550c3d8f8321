"""Cost of avoided emissions between two runs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from h2model.constants import MILLION, TONNES_PER_KILOTONNE
from h2model.errors import Fault, InputError
from h2model.results.kinds import RUN, require


def abatement(run: xr.Dataset, reference: xr.Dataset) -> pd.DataFrame:
    """Return the emissions that a run avoids against a reference run, their cost a year, and the cost per tonne.

    Rows: "avoided" (kt of CO2 per year, net, all regions), "extra cost" (million of the currency per year,
    undiscounted) and "average cost" (per tonne; NaN if nothing is avoided); columns: the periods of both.

    Raises
    ------
    InputError
        If the runs count in other money, or have no period in common.
    """
    require(reference, RUN)
    faults = []
    if run.attrs["currency"] != reference.attrs["currency"]:
        problem = f"counts in {reference.attrs['currency']}, the run in {run.attrs['currency']}"
        faults.append(Fault("reference", problem, "compare runs of one case"))
    common = [period for period in run["period"].values.tolist() if period in reference["period"].values.tolist()]
    if not common:
        faults.append(Fault("reference", "has no period in common with the run", "compare runs of the same periods"))
    if faults:
        raise InputError(faults)
    avoided = _net(reference, common) - _net(run, common)
    extra = run["annual_cost"].sel(period=common).values - reference["annual_cost"].sel(period=common).values
    with np.errstate(divide="ignore", invalid="ignore"):
        average = np.where(avoided > TONNES_PER_KILOTONNE, extra / avoided, np.nan)
    currency = run.attrs["currency"]
    index = pd.MultiIndex.from_tuples(
        [
            ("avoided", "kt/year"),
            ("extra cost", f"million {currency}/year"),
            ("average cost", f"{currency}/t"),
        ],
        names=["", "unit"],
    )
    values = [avoided / TONNES_PER_KILOTONNE, extra / MILLION, average]
    return pd.DataFrame(values, index, pd.Index(common, name="period"))


def _net(run: xr.Dataset, periods: list[int]) -> np.ndarray:
    """Return net emissions of all regions, in t per year, by period."""
    return run["emissions"].sel(period=periods).sum(("region", "origin")).values
