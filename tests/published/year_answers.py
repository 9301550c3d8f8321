"""The published answers of other models: expected.csv, what h2model finds, and the page that shows both.

`H2MODEL_WRITE_VALIDATION=1 python -m pytest tests/published` writes the table of docs/validation.md anew, if
`H2MODEL_REFERENCE_CASES` names the folder with the series that are not ours to hand on.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

DATA = Path(__file__).parent / "data"
PAGE = Path(__file__).parents[2] / "docs" / "validation.md"
BEGIN, END = "<!-- written by tests/published -->\n", "<!-- end -->\n"
SOURCES = {
    "01_fine_minimal_h2": "FINE",
    **{f"02_iesopt_examples/ex{number}": "IESopt" for number in ("01", "02", "03", "05", "06", "08", "22", "26", "44")},
    "03_emx_base_gas_ccs": "EnergyModelsBase",
    "04_emx_invest_continuous": "EnergyModelsInvestments",
    "05_calliope_national_scale": "Calliope",
    "06_message_westeros": "MESSAGEix, Westeros",
    "07_osemosys_simplicity": "OSeMOSYS, SIMPLICITY",
    "08_osemosys_utopia": "OSeMOSYS, UTOPIA",
    "09_tulipa_tiny": "TulipaEnergyModel",
}
NOT_EXPRESSED = {
    ("09_tulipa_tiny", "integer"): "capacity may be built in any amount, not in whole units: the model is linear",
    ("10_tulipa_storage", "base"): "a store that keeps over mixtures of representative days; see below",
}
REFERENCE_CASES = "H2MODEL_REFERENCE_CASES"
found: dict[tuple[str, str, str], float] = {}


def expected() -> list[dict[str, str]]:
    """The rows of expected.csv that are tested here: case, variant, quantity, expected, unit, rel_tol, kind."""
    with (DATA / "expected.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if (row["case"], row["variant"]) not in NOT_EXPRESSED]


def measured(*path: str) -> Path:
    """A file of measured series that may not be redistributed; skips the test if their folder is not set."""
    folder = os.environ.get(REFERENCE_CASES)
    if not folder:
        pytest.skip(f"{REFERENCE_CASES} does not say where the reference cases lie")
    return Path(folder, *path)


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
        difference = abs(ours - theirs) / (abs(theirs) or 1.0)
        cells = [row["case"], SOURCES[row["case"]], row["variant"], what, row["expected"]]
        lines.append(f"| {' | '.join(cells)} | {ours:.12g} | {difference:.0e} | {row['kind']} |")
    missing = [f"| {case} | {variant} | {reason} |" for (case, variant), reason in NOT_EXPRESSED.items()]
    return "\n".join([*lines, "", "| not reproduced | variant | because |", "|---|---|---|", *missing]) + "\n"


def write_page() -> None:
    """Put the table into the page, between its marks, if every answer was looked for in this session."""
    if any(key(row) not in found for row in expected()):
        return
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    PAGE.write_text(f"{before}{BEGIN}\n{table()}\n{END}{after}", encoding="utf-8")
