"""Kinds of Datasets: a run with its inputs, the cube of a study, or the indices of a sensitivity analysis."""

from __future__ import annotations

import xarray as xr

from h2model.errors import Fault, InputError

RUN, STUDY, INDICES, OTHER = "results of a run", "the cube of a study", "indices of a sensitivity analysis", "neither"
REMEDIES = {
    RUN: "open a run with h2model.open_run, such as one in the folder runs of a campaign",
    STUDY: "open a collected study with h2model.open_study",
    INDICES: "take what h2model.sensitivity returns",
}


def kind_of(data: xr.Dataset) -> str:
    """Return the kind of a Dataset, from the attributes that only one kind has."""
    if not isinstance(data, xr.Dataset):
        return OTHER
    if "cost_parts" in data.attrs:
        # Full results of all runs of a study are several runs: tables of one run cannot show them.
        return OTHER if "run" in data.dims else RUN
    if "study" in data.attrs:
        return STUDY
    return INDICES if "axis" in data.dims and "of" in data.attrs else OTHER


def require(data: xr.Dataset, kind: str) -> xr.Dataset:
    """Return the Dataset if it is of this kind.

    Raises
    ------
    InputError
        If it is of another kind.
    """
    actual = kind_of(data)
    if actual != kind:
        problem = f"is {actual}, and this is about {kind}" if actual != OTHER else f"is not {kind}"
        raise InputError([Fault("the Dataset", problem, REMEDIES[kind])])
    return data
