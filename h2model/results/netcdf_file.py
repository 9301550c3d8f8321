"""Datasets as netCDF files: compressed, and either complete or absent."""

from __future__ import annotations

import os
from pathlib import Path

import netCDF4
import numpy as np
import xarray as xr
from xarray.conventions import encode_cf_variable

#: Arrays of at least so many bytes are compressed. For smaller ones, the index of compressed data is larger
#: than the bytes that compression saves.
LEAST_COMPRESSED = 4096
COMPRESSION = {"compression": "zlib", "complevel": 4, "shuffle": True}
COORDINATES = "coordinates"


def write_netcdf(data: xr.Dataset, path: Path) -> None:
    """Write a Dataset to `path`, completely or not at all.

    The data goes to a temporary file beside `path`, is forced to disk, and is renamed in one step at the end.
    """
    partial = path.with_name(path.name + ".part")
    try:
        with netCDF4.Dataset(partial, "w") as file:
            _fill(file, data)
        force_to_disk(partial)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def force_to_disk(path: Path) -> None:
    """Wait until the content of a file would survive a power cut."""
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def _fill(file: netCDF4.Dataset, data: xr.Dataset) -> None:
    """Write the variables as `Dataset.to_netcdf` does, but declare all of them before the first value.

    `to_netcdf` declares and writes in turns. The library then brings the whole file in order after each variable,
    which doubles the time of a file with hundreds of variables.
    """
    auxiliary = {str(name): set(c.dims) for name, c in data.coords.items() if name not in c.dims}
    listed: set[str] = set()
    for dim, size in data.sizes.items():
        file.createDimension(dim, size)
    declared = []
    for name, variable in data.variables.items():
        fitting = sorted(each for each, dims in auxiliary.items() if dims <= set(variable.dims))
        if name in auxiliary or name in variable.dims:
            fitting = []
        listed.update(fitting)
        declared.append(_declare(file, str(name), variable, fitting))
    # If no variable lists a coordinate, xarray finds its name in the file's attribute `coordinates`.
    remaining = " ".join(sorted(auxiliary.keys() - listed))
    file.setncatts({**data.attrs, **({COORDINATES: remaining} if remaining else {})})
    for target, values in declared:
        target[...] = values


def _declare(
    file: netCDF4.Dataset, name: str, variable: xr.Variable, coordinates: list[str]
) -> tuple[netCDF4.Variable, np.ndarray]:
    """Declare one variable; return it with the values to write."""
    if variable.dtype == object and variable.size == 0:
        # xarray cannot infer the type of an empty array of Python strings: it would be read as an array of numbers.
        variable = variable.astype("U1")
    encoded = encode_cf_variable(variable, name=name)
    attributes = {**encoded.attrs, **({COORDINATES: " ".join(coordinates)} if coordinates else {})}
    is_text = encoded.dtype.kind in "OU"
    compressed = not is_text and encoded.nbytes >= LEAST_COMPRESSED
    target = file.createVariable(
        name,
        str if is_text else encoded.dtype,
        encoded.dims,
        fill_value=attributes.pop("_FillValue", None),
        **(COMPRESSION if compressed else {}),
    )
    target.setncatts(attributes)
    return target, encoded.values.astype(object) if is_text else encoded.values
