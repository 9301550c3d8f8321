"""The audit: each equation, sum and limit of a run worked out anew from its two files, with numpy and no model.

    audit = h2model.audit("runs/climate_positive")
    audit.passed, audit.verdict()
    audit.to_dataframe()        one row for each equation: where it holds worst, and by how much

It shares no code with the equations: what they say is written here a second time, from what the parameters mean.
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
    """Recompute a run.

    Parameters
    ----------
    results, inputs
        What `results.nc` and `inputs.nc` hold; results may be joined by the inputs.

    Raises
    ------
    InputError
        If results and inputs are of different runs.
    """
    data = RunData(without_inputs(results, inputs), inputs)
    derive(data)
    account = Account(data.labels(), data.units())
    # Results that hold infinite numbers fail by what becomes of them.
    with np.errstate(invalid="ignore"):
        for part in PARTS:
            part.check(data, account)
    return account.audit()


__all__ = ["Account", "Audit", "Finding", "audit"]
