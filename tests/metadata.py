"""Metadata that each variable of a Dataset must have."""

from __future__ import annotations

from collections.abc import Iterator

import xarray as xr


def silences(data: xr.Dataset) -> Iterator[str]:
    """One line for each variable without long name, for numbers without unit, and for labels that are no words."""
    for name, variable in data.variables.items():
        if not variable.attrs.get("long_name"):
            yield f"{name} has no long name"
        if variable.dtype.kind in "iuf" and not variable.attrs.get("units"):
            yield f"{name} has no units"
        if "money" in variable.attrs.get("units", ""):
            yield f"{name} counts in {variable.attrs['units']}, not in a currency"
        if variable.size == 0 and name in data.coords and variable.dtype.kind == "f":
            yield f"{name} is empty and came back as numbers"
