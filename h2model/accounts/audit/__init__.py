"""The audit: each equation, sum and limit of a run recomputed from its two files with numpy, without the model.

    audit = h2model.audit("runs/climate_positive")
    audit.passed, audit.verdict()
    audit.to_dataframe()        one row for each equation: its largest violation, and where

The audit shares no code with the equations. It follows from the documented meaning of the parameters.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from h2model.accounts.audit import (
    balances,
    capacity,
    carbon,
    costs,
    early_retirement,
    finite,
    links,
    plants,
    policies,
    stores,
    trades,
)
from h2model.accounts.audit.account import Account, Audit, Finding
from h2model.accounts.derived import derive
from h2model.accounts.run_data import RunData
from h2model.results.folder import without_inputs

PARTS = (
    finite, capacity, early_retirement, plants, stores, links, trades, balances, carbon, costs, policies,
)  # fmt: skip


def audit(results: xr.Dataset, inputs: xr.Dataset) -> Audit:
    """Recompute a run, and return the largest violation of each equation.

    Parameters
    ----------
    results, inputs
        The contents of `results.nc` and `inputs.nc`; results may be merged with the inputs.

    Raises
    ------
    InputError
        If results and inputs belong to different runs.
    """
    data = RunData(without_inputs(results, inputs), inputs)
    derive(data)
    account = Account(data.labels(), data.units())
    # Infinite results become NaN in sums and products, and fail.
    with np.errstate(invalid="ignore"):
        for part in PARTS:
            part.check(data, account)
    return account.audit()


__all__ = ["Account", "Audit", "Finding", "audit"]
