"""docs/prices.md lists what the dual of every equation means; H2MODEL_WRITE_PRICES=1 writes it anew."""

from __future__ import annotations

import os
from pathlib import Path

from h2model.model import CONCERNS
from h2model.results.prices import DERIVED, REDUCED_COSTS

PAGE = Path(__file__).parents[2] / "docs" / "prices.md"
BEGIN, END = "<!-- written by tests/model/test_prices_page.py -->\n", "<!-- end -->\n"


def table() -> str:
    """One row for each equation."""
    lines = ["| equation | in | its dual |", "|---|---|---|"]
    for concern in CONCERNS:
        duals = {equation.name: equation.dual.meaning for equation in concern.equations if equation.dual.meaning}
        lines += [f"| `{name}` | {concern.name} | {meaning} |" for name, meaning in duals.items()]
    return "\n".join(lines) + "\n"


def test_page_is_up_to_date():
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    expected = f"{before}{BEGIN}\n{table()}\n{END}{after}"
    if os.environ.get("H2MODEL_WRITE_PRICES"):
        PAGE.write_text(expected, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == expected, "run with H2MODEL_WRITE_PRICES=1"


def test_page_explains_every_price():
    text = PAGE.read_text(encoding="utf-8")
    named = (*DERIVED, *(f"reduced_cost_{name}" for name in REDUCED_COSTS))
    assert [name for name in named if f"| `{name}` |" not in text] == []
