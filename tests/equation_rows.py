"""Rows of a compiled model by name, to be held against rows typed by hand.

A test file of a concern or policy keeps its rows in a dict `ROWS`: name of the row → (coefficients, lower, upper), as
Pyomo writes rows: left side less right side. `None` is a bound that is not there. test_rows.py sees to it that every
equation has a row in one of these dicts.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path

import pytest

from h2model.engine import CompiledModel

Row = tuple[Mapping[str, float], float | None, float | None]


def row_names(program: CompiledModel) -> dict[str, int]:
    """Number of each row by its name."""
    return {program.row_name(number): number for number in range(len(program.row_lower))}


def assert_row(program: CompiledModel, name: str, expected: Row, numbers: Mapping[str, int] | None = None) -> None:
    """Assert that a row has the coefficients and bounds that were typed by hand."""
    coefficients, lower, upper = expected
    row = (numbers or row_names(program))[name]
    entries = slice(program.matrix.indptr[row], program.matrix.indptr[row + 1])
    found = {
        program.column_name(column): value
        for column, value in zip(program.matrix.indices[entries], program.matrix.data[entries], strict=True)
    }
    assert found == pytest.approx(coefficients, rel=1e-12)
    assert program.row_lower[row] == pytest.approx(float("-inf") if lower is None else lower)
    assert program.row_upper[row] == pytest.approx(float("inf") if upper is None else upper)


def all_typed_rows() -> set[str]:
    """Names of the equations that have a row typed by hand in any test file."""
    names: set[str] = set()
    for path in sorted(Path(__file__).parent.glob("*/test_*.py")):
        if "\nROWS" in path.read_text(encoding="utf-8"):
            spec = importlib.util.spec_from_file_location(f"rows_of_{path.stem}", path)
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            names |= {name.split("[")[0] for name in module.ROWS}
    return names
