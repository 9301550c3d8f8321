"""Examples in docstrings hold."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import h2model

MODULES = [found.name for found in pkgutil.walk_packages(h2model.__path__, "h2model.") if "__main__" not in found.name]


@pytest.mark.parametrize("name", [name for name in MODULES if ".template" not in name])
def test_examples_in_docstrings_hold(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0
