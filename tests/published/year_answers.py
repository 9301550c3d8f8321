"""The published answers of other models: expected.csv, what h2model finds, and the page that shows both.

`H2MODEL_WRITE_VALIDATION=1 python -m pytest tests/published` writes the table of docs/validation.md anew.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

DATA = Path(__file__).parent / "data"
PAGE = Path(__file__).parents[2] / "docs" / "validation.md"
BEGIN, END = "<!-- written by tests/published -->\n", "<!-- end -->\n"
SOURCES = {
    "04_emx_invest_continuous": "EnergyModelsInvestments",
    "06_message_westeros": "MESSAGEix, Westeros",
    "07_osemosys_simplicity": "OSeMOSYS, SIMPLICITY",
    "08_osemosys_utopia": "OSeMOSYS, UTOPIA",
}
found: dict[tuple[str, str, str], float] = {}


def expected() -> list[dict[str, str]]:
    """The rows of expected.csv that are tested here: case, variant, quantity, expected, unit, rel_tol, kind."""
    with (DATA / "expected.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["case"] in SOURCES]


def key(row: dict[str, str]) -> tuple[str, str, str]:
    """What a row of expected.csv is about."""
    return row["case"], row["variant"], row["quantity"]


def agree(case: str, quantity: str, ours: float, variant: str = "base") -> None:
    """Assert that we find what was published, to the relative tolerance that stands with it."""
    (row,) = (row for row in expected() if key(row) == (case, variant, quantity))
    found[key(row)] = ours
    assert ours == pytest.approx(float(row["expected"]), rel=float(row["rel_tol"]))


def table() -> str:
    """What was found in this session beside what was published, as a table of the page."""
    lines = [
        "| case | source | variant | quantity | published | ours | relative difference | published value is |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in expected():
        ours, theirs = found[key(row)], float(row["expected"])
        what = f"{row['quantity']}, {row['unit']}" if row["unit"] else row["quantity"]
        difference = abs(ours - theirs) / abs(theirs)
        cells = [row["case"], SOURCES[row["case"]], row["variant"], what, row["expected"]]
        lines.append(f"| {' | '.join(cells)} | {ours:.12g} | {difference:.0e} | {row['kind']} |")
    return "\n".join(lines) + "\n"


def write_page() -> None:
    """Put the table into the page, between its marks, if every answer was looked for in this session."""
    if any(key(row) not in found for row in expected()):
        return
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    PAGE.write_text(f"{before}{BEGIN}\n{table()}\n{END}{after}", encoding="utf-8")
