"""One table of costs: the accessor, CSV, Excel and the report agree in labels and numbers on the case of everything."""

from __future__ import annotations

import pandas as pd
import pytest
from openpyxl import load_workbook

from h2model.constants import MILLION
from h2model.exports.folder import write_csv
from h2model.exports.workbook import write_workbook
from h2model.numbers import table_number
from h2model.plots.words import words
from h2model.report.run_content import run_content
from h2model.tables.cost_tables import KEYS, costs_by_member

#: Costs below this in every period are left out of the table of the accessor, in million a year.
LEAST = 1e-3


@pytest.fixture
def accessor(one_of_each) -> pd.DataFrame:
    """Every cost by all keys, without the total, in million a year."""
    return one_of_each.h2model.cost_breakdown(list(KEYS)).drop(index=("total", "", "", "", ""))


def assert_same(table: pd.DataFrame, accessor: pd.DataFrame) -> None:
    """Compare a table in the currency per year with that of the accessor, labels and numbers."""
    shown = table[(table.abs() / MILLION >= LEAST).any(axis="columns")] / MILLION
    assert list(shown.index) == list(accessor.index)
    assert shown.to_numpy() == pytest.approx(accessor.to_numpy(), rel=1e-9, abs=1e-12)


def test_each_kind_of_member_is_in_the_table(one_of_each):
    kinds = set(costs_by_member(one_of_each).index.unique("kind"))
    assert kinds >= {"plant", "store", "link", "trade", "demand", "disposal", "policy"}


def test_csv_has_the_labels_of_the_accessor(one_of_each, accessor, tmp_path):
    write_csv(one_of_each, tmp_path)
    long = pd.read_csv(tmp_path / "costs.csv", keep_default_na=False)
    assert list(long) == [*KEYS, "period", "value", "unit"]
    assert set(long["unit"]) == {costs_by_member(one_of_each).attrs["unit"]}
    labels = pd.MultiIndex.from_frame(long[list(KEYS)].drop_duplicates())
    assert_same(long.pivot_table("value", list(KEYS), "period", sort=False).reindex(labels), accessor)


def test_excel_has_the_labels_of_the_accessor(one_of_each, accessor, tmp_path):
    write_workbook(one_of_each, tmp_path / "run.xlsx")
    _, header, *rows = load_workbook(tmp_path / "run.xlsx")["Costs by asset"].iter_rows(values_only=True)
    assert header[: len(KEYS)] == KEYS
    index = pd.MultiIndex.from_tuples([tuple(label or "" for label in row[: len(KEYS)]) for row in rows], names=KEYS)
    assert_same(pd.DataFrame([row[len(KEYS) :] for row in rows], index, dtype=float), accessor)


def test_the_report_has_the_parts_of_the_accessor(one_of_each):
    by_part = one_of_each.h2model.cost_breakdown("part")
    table = run_content(one_of_each).tables["costs"]
    assert table.rows == tuple((words(part), *map(table_number, values)) for part, values in by_part.iterrows())


def test_other_keys_sum_up_the_same_costs(one_of_each):
    whole = one_of_each.h2model.cost_breakdown("part").loc["total"]
    for key in KEYS:
        assert one_of_each.h2model.cost_breakdown(key).loc["total"].to_numpy() == pytest.approx(
            whole.to_numpy(), rel=1e-12
        )
