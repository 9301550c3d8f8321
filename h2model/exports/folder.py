"""Tidy tables as a folder of files, CSV or parquet, with a guide `tables.md`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd
import xarray as xr

from h2model.errors import Fault, InputError
from h2model.exports.tables import COLUMNS, TABLES, Tidy

GUIDE = "tables.md"
#: Rows per write: enough to be fast, and small next to a run in memory.
ROWS_AT_ONCE = 500_000
#: More digits than the tolerance of solvers. Full precision would double the size of the files.
DIGITS = "%.12g"


def write_csv(run: xr.Dataset, folder: Path) -> None:
    """Write every table as `<name>.csv` into an existing folder, and the guide."""
    written = {}
    for table in TABLES:
        rows = 0
        with (folder / f"{table.name}.csv").open("w", encoding="utf-8", newline="") as file:
            for number, piece in enumerate(_pieces(table, run)):
                piece.to_csv(file, index=False, header=number == 0, float_format=DIGITS, lineterminator="\n")
                rows, columns = rows + len(piece), list(piece)
        written[table.name] = (rows, columns)
    _write_guide(run, folder, written, "csv")


def write_parquet(run: xr.Dataset, folder: Path) -> None:
    """Write every table as `<name>.parquet` into an existing folder, and the guide.

    Raises
    ------
    InputError
        If pyarrow is not installed.
    """
    try:
        # An optional dependency of this format alone.
        import pyarrow.parquet
    except ImportError:
        remedy = "install it with: pip install 'h2model[parquet]'; or export csv"
        raise InputError([Fault("--to parquet", "needs pyarrow, which is not installed", remedy)]) from None
    written = {}
    for table in TABLES:
        rows, writer = 0, None
        for piece in _pieces(table, run):
            block = pyarrow.Table.from_pandas(piece, preserve_index=False)
            if writer is None:
                schema = block.schema.remove_metadata()
                writer = pyarrow.parquet.ParquetWriter(folder / f"{table.name}.parquet", schema, compression="zstd")
            writer.write_table(block.cast(schema))
            rows, columns = rows + len(piece), list(piece)
        writer.close()
        written[table.name] = (rows, columns)
    _write_guide(run, folder, written, "parquet")


def _pieces(table: Tidy, run: xr.Dataset) -> Iterator[pd.DataFrame]:
    """Yield the table in larger pieces, at least one, which may be empty."""
    waiting: list[pd.DataFrame] = []
    for piece in table.pieces(run):
        waiting.append(piece)
        if sum(map(len, waiting)) >= ROWS_AT_ONCE:
            yield pd.concat(waiting, ignore_index=True)
            waiting = []
    if waiting:
        yield pd.concat(waiting, ignore_index=True)


def _write_guide(run: xr.Dataset, folder: Path, written: dict[str, tuple[int, list[str]]], ending: str) -> None:
    facts = run.attrs
    rows = (
        (f"`{table.name}.{ending}`", f"{written[table.name][0]:,}", ", ".join(written[table.name][1]), table.meaning)
        for table in TABLES
    )
    lines = [
        f"# {facts['scenario']}: {facts['title']}",
        "",
        f"Case {facts['case']}, made {facts['created']} with h2model {facts['h2model_version']}; "
        f"audit {facts.get('audit', 'none')}. One value a row, with its unit.",
        "",
        *_table(("table", "rows", "columns", "content"), rows),
        "",
        *_table(("column", "meaning"), ((f"`{name}`", meaning) for name, meaning in COLUMNS.items())),
    ]
    (folder / GUIDE).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    columns = tuple(columns)
    yield f"| {' | '.join(columns)} |"
    yield f"|{'---|' * len(columns)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)
