"""Register `Dataset.h2model` with xarray, whichever of the two packages is imported first.

Importing xarray takes half a second, so `import h2model` does not. If xarray is not imported yet, a finder at the head
of `sys.meta_path` waits for its import, registers the accessor then, and removes itself.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xarray as xr

    from h2model.accessor import H2ModelAccessor

NAME = "h2model"


def register_accessor() -> None:
    """Register the accessor at once if xarray is imported, otherwise as soon as it is."""
    if "xarray" in sys.modules:
        _register(sys.modules["xarray"])
    else:
        sys.meta_path.insert(0, _AfterXarray())


def _register(xarray: ModuleType) -> None:
    xarray.register_dataset_accessor(NAME)(_accessor_of)


def _accessor_of(data: xr.Dataset) -> H2ModelAccessor:
    # The tables and plots behind the accessor are imported when a Dataset is first asked for them.
    from h2model.accessor import H2ModelAccessor

    return H2ModelAccessor(data)


class _AfterXarray(MetaPathFinder):
    """Finds xarray as Python would, and registers the accessor once the module has been executed."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != "xarray":
            return None
        sys.meta_path.remove(self)
        spec = find_spec(name)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def execute_and_register(module: ModuleType) -> None:
                execute(module)
                _register(module)

            spec.loader.exec_module = execute_and_register
        return spec
