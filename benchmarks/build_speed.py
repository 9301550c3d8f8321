"""Measure the time from rules to a solver that is ready to run: this engine, plain Pyomo and linopy.

    python benchmarks/build_speed.py                            a program with about 1.7 million rows
    python benchmarks/build_speed.py --regions 3 --hours 240    a small program

Each route runs in a fresh process, one after the other, so that peak memory is measured separately. Then the script
compares the three programs entry by entry. Imports are not counted.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table
from routes.measure import Measured

ROUTES = {"h2model.engine": "engine", "Pyomo standard form": "pyomo", "linopy": "linopy"}
OURS = "h2model.engine"
OUTPUT = Path(__file__).with_suffix(".json")
# Additions in another order may round differently.
RELATIVE_TOLERANCE = 1e-12


def main(
    regions: Annotated[int, typer.Option(help="Number of regions.")] = 10,
    hours: Annotated[int, typer.Option(help="Number of hours.")] = 8760,
    repeats: Annotated[int, typer.Option(help="Runs of each route; the fastest counts.")] = 1,
    output: Annotated[Path, typer.Option(help="Where to write the figures.")] = OUTPUT,
) -> None:
    """Run the three routes, compare their programs, print a table and write the figures."""
    console = Console()
    measured: dict[str, Measured] = {}
    with TemporaryDirectory() as folder:
        for name, route in ROUTES.items():
            console.print(f"{name} …")
            target = Path(folder) / f"{route}.npz"
            runs = [run_in_process(route, regions, hours, target) for _ in range(repeats)]
            measured[name] = min(runs, key=lambda figures: figures.total)
        reference = np.load(Path(folder) / f"{ROUTES[OURS]}.npz")
        size = {
            "rows": len(reference["row_lower"]),
            "columns": len(reference["cost"]),
            "nonzeros": len(reference["entry"]),
        }
        for route in ROUTES.values():
            check_same(reference, np.load(Path(folder) / f"{route}.npz"), route)
    console.print(f"All programs are the same, entry by entry: {size}")
    console.print(as_table(measured))
    output.write_text(json.dumps(as_record(measured, size, regions, hours), indent=2) + "\n")


def run_in_process(route: str, regions: int, hours: int, target: Path) -> Measured:
    """Run one route in a new process that writes its program to `target`; return its figures."""
    command = [sys.executable, "-m", "routes", route, str(regions), str(hours), str(target)]
    done = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{route} failed:\n{done.stderr}")
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def check_same(reference: dict[str, np.ndarray], other: dict[str, np.ndarray], route: str) -> None:
    """Raise SystemExit unless two programs have the same entries, bounds and costs."""
    for name in reference:
        expected, actual = reference[name], other[name]
        if expected.shape != actual.shape:
            raise SystemExit(f"{route}: {name} has {actual.shape} entries instead of {expected.shape}")
        if not np.allclose(actual, expected, rtol=RELATIVE_TOLERANCE, atol=0):
            raise SystemExit(f"{route}: {name} differs")


def as_table(measured: dict[str, Measured]) -> Table:
    """Return the figures as a table."""
    table = Table(title="Build speed", caption="seconds; peak memory in GB; times ours = total ÷ total of the engine")
    table.add_column("route", no_wrap=True)
    for column in ("build", "compile", "hand-over", "total", "peak", "times ours"):
        table.add_column(column, justify="right")
    for name, figures in measured.items():
        compiled = "–" if figures.compile is None else f"{figures.compile:.2f}"
        table.add_row(
            name,
            f"{figures.build:.2f}",
            compiled,
            f"{figures.hand_over:.2f}",
            f"{figures.total:.2f}",
            f"{figures.memory:.2f}",
            f"{figures.total / measured[OURS].total:.1f}",
        )
    return table


def as_record(measured: dict[str, Measured], size: dict[str, int], regions: int, hours: int) -> dict:
    """Return the figures for the JSON file."""
    packages = ("pyomo", "linopy", "highspy", "numpy", "scipy", "pandas", "xarray")
    versions = {name: importlib.metadata.version(name) for name in packages}
    routes = {name: {**asdict(figures), "total": figures.total} for name, figures in measured.items()}
    ratios = {name: figures.total / measured[OURS].total for name, figures in measured.items() if name != OURS}
    return {
        "program": {"regions": regions, "hours": hours, **size},
        "machine": {"processors": os.cpu_count(), "python": platform.python_version(), "versions": versions},
        "routes": routes,
        "total_relative_to_ours": ratios,
    }


if __name__ == "__main__":
    typer.run(main)
