"""The summary of a run on the terminal."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from h2model.numbers import aligned, decimals_for
from h2model.screen.run_screen import show_run
from h2model.tables.run_summary import run_summary


def shown(results, width=100) -> str:
    console = Console(file=io.StringIO(), width=width, highlight=False)
    show_run(console, run_summary(results), Path("runs/tiny/results.nc"))
    return console.file.getvalue()


def lines_of(text):
    return [line.rstrip() for line in text.splitlines()]


def test_the_summary_of_a_run(results):
    assert lines_of(shown(results)) == [
        "",
        "tiny: Hand-made",
        "",
        "Cost, million EUR2025/year; share: part of the objective",
        "part           2030    2040   share",
        "variable om   3.000   5.000  136.1%",
        "export       −1.000  −1.000  −36.1%",
        "total         2.000   4.000  100.0%",
        "",
        "CO2 emissions, kt/year (net of uptake from the air)",
        "region           origin      2030    2040",
        "coast            fossil     90.00   20.00",
        "                 biogenic  −30.00  −45.50",
        "net emissions               60.00  −25.50",
        "stored for good              2.00    2.00",
        "",
        "CO2 price, EUR2025/t (undiscounted)",
        "set by      2030   2040",
        "cap whole  100.0  250.0",
        "cap part            –",
        "",
        "New capacity",
        "region  technology  unit   2030   2040",
        "inland  kiln        t/h   3.500  –",
        "",
        "UNSERVED DEMAND: houses in coast: 3,190 MWh in 2040.",
        "Vented or dumped: steam in inland: 4,760 MWh in 2040.",
        "",
        "Objective  36.000 million EUR2025, present value of all costs",
        "Solver     optimal, with simplex, in 2.2 s",
        "Bound      every plan costs at least 35.910 million EUR2025; gap 0.250%",
        "Audit      passed: 100 equations at 2,000 places",
        "Model      1,234 rows, 99 columns, 5,000 non-zeros",
        "Time       reading 1.0 s, building 0.5 s, ready for HiGHS after 1.6 s, solving 2.2 s, auditing 0.2 s",
        "Files      runs/tiny/results.nc; inputs.nc, scenario.yaml and run.log are in the same folder",
    ]


def test_the_summary_of_a_run_without_builds_and_emissions(results):
    nothing = results.isel(capped=slice(0, 0)).assign(
        new_capacity=0 * results["new_capacity"],
        unserved_demand=0 * results["unserved_demand"],
        disposal=0 * results["disposal"],
        emissions=0 * results["emissions"],
        variable_om_cost=0 * results["variable_om_cost"],
    )
    nothing.attrs["objective"] = -13e6
    text = shown(nothing)
    assert "CO2 price: none. The scenario does not set a cap, budget or price on emissions." in text
    assert "New capacity: none." in text
    assert "All demand is met." in text
    assert "Vented or dumped: none." in text
    assert "variable om" not in text
    assert "%" not in text.partition("Objective")[0], "a share of a gain is left out"


def test_regions_are_in_the_order_of_the_case(results):
    built = results["new_capacity"].copy()
    built.loc["tank", 2040] = 12.0
    text = shown(results.assign(new_capacity=built))
    assert text.index("steel_tank") < text.index("kiln ")


def test_lines_are_not_broken_on_a_narrow_pipe(results):
    results.attrs["title"] = "long " * 40
    assert "UNSERVED DEMAND: houses in coast: 3,190 MWh in 2040." in shown(results, width=30)


@pytest.mark.parametrize(("largest", "decimals"), [(12345, 0), (999, 1), (12, 2), (1, 3), (0.2, 3), (0, 3)])
def test_decimals(largest, decimals):
    assert decimals_for(largest) == decimals


@pytest.mark.parametrize(
    ("value", "text"), [(1234.5, "1,234.5"), (0.0, "–  "), (1e-9, "–  "), (-0.02, "0.0"), (-1.0, "−1.0")]
)
def test_numbers(value, text):
    assert aligned(value, 1, 1) == text
