"""docs/exports.md lists the variables and tables of exports; H2MODEL_WRITE_EXPORTS=1 writes them anew."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from h2model.exports.formats import Format
from h2model.exports.scheme import FAMILIES
from h2model.exports.tables import COLUMNS, TABLES

PAGE = Path(__file__).parents[2] / "docs" / "exports.md"
END = "<!-- end -->\n"


def rows(head: tuple[str, ...], body: Iterable[tuple[str, ...]]) -> str:
    """A table in Markdown; a bar inside a cell would begin another."""
    lines = [head, ("---",) * len(head), *body]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


PARTS = {
    "families": rows(
        ("variable", "unit", "meaning"), ((f"`{f.pattern}`", f.unit, f.meaning) for f in FAMILIES)
    ),
    "tables": rows(("table", "content"), ((f"`{table.name}`", table.meaning) for table in TABLES)),
    "columns": rows(("column", "meaning"), ((f"`{name}`", meaning) for name, meaning in COLUMNS.items())),
}  # fmt: skip


@pytest.mark.parametrize("part", PARTS)
def test_page_is_up_to_date(part):
    begin = f"<!-- written by tests/exports/test_exports_page.py: {part} -->\n"
    before, rest = PAGE.read_text(encoding="utf-8").split(begin)
    _, after = rest.split(END, maxsplit=1)
    expected = f"{before}{begin}\n{PARTS[part]}\n{END}{after}"
    if os.environ.get("H2MODEL_WRITE_EXPORTS"):
        PAGE.write_text(expected, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == expected, "run with H2MODEL_WRITE_EXPORTS=1"


def test_page_names_every_format():
    text = PAGE.read_text(encoding="utf-8")
    assert [one.value for one in Format if f"| `{one.value}` |" not in text] == []
