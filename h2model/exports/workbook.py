"""A run as an Excel workbook: a cover with its facts and solution quality, and a sheet for each summary table.

Sheets have a column for each period. Hourly values are in the tidy tables only.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from h2model.case import SCENARIO_TEXT, warnings_of
from h2model.exports import tables
from h2model.tables import summary

HEADER_FILL = "DDE6EE"
#: Widths of columns in characters.
NARROWEST, NUMBER, WIDEST = 9, 12, 60
PLAIN = "#,##0.00"
#: Number formats of values up to a size, and of larger ones.
FORMATS = ((1.0, "0.0000"), (100.0, "#,##0.00"), (np.inf, "#,##0"))
#: First character of a formula.
FORMULA = "="


def write_workbook(run: xr.Dataset, path: Path) -> None:
    """Write the workbook to `path`.

    Raises
    ------
    InputError
        If the inputs of the run are missing.
    """
    book = Workbook()
    _write_cover(book.active, run)
    for title, note, table in sheets(run):
        _write_sheet(book.create_sheet(title), note, table)
    with path.open("wb") as file:
        book.save(file)


def sheets(run: xr.Dataset) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Yield title, note and table of every sheet; rows are labelled by the index, columns are periods."""
    costs, note = summary.costs(run), "Cost of a year by part, undiscounted, and its share of the objective"
    if run.attrs["objective"] <= 0:
        # A share of a negative total (a region with revenues) would mislead.
        costs, note = costs.drop(columns="share"), "Cost of a year by part, undiscounted"
    yield "Costs", note, costs
    yield (
        "Costs by asset",
        "Cost of a year by part and what causes it, undiscounted",
        _periods_across(tables.costs(run)),
    )
    yield "Emissions", "Net emissions of CO2: released less taken from the air", summary.emissions(run)
    yield "Carbon", "Account of carbon as CO2", _periods_across(tables.carbon(run))
    yield "CO2 prices", "Cost of one more tonne, undiscounted", _periods_across(tables.carbon_price_rows(run))
    yield "Capacity", "Capacity in the period", _periods_across(tables.capacity(run))
    yield "New capacity", "Capacity built in the period", _periods_across(tables.new_capacity(run))
    yield "Yearly flows", "Supply (+) and use (−) in a year", _periods_across(tables.volumes(run))
    yield "Prices", "Mean of the year, weighted by use, undiscounted", _periods_across(tables.prices(run))
    yield "Unserved", "Demand that is not served in a year", _periods_across(tables.unserved(run))
    yield "Vented", "What is vented or dumped in a year, amount per year", summary.disposed(run)


def _periods_across(table: pd.DataFrame) -> pd.DataFrame:
    """Return a tidy table with a column for each period, rows in their order; a common unit is in `attrs` only."""
    units = table["unit"].unique()
    keys = [column for column in table if column not in ("period", "value")]
    index = pd.MultiIndex.from_frame(table[keys].drop_duplicates())
    wide = table.set_index([*keys, "period"])["value"].unstack("period").reindex(index)  # noqa: PD010
    if len(units) == 1:
        wide = wide.droplevel("unit")
        wide.attrs["unit"] = units[0]
    return wide


def _facts(run: xr.Dataset) -> Iterator[tuple[str, object]]:
    """Yield names and values of the cover."""
    facts, currency = run.attrs, run.attrs["currency"]
    yield "Scenario", facts["scenario"]
    yield "Title", facts["title"]
    yield "Case", facts["case"]
    yield "Periods", ", ".join(map(str, run["period"].values.tolist()))
    yield "Time steps", run.sizes["time"]
    yield f"Objective, {currency}", facts["objective"]
    yield f"Lower bound, {currency}", facts["lower_bound"]
    yield f"Upper bound, {currency}", facts["upper_bound"]
    yield "Gap", facts["gap"]
    yield "Status", facts["status"]
    yield "Method", facts["method"]
    yield "Audit", facts.get("audit", "none")
    failures = facts.get("audit_failures", "none")
    yield "Audit failures", failures if isinstance(failures, str) else "; ".join(failures)
    yield "h2model version", facts.get("h2model_version", "unknown")
    yield "Run made", facts.get("created", "unknown")
    yield "Source", run.encoding.get("source", "")
    warnings = warnings_of(run)
    yield "Warnings", len(warnings) or "none"
    for warning in warnings:
        yield warning.rule or "unnamed", str(warning)
    yield "Scenario file", facts[SCENARIO_TEXT].rstrip()


def _write_cover(sheet: Worksheet, run: xr.Dataset) -> None:
    sheet.title = "Cover"
    for number, (name, value) in enumerate(_facts(run), start=1):
        label, cell = sheet.cell(number, 1), sheet.cell(number, 2)
        _fill(label, name)
        _fill(cell, value)
        label.font = Font(bold=True)
        label.alignment = Alignment(vertical="top")
        cell.alignment = Alignment(wrap_text=True, horizontal="left", vertical="top")
        if isinstance(value, float):
            cell.number_format = "0.0000%" if name == "Gap" else PLAIN
    sheet.column_dimensions["A"].width = 26
    sheet.column_dimensions["B"].width = 100


def _write_sheet(sheet: Worksheet, note: str, table: pd.DataFrame) -> None:
    """Write a note, a frozen header, and a row for each row of the table."""
    flat, keys = table.reset_index(), table.index.nlevels
    unit = "" if "unit" in flat else f", {table.attrs['unit']}"
    _fill(sheet.cell(1, 1), note)
    sheet.cell(1, 1).font = Font(italic=True)
    for column, name in enumerate(flat, start=1):
        cell = sheet.cell(2, column)
        heading = f"{name}{unit}" if unit and isinstance(name, int) else name
        _fill(cell, heading)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", start_color=HEADER_FILL)
        cell.alignment = Alignment(horizontal="left" if column <= keys else "right")
        longest = flat[name].astype(str).str.len().max() if column <= keys and len(flat) else NUMBER
        width = max(len(str(heading)), longest) + 2
        sheet.column_dimensions[get_column_letter(column)].width = min(max(width, NARROWEST), WIDEST)
    for number, row in enumerate(flat.itertuples(index=False), start=3):
        # About four digits of the largest value of the row.
        values = np.abs([value for value in row[keys:] if isinstance(value, float)])
        largest = np.nanmax(values, initial=0.0) if values.size and not np.isnan(values).all() else 0.0
        style = next(style for limit, style in FORMATS if largest < limit)
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(number, column)
            _fill(cell, value)
            if column > keys:
                cell.number_format = "0.0%" if flat.columns[column - 1] == "share" else style
    sheet.freeze_panes = sheet.cell(3, keys + 1)
    sheet.auto_filter.ref = f"A2:{get_column_letter(len(flat.columns))}{len(flat) + 2}"


def _fill(cell: Cell, value: object) -> None:
    """Fill a cell; a text stays a text, also if it begins like a formula."""
    if isinstance(value, float | np.floating):
        value = None if np.isnan(value) else float(value)
    elif isinstance(value, np.integer):
        value = int(value)
    elif isinstance(value, str):
        value = ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", value)
    cell.value = value
    if isinstance(value, str) and value.startswith(FORMULA):
        cell.data_type = "s"
