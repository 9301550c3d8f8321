"""The published answers on which the tests of this folder agree: expected.csv, and what h2model finds."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

DATA = Path(__file__).parent / "data"


def expected() -> list[dict[str, str]]:
    """The rows of expected.csv: case, variant, quantity, expected, unit, rel_tol, kind."""
    with (DATA / "expected.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def agree(case: str, quantity: str, ours: float, variant: str = "base") -> None:
    """Assert that we find what was published, to the relative tolerance that stands with it."""
    (row,) = (r for r in expected() if (r["case"], r["variant"], r["quantity"]) == (case, variant, quantity))
    assert ours == pytest.approx(float(row["expected"]), rel=float(row["rel_tol"]))
