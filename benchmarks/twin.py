"""Write a case with two copies of every region, plant, store, link, trade and demand, and a power line between them."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

SUFFIX = "_twin"
# Tables with an asset in the first column, and their columns with names of regions or other assets.
NAMING = {
    "regions": (),
    "plants": ("region", "mode_of", "retrofit_of"),
    "stores": ("region",),
    "links": ("from_region", "to_region"),
    "trades": ("region",),
    "demands": ("region",),
    "assets": (),
}
LINE = {"link": "twin_line", "technology": "grid_line", "from_region": "no2", "to_region": "no2_twin", "two_way": "yes"}


def write_twin(case: Path, target: Path, scenario: str) -> Path:
    """Write the doubled case into `target`; return the path of its scenario, with a doubled cap."""
    shutil.copytree(case, target, dirs_exist_ok=True)
    for table, columns in NAMING.items():
        for file in sorted((target / table).glob("*.csv")):
            _double(file, columns)
    line = f"{','.join(LINE)}\n{','.join(LINE.values())}\n"
    (target / "links" / "twin.csv").write_text(line, encoding="utf-8")
    path = target / "scenarios" / f"{scenario}.yaml"
    text = path.read_text(encoding="utf-8")
    both = "[heroya, rafnes, brevik, heroya_twin, rafnes_twin, brevik_twin]"
    text = text.replace("[heroya, rafnes, brevik]", both).replace("2040: 100 kt/year", "2040: 200 kt/year")
    path.write_text(text, encoding="utf-8")
    return path


def _double(file: Path, columns: tuple[str, ...]) -> None:
    """Add a copy of each row with the names of the twins to a table."""
    with file.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        names, rows = reader.fieldnames or [], list(reader)
    twins = [{**row, **{name: _twin(row[name]) for name in {names[0], *columns} & row.keys()}} for row in rows]
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows + twins)


def _twin(name: str) -> str:
    """Return the name of the twin; a technology after a colon keeps its name."""
    asset, colon, rest = name.partition(":")
    return f"{asset}{SUFFIX}{colon}{rest}" if asset else name
