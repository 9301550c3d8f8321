"""`import h2model`: light, with every public name, and with the accessor on every Dataset."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import h2model

HEAVY = ("highspy", "numpy", "pandas", "pyomo", "xarray")


def output_of(program: str) -> str:
    """Standard output of a program in a fresh process, in which warnings are errors."""
    command = [sys.executable, "-W", "error::Warning:h2model", "-c", program]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.mark.parametrize("module", ["h2model", "h2model.cli"])
def test_import_is_light(module):
    assert output_of(f"import sys, {module}; print([name for name in {HEAVY} if name in sys.modules])") == "[]"


def test_public_names_are_loaded_when_they_are_used():
    program = "import sys, h2model; h2model.open_run; print([n for n in ('pyomo', 'xarray') if n in sys.modules])"
    assert output_of(program) == "['xarray']"


def test_public_names_are_listed_before_they_are_loaded():
    assert set(h2model.__all__) <= set(dir(h2model))
    assert set(output_of("import h2model; print(*dir(h2model))").split()) >= set(h2model.__all__)


def test_type_checkers_see_the_modules_that_are_loaded():
    tree = ast.parse(Path(h2model.__file__).read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    assert ast.unparse(block.test) == "TYPE_CHECKING"
    assert {name.name: line.module for line in block.body for name in line.names} == h2model.MODULES
    defined = {
        name.asname or name.name for node in tree.body if isinstance(node, ast.ImportFrom) for name in node.names
    }
    assert set(h2model.__all__) == {*h2model.MODULES, *(name for name in defined if name in h2model.__all__)}


def test_public_functions_keep_their_names_if_modules_are_loaded_first():
    program = "import h2model.workflow.running, h2model.cli.run, h2model.studies.run; print(h2model.run.__module__)"
    assert output_of(program) == "h2model.workflow.running"


def test_unknown_names_are_attribute_errors():
    with pytest.raises(AttributeError, match="module 'h2model' has no attribute 'solv'"):
        h2model.solv  # noqa: B018


@pytest.mark.parametrize("first", ["h2model.open_run", "import h2model.accessor"])
def test_datasets_have_the_accessor_once_it_is_imported(first):
    """A public function imports it; a program that uses xarray alone may import it by name."""
    program = f"import h2model; {first}; import xarray; print(type(xarray.Dataset().h2model).__name__)"
    assert output_of(program) == "H2ModelAccessor"
