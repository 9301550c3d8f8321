"""Datasets as netCDF files: compressed, declared at once, and there complete or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from xarray.backends import NetCDF4DataStore

#: Bytes from which on an array is compressed: what it saves of a smaller one, its index in the file takes up again.
LEAST_COMPRESSED = 4096


def write_netcdf(data: xr.Dataset, path: Path) -> None:
    """Write a Dataset so that `path` either holds all of it or does not exist.

    The data goes to a temporary file beside `path`, is forced to disk, and takes its name in one step at the end.
    """
    partial = path.with_name(path.name + ".part")
    try:
        _fill(_storable(data), partial)
        force_to_disk(partial)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def force_to_disk(path: Path) -> None:
    """See to it that a file survives a power cut."""
    with path.open("r+b") as file:
        os.fsync(file.fileno())


class _Later:
    """Keeps what xarray wants to write until all variables are declared."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Any, Any]] = []

    def add(self, source: Any, target: Any, region: Any = None) -> None:
        """Take note of an array and of the variable of the file that it belongs to."""
        self._waiting.append((source, target))

    def write(self) -> None:
        """Write all arrays."""
        for source, target in self._waiting:
            target[...] = source


def _fill(data: xr.Dataset, path: Path) -> None:
    """Write the file as `to_netcdf` does, but declare all variables first.

    In turns, netCDF would bring the whole file in order after each variable, which takes more time than all the rest.
    """
    store, arrays = NetCDF4DataStore.open(str(path), mode="w"), _Later()
    try:
        data.dump_to_store(store, writer=arrays, encoding=_encoding(data))
        arrays.write()
    finally:
        store.close()


def _storable(data: xr.Dataset) -> xr.Dataset:
    # netCDF keeps no type for an empty array of Python strings: it would come back as an array of floats.
    empty = {
        name: variable.astype("U1")
        for name, variable in data.variables.items()
        if variable.dtype == object and variable.size == 0
    }
    if not empty:
        return data
    return data.assign({name: empty[name] for name in empty if name in data.data_vars}).assign_coords(
        {name: empty[name] for name in empty if name in data.coords}
    )


def _encoding(data: xr.Dataset) -> dict[str, dict[str, object]]:
    return {
        str(name): {"zlib": True, "complevel": 4, "shuffle": True}
        for name, variable in data.variables.items()
        if variable.nbytes >= LEAST_COMPRESSED and np.issubdtype(variable.dtype, np.number)
    }
