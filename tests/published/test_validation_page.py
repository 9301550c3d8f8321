"""The page of published answers holds what the tests find."""

from __future__ import annotations

import pytest
from year_answers import BEGIN, END, PAGE, expected


@pytest.mark.parametrize("row", expected(), ids=lambda row: " ".join((row["case"], row["variant"], row["quantity"])))
def test_the_page_states_each_answer(row):
    written = PAGE.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0]
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in written.splitlines()]
    (ours,) = (
        line[5]
        for line in lines
        if len(line) == 8 and line[0] == row["case"] and line[2] == row["variant"] and line[4] == row["expected"]
    )
    assert float(ours) == pytest.approx(float(row["expected"]), rel=float(row["rel_tol"]))
