"""Sensitivity indices of a collected study."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import xarray as xr

from h2model.case import Faults, did_you_mean
from h2model.errors import Fault, InputError
from h2model.studies.campaign import open_campaign
from h2model.studies.collect import open_study
from h2model.studies.designs import Morris, Sobol
from h2model.studies.sampling import indices


def sensitivity(
    folder: str | Path, result: str = "total_cost", where: Mapping[str, object] | None = None
) -> xr.Dataset:
    """Compute Sobol or Morris indices of one result of a collected study, with confidence intervals.

    Parameters
    ----------
    folder
        Campaign folder of a study with the design sobol or morris.
    result
        A variable of the cube.
    where
        Labels to select, such as {"asset": "electrolyser_heroya", "period": 2050}; other dimensions are kept.

    Returns
    -------
    Dataset over `axis`; see `sampling.indices`.

    Raises
    ------
    InputError
        If the design has no indices, the result or a label is unknown, or too many runs have failed.
    """
    campaign = open_campaign(folder)
    design = campaign.study.design
    if not isinstance(design, Sobol | Morris):
        problem = f"has the design {design.kind}, which does not allow sensitivity indices"
        raise InputError([Fault(str(folder), problem, "use a study with the design morris or sobol")])
    with open_study(folder) as cube:
        if result not in cube.data_vars or "run" not in cube[result].dims:
            known = ", ".join(str(name) for name, array in cube.data_vars.items() if array.dtype.kind == "f")
            raise InputError([Fault(str(folder), f"the cube has no result '{result}'", f"use one of: {known}")])
        array, faults = cube[result], Faults()
        dims = [str(dim) for dim in array.dims if dim in array.indexes and dim != "run"]
        for dim, label in (where or {}).items():
            if dim not in dims:
                faults.add(f"{dim}={label}", f"{result} has no dimension '{dim}'", did_you_mean(dim, dims))
            elif label not in array.indexes[dim]:
                known = map(str, array.indexes[dim])
                faults.add(f"{dim}={label}", f"{result} has no {dim} '{label}'", did_you_mean(str(label), known))
        faults.raise_if_any()
        values = array.sel(dict(where or {})).load()
    return indices(design, campaign.sample, [axis.name for axis in campaign.axes], values)
