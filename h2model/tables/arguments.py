"""Checks of the arguments of tables and plots: carriers, regions and periods that a run must have."""

from __future__ import annotations

from collections.abc import Sequence

import xarray as xr

from h2model.case import did_you_mean
from h2model.errors import Fault, InputError


def require_known(run: xr.Dataset, **labels: object) -> None:
    """Raise InputError with every label that the dimension of its name lacks; labels that are None are not checked."""
    faults = [
        _unknown(run, dimension, label)
        for dimension, label in labels.items()
        if label is not None and label not in run[dimension].values.tolist()
    ]
    if faults:
        raise InputError(faults)


def require_regions(run: xr.Dataset, regions: str | Sequence[str] | None) -> list[str] | None:
    """Return one or several regions as a list, None for all of them; InputError names all unknown regions."""
    if regions is None:
        return None
    names = [regions] if isinstance(regions, str) else list(regions)
    if not names:
        raise InputError([Fault("regions=[]", "names no region", "leave it out for all of them")])
    faults = [_unknown(run, "region", name) for name in names if name not in run["region"].values.tolist()]
    if faults:
        raise InputError(faults)
    return names


def require_named(**labels: object) -> None:
    """Raise InputError if a label is None."""
    faults = [
        Fault(f"{name}=None", f"a {name} is needed", "name one") for name, label in labels.items() if label is None
    ]
    if faults:
        raise InputError(faults)


def last_period(run: xr.Dataset, period: int | None) -> int:
    """Return the period, or the last period of the run for None; InputError if the run does not have it."""
    require_known(run, period=period)
    return int(run["period"][-1]) if period is None else period


def _unknown(run: xr.Dataset, dimension: str, label: object) -> Fault:
    labels = run[dimension].values.tolist()
    remedy = did_you_mean(str(label), list(map(str, labels)))
    if str(label) in map(str, labels):
        remedy = f"write it as a number: {label}"
    return Fault(f"{dimension}={label!r}", f"is not a {dimension} of the run", remedy)
