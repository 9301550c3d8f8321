"""Ways in which files go wrong between people and programs, each with what must become of it.

A mutation is a function of a random generator and the folder of a case. It changes files there and returns the name of
the file that a report should name, or nothing where any file may be named.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from random import Random

from base_case import SCENARIO

Mutate = Callable[[Random, Path], str | None]
TABLES = ("carriers", "technologies", "assets", "plants", "stores", "links", "trades", "demands", "regions")
LONG_TABLES = ("carriers.csv", "technologies.csv", "assets.csv")


class Fate(Enum):
    """What must become of a mutation."""

    REFUSED = "exit code 2 and no results"
    HARMLESS = "the very same optimum"
    EITHER = "a report, or results that stand up to their audit"


@dataclass(frozen=True)
class Mutation:
    """One way to go wrong."""

    mutate: Mutate
    fate: Fate
    seeds: int = 12

    @property
    def name(self) -> str:
        """Its name, for the test."""
        return self.mutate.__name__


MUTATIONS: list[Mutation] = []


def mutation(fate: Fate, seeds: int = 12) -> Callable[[Mutate], Mutate]:
    """Enter a function into the list."""

    def entered(mutate: Mutate) -> Mutate:
        MUTATIONS.append(Mutation(mutate, fate, seeds))
        return mutate

    return entered


def rows_of(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))


def write_rows(path: Path, rows: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")
    return path.name


def some_table(rng: Random, folder: Path, names: tuple[str, ...] = TABLES) -> Path:
    return folder / f"{rng.choice(names).removesuffix('.csv')}.csv"


def numeric_row(rng: Random, rows: list[list[str]]) -> tuple[list[str], int, int]:
    """A row with a number, and the places of its value and its unit."""
    value, unit = rows[0].index("value"), rows[0].index("unit")
    chosen = rng.choice([row for row in rows[1:] if re.fullmatch(r"[0-9.]+", row[value]) and row[unit]])
    return chosen, value, unit


# ------------------------------------------------------------------------------------------------- columns and rows


@mutation(Fate.REFUSED)
def column_missing(rng, folder):
    path = some_table(rng, folder, LONG_TABLES)
    rows = rows_of(path)
    column = rows[0].index(rng.choice(["parameter", "value", "unit", "source"]))
    return write_rows(path, [row[:column] + row[column + 1 :] for row in rows])


@mutation(Fate.REFUSED)
def column_unknown(rng, folder):
    path = some_table(rng, folder)
    rows = rows_of(path)
    return write_rows(
        path, [[*row, "x" if number else rng.choice(["colour", "Value", "unit2"])] for number, row in enumerate(rows)]
    )


@mutation(Fate.REFUSED)
def column_twice(rng, folder):
    path = some_table(rng, folder)
    rows = rows_of(path)
    column = rng.randrange(len(rows[0]))
    return write_rows(path, [[*row, row[column]] for row in rows])


@mutation(Fate.REFUSED)
def headers_swapped(rng, folder):
    path = some_table(rng, folder, LONG_TABLES)
    rows = rows_of(path)
    one, other = (
        rows[0].index(name) for name in rng.choice([("value", "unit"), ("parameter", "value"), ("parameter", "unit")])
    )
    rows[0][one], rows[0][other] = rows[0][other], rows[0][one]
    return write_rows(path, rows)


@mutation(Fate.HARMLESS, seeds=6)
def columns_in_another_order(rng, folder):
    path = some_table(rng, folder)
    rows = rows_of(path)
    order = rng.sample(range(len(rows[0])), len(rows[0]))
    return write_rows(path, [[row[place] for place in order] for row in rows])


@mutation(Fate.HARMLESS, seeds=6)
def rows_in_another_order(rng, folder):
    path = some_table(rng, folder)
    head, *rows = rows_of(path)
    rng.shuffle(rows)
    return write_rows(path, [head, *rows])


@mutation(Fate.HARMLESS, seeds=6)
def blank_lines_and_blanks(rng, folder):
    path = some_table(rng, folder)
    lines = path.read_text().splitlines()
    lines.insert(rng.randint(1, len(lines)), "")
    path.write_text("\n".join(line.replace(",", " , ") for line in lines) + "\n\n")


@mutation(Fate.EITHER, seeds=20)
def row_missing(rng, folder):
    path = some_table(rng, folder)
    rows = rows_of(path)
    del rows[rng.randrange(1, len(rows))]
    write_rows(path, rows)


@mutation(Fate.REFUSED)
def row_twice(rng, folder):
    path = some_table(rng, folder)
    rows = rows_of(path)
    rows.insert(rng.randint(1, len(rows)), rng.choice(rows[1:]))
    return write_rows(path, rows)


@mutation(Fate.REFUSED)
def cell_too_many_or_too_few(rng, folder):
    path = some_table(rng, folder)
    rows = rows_of(path)
    row = rng.randrange(1, len(rows))
    rows[row] = rng.choice([[*rows[row], "more"], rows[row][:-1]])
    return write_rows(path, rows)


@mutation(Fate.REFUSED)
def header_missing(rng, folder):
    path = some_table(rng, folder)
    return write_rows(path, rows_of(path)[1:])


# --------------------------------------------------------------------------------------------------------- encodings


@mutation(Fate.REFUSED)
def other_encoding(rng, folder):
    path = some_table(rng, folder)
    text = path.read_text().replace("by hand", "nach Schätzung") + ("" if "by hand" in path.read_text() else "ü")
    path.write_bytes(text.encode(rng.choice(["latin-1", "utf-16", "utf-32", "cp1252"])))
    return path.name


@mutation(Fate.HARMLESS, seeds=8)
def byte_order_mark_or_carriage_returns(rng, folder):
    path = some_table(rng, folder)
    text = path.read_text()
    path.write_bytes(rng.choice([text.encode("utf-8-sig"), text.replace("\n", "\r\n").encode()]))


@mutation(Fate.EITHER, seeds=4)
def lone_carriage_returns(rng, folder):
    path = some_table(rng, folder)
    path.write_bytes(path.read_text().replace("\n", "\r").encode())


@mutation(Fate.REFUSED)
def other_separator(rng, folder):
    path = some_table(rng, folder)
    path.write_text(path.read_text().replace(",", rng.choice([";", "\t", "|"])))
    return path.name


@mutation(Fate.REFUSED)
def open_quotation_mark(rng, folder):
    path = some_table(rng, folder)
    lines = path.read_text().splitlines()
    row = rng.randrange(1, len(lines))
    lines[row] = '"' + lines[row]
    path.write_text("\n".join(lines) + "\n")
    return path.name


@mutation(Fate.EITHER, seeds=30)
def bytes_flipped(rng, folder):
    path = rng.choice([*(folder / f"{name}.csv" for name in TABLES), folder / "case.yaml", folder / SCENARIO])
    content = bytearray(path.read_bytes())
    for _ in range(rng.randint(1, 3)):
        content[rng.randrange(len(content))] = rng.randrange(256)
    path.write_bytes(bytes(content))


@mutation(Fate.EITHER, seeds=24)
def file_cut_off(rng, folder):
    """Of the scenario not even the periods remain: with them, but without `time`, all hours would be solved."""
    path = rng.choice([*(folder / f"{name}.csv" for name in TABLES), folder / "case.yaml", folder / SCENARIO])
    content = path.read_bytes().partition(b"\nperiods")[0]
    path.write_bytes(content[: rng.randrange(len(content))])


# ----------------------------------------------------------------------------------------------------------- numbers


@mutation(Fate.REFUSED, seeds=24)
def value_is_no_number(rng, folder):
    path = some_table(rng, folder, LONG_TABLES)
    rows = rows_of(path)
    row, value, _ = numeric_row(rng, rows)
    row[value] = rng.choice(
        ["abc", "NaN", "nan", "1,5", "1 000", "−5", "1e5MW", "--", "0x10", "1_000", "1e", "", "None", "#REF!"]
    )
    return write_rows(path, rows)


@mutation(Fate.EITHER, seeds=48)
def value_is_extreme(rng, folder):
    path = some_table(rng, folder, LONG_TABLES)
    rows = rows_of(path)
    row, value, _ = numeric_row(rng, rows)
    row[value] = rng.choice(
        ["1e300", "-1e300", "1e-300", "-1", "0", "1e9", "1e18", "1e-9", "inf", "-inf", "1e400", "-0"]
    )
    write_rows(path, rows)


@mutation(Fate.REFUSED, seeds=24)
def unit_is_wrong(rng, folder):
    path = some_table(rng, folder, LONG_TABLES)
    rows = rows_of(path)
    row, _, unit = numeric_row(rng, rows)
    row[unit] = rng.choice(
        ["K", "parsec", "EUR2025/K", "%%", "MW MW", "bananas", "EUR1066/kW", "m**", "1/(", "kg*s**9", "€"]
    )
    return write_rows(path, rows)


# ------------------------------------------------------------------------------------------------------------- names


@mutation(Fate.REFUSED, seeds=20)
def parameter_misspelt(rng, folder):
    path = some_table(rng, folder, LONG_TABLES)
    rows = rows_of(path)
    column = rows[0].index("parameter")
    row = rng.choice(rows[1:])
    row[column] = rng.choice([row[column][:-1], row[column] + "s", row[column].upper(), "ouptut"])
    return write_rows(path, rows)


@mutation(Fate.REFUSED, seeds=20)
def reference_misspelt(rng, folder):
    path = some_table(rng, folder, ("plants", "stores", "links", "trades", "demands"))
    rows = rows_of(path)
    column = rng.choice(
        [name for name in rows[0] if name in ("technology", "region", "carrier", "direction", "from_region")]
    )
    row = rng.choice(rows[1:])
    row[rows[0].index(column)] = rng.choice(["nowhere", row[rows[0].index(column)] + "x", " ", "'"])
    write_rows(path, rows)


@mutation(Fate.EITHER, seeds=8)
def period_is_another(rng, folder):
    path = folder / "technologies.csv"
    rows = rows_of(path)
    row = rng.choice(rows[1:])
    row[rows[0].index("period")] = rng.choice(["2031", "2040", "2030.5", "next", "-1", "99999999999"])
    write_rows(path, rows)


# ---------------------------------------------------------------------------------------------------------- profiles


@mutation(Fate.REFUSED, seeds=30)
def profile_broken(rng, folder):
    path = folder / "hourly.csv"
    lines = path.read_text().splitlines()
    row = rng.randrange(1, len(lines) - 1)
    cells = lines[row].split(",")
    how = rng.randrange(9)
    if how == 0:
        del lines[row]
    elif how == 1:
        lines.insert(row, lines[row])
    elif how == 2:
        lines[row] = ",".join([cells[0], "", cells[2]])
    elif how == 3:
        lines[row] = ",".join([cells[0], rng.choice(["nan", "inf", "x", "1e999"]), cells[2]])
    elif how == 4:
        lines[row] = ",".join(["30-13-2030", *cells[1:]])
    elif how == 5:
        lines[0] = rng.choice(["time,wind", "date,wind,load", "time,wind,wind", "time,,load"])
    elif how == 6:
        lines = lines[:1]
    elif how == 7:
        lines[row], lines[row + 1] = lines[row + 1], lines[row]
    else:
        lines = [line.replace("2030-", "2032-") for line in lines]
        lines.insert(1 + 59 * 24, "2032-02-29 00:00:00,0.1,1.0")
    path.write_text("\n".join(lines) + "\n")
    return path.name


@mutation(Fate.REFUSED, seeds=8)
def profile_is_no_file(rng, folder):
    path = folder / "hourly.csv"
    path.unlink()
    how = rng.randrange(4)
    if how == 0:
        path.mkdir()
    elif how == 1:
        path.symlink_to(folder / "gone.csv")
    elif how == 2:
        path.write_text("")
    return path.name


# --------------------------------------------------------------------------------------------------- YAML and files

BROKEN_YAML = (
    "\tcase: x\n",
    "a: [1, 2\n",
    "a: &x [*x]\n",
    "{}",
    "[]",
    "null",
    "just words",
    "periods: [2030]\nperiods: [2040]\n",
    ": :\n",
    "\x00",
    "!!python/object:os.system x",
    "%YAML 9\n---\n",
    "- 1\n- 2\n",
    "case: {a: {b: [}}\n",
    "1: 2\n",
)


@mutation(Fate.REFUSED, seeds=30)
def yaml_broken(rng, folder):
    path = rng.choice([folder / "case.yaml", folder / SCENARIO])
    path.write_text(rng.choice(BROKEN_YAML))
    return path.name


SETTINGS = {
    "periods": [
        "[]",
        "2030x",
        "[2040, 2030]",
        "[2030, 2030]",
        "[1e9]",
        "{a: 1}",
        "[2030.5]",
        "[-5]",
        "[true]",
        "[99999999999999999]",
    ],
    "time": [
        "{resolution: 7h}",
        "{resolution: 0h}",
        "{resolution: -1h}",
        "{segments: 3}",
        "[1]",
        "{year: x}",
        "{steps: gone.csv}",
        "{resolution: 1e400}",
        "{tyme: 3}",
        "{certified: {gap: -1}}",
    ],
    "policies": [
        "{emission_cap: 3}",
        "{unknown: {a: {}}}",
        "{emission_cap: {x: {limit: {2030: lots}}}}",
        "[]",
        "{emission_cap: {x: {limit: {1999: 3 kt/year}}}}",
        "{emission_cap: {x: {limit: {2030: 3 kW}}}}",
        "{carbon_price: {x: {price: {2030: -}}}}",
        "{emission_cap: {x: {}}}",
    ],
    "overrides": [
        "{a.b: 1}",
        "{technologies.wind.overnight_cost: x}",
        "{technologies.wind.nothing: 1}",
        "{assets.town.rate: [[1]]}",
        "{technologies.wind.overnight_cost: {set: 1, scale: 2}}",
        "{technologies.wind.overnight_cost: {scale: .nan}}",
        "5",
    ],
    "solver": [
        "{method: magic}",
        "{threads: 0}",
        "{time_limit: -1}",
        "{options: {presolve: maybe}}",
        "{options: {nothing: 1}}",
    ],
    "last_period_years": ["0", "-3", "x", "[1]"],
}


@mutation(Fate.REFUSED, seeds=50)
def setting_impossible(rng, folder):
    path = folder / SCENARIO
    key = rng.choice(list(SETTINGS))
    kept = re.sub(rf"^{key}:.*\n(?:[ -].*\n)*", "", path.read_text(), flags=re.M)
    path.write_text(f"{kept}{key}: {rng.choice(SETTINGS[key])}\n")


@mutation(Fate.REFUSED, seeds=16)
def case_setting_impossible(rng, folder):
    path = folder / "case.yaml"
    key, value = rng.choice(
        [
            ("currency", "euro"),
            ("currency", "5"),
            ("currency", "[a]"),
            ("profiles", "5"),
            ("profiles", "[gone.csv]"),
            ("profiles", "[a.txt]"),
            ("discount_rate", "{value: -1, unit: 1/year, source: x}"),
            ("discount_rate", "{value: x, unit: 1/year, source: x}"),
            ("discount_rate", "{value: 0.1, unit: kg, source: x}"),
            ("discount_rate", "0.1"),
            ("colour", "blue"),
            ("exchange", "{EUR1066: 1}"),
        ]
    )
    kept = re.sub(rf"^{key}:.*\n(?:[ -].*\n)*", "", path.read_text(), flags=re.M)
    path.write_text(f"{kept}{key}: {value}\n")


@mutation(Fate.REFUSED, seeds=8)
def table_missing_or_a_folder(rng, folder):
    path = some_table(rng, folder, ("carriers", "technologies", "regions"))
    path.unlink()
    if rng.random() < 0.5:
        path.mkdir()
    return path.name


@mutation(Fate.REFUSED, seeds=6)
def table_misnamed(rng, folder):
    path = some_table(rng, folder, ("plants", "stores", "trades"))
    shutil.move(path, path.with_name(path.stem[:-1] + ".csv"))
