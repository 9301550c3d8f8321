"""The Excel workbook, read back with openpyxl."""

from __future__ import annotations

import openpyxl
import pytest

from h2model.exports.workbook import write_workbook

SHEETS = ["Cover", "Costs", "Costs by asset", "Emissions", "Carbon", "CO2 prices", "Capacity", "New capacity",
          "Yearly flows", "Prices", "Unserved", "Vented"]  # fmt: skip


@pytest.fixture
def book(towns, tmp_path):
    write_workbook(towns, tmp_path / "towns.xlsx")
    return openpyxl.load_workbook(tmp_path / "towns.xlsx")


def rows_of(sheet) -> list[tuple]:
    return list(sheet.iter_rows(values_only=True))


def test_the_cover_says_what_it_is_and_how_far_to_trust_it(book, towns):
    assert book.sheetnames == SHEETS
    cover = dict(rows_of(book["Cover"]))
    assert cover["Scenario"] == "by_hand"
    assert cover["Objective, EUR2025"] == pytest.approx(2 * 10 * 11.9496e6, rel=1e-6)
    assert cover["Lower bound, EUR2025"] == pytest.approx(towns.attrs["lower_bound"])
    assert cover["Status"] == "optimal"
    assert cover["Audit"].startswith("passed: ")
    assert cover["Periods"] == "2030, 2040"
    assert "periods:" in cover["Scenario file"]
    assert {"Gap", "Method", "Audit failures", "h2model version", "Run made", "Warnings"} <= set(cover)


def test_a_title_that_looks_like_a_formula_stays_a_text(book):
    (cell,) = (row[1] for row in book["Cover"].iter_rows() if row[0].value == "Title")
    assert cell.value == "= Two towns"
    assert cell.data_type == "s"


def test_costs_by_part(book):
    sheet = book["Costs"]
    rows = rows_of(sheet)
    unit = "million EUR2025/year"
    assert rows[1] == ("part", f"2030, {unit}", f"2040, {unit}", "share")
    by_part = {row[0]: row[1:] for row in rows[2:]}
    assert by_part["total"] == pytest.approx((11.9496, 11.9496, 1.0), rel=1e-6)
    assert by_part["carbon_price_cost"][0] == pytest.approx(3.504, rel=1e-6)
    assert sheet.freeze_panes == "B3"
    assert sheet.cell(3, 4).number_format == "0.0%"


def test_rows_of_other_units_have_a_column_for_it(book):
    assert rows_of(book["Capacity"])[1][-2:] == ("2030, MW", "2040, MW"), "all share a unit"
    flows = rows_of(book["Yearly flows"])
    assert flows[1] == ("carrier", "region", "kind", "technology", "name", "part", "unit", 2030, 2040)
    ore = next(row for row in flows if row[0] == "ore" and row[2] == "demand")
    assert ore[6:] == ("t/year", pytest.approx(-8760), pytest.approx(-8760))
    assert book["Yearly flows"].freeze_panes == "H3"


def test_columns_are_as_wide_as_their_words(book):
    widths = book["Costs by asset"].column_dimensions
    assert widths["A"].width >= len("carbon_price_cost")
    assert all(9 <= dimension.width <= 60 for dimension in widths.values())


def test_a_share_of_a_gain_is_left_out(towns, tmp_path):
    towns.attrs["objective"] = -1.0
    write_workbook(towns, tmp_path / "gain.xlsx")
    header = rows_of(openpyxl.load_workbook(tmp_path / "gain.xlsx")["Costs"])[1]
    assert "share" not in header
