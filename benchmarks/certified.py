"""A certified plan against the whole program: all hours of 2040, by the best solver of HiGHS and by way of segments.

    python benchmarks/certified.py                      Grenland, and a case with everything twice
    python benchmarks/certified.py --no-twin            Grenland only

Each run is a process of its own, `h2model run` with everything that a user waits for, one after the other. The larger
case gives the whole program ten minutes.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
import xarray as xr
from rich.console import Console
from rich.table import Table
from twin import write_twin

ROOT = Path(__file__).parents[1]
COMMAND = Path(sys.executable).with_name("h2model")
OUTPUT = Path(__file__).with_suffix(".json")
SCENARIO, CASE = "hourly_2040", ROOT / "inputs" / "grenland"
WHOLE, CERTIFIED = "whole program", "certified"
LIMIT_OF_TWIN = 600


@dataclass(frozen=True)
class Measured:
    """One run: wall seconds, peak memory in GB, and what it found; None where it found nothing."""

    seconds: float
    memory: float
    rows: int | None
    cost: float | None
    lower_bound: float | None
    gap: float | None
    how: str


def main(
    gap: Annotated[str, typer.Option(help="The gap that is asked for.")] = "1%",
    twin: Annotated[bool, typer.Option(help="Also run the case with everything twice.")] = True,
    output: Annotated[Path, typer.Option(help="Where to write the figures.")] = OUTPUT,
) -> None:
    """Run both ways, check that the bounds hold the optimum, print a table and write the figures."""
    console = Console()
    measured: dict[str, dict[str, Measured]] = {}
    with TemporaryDirectory() as folder:
        cases = {"Grenland": (CASE / "scenarios" / f"{SCENARIO}.yaml", None)}
        if twin:
            path = write_twin(CASE, Path(folder) / "inputs" / "grenland", SCENARIO)
            cases["Grenland twice"] = (path, LIMIT_OF_TWIN)
        for name, (scenario, limit) in cases.items():
            ways = {CERTIFIED: {"time.certified.gap": gap}, WHOLE: {"solver.time_limit": limit} if limit else {}}
            measured[name] = {}
            for way, changes in ways.items():
                console.print(f"{name}: {way} …")
                measured[name][way] = run_apart(scenario, changes, Path(folder) / "run")
    console.print(as_table(measured))
    output.write_text(json.dumps(as_record(measured, gap), indent=2) + "\n")
    check(measured)


def run_apart(scenario: Path, changes: dict, target: Path) -> Measured:
    """Run a scenario in a new process, and read what it found."""
    sets = [word for address, value in changes.items() for word in ("--set", f"{address}={value}")]
    command = [str(COMMAND), "run", str(scenario), "--out", str(target), "--quiet", *sets]
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    _, errors = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds, memory = time.perf_counter() - started, usage.ru_maxrss * 1024 / 1e9
    if os.waitstatus_to_exitcode(status) == 3:
        return Measured(seconds, memory, None, None, None, None, errors.strip().splitlines()[0])
    if status:
        raise SystemExit(f"{' '.join(command)} failed:\n{errors}")
    with xr.open_dataset(target / "results.nc") as results:
        facts = results.attrs
    bound, gap = float(facts["lower_bound"]), float(facts["gap"])
    return Measured(seconds, memory, int(facts["rows"]), float(facts["objective"]), bound, gap, facts["method"])


def check(measured: dict[str, dict[str, Measured]]) -> None:
    """SystemExit unless every optimum lies between the bounds of the certified plan."""
    for name, ways in measured.items():
        optimum, plan = ways[WHOLE].cost, ways[CERTIFIED]
        if plan.cost is None:
            raise SystemExit(f"{name}: there is no certified plan")
        room = 1e-6 * abs(plan.cost)
        if optimum is not None and not plan.lower_bound - room <= optimum <= plan.cost + room:
            raise SystemExit(f"{name}: the optimum {optimum} is outside of {plan.lower_bound} to {plan.cost}")


def as_table(measured: dict[str, dict[str, Measured]]) -> Table:
    """Lay the figures out as a table."""
    table = Table(title="Certified plans", caption="million; wall seconds of the whole command; peak memory in GB")
    for column in ("case", "way"):
        table.add_column(column, no_wrap=True)
    for column in ("cost", "lower bound", "gap", "seconds", "memory", "times certified"):
        table.add_column(column, justify="right")
    for name, ways in measured.items():
        for way, figures in ways.items():
            found = figures.cost is not None
            table.add_row(
                name,
                way,
                f"{figures.cost / 1e6:,.3f}" if found else "none",
                f"{figures.lower_bound / 1e6:,.3f}" if found else "none",
                f"{figures.gap:.3%}" if found else "–",
                f"{figures.seconds:.1f}",
                f"{figures.memory:.2f}",
                f"{figures.seconds / ways[CERTIFIED].seconds:.1f}",
            )
    return table


def as_record(measured: dict[str, dict[str, Measured]], gap: str) -> dict:
    """Return the figures for the JSON file."""
    packages = ("pyomo", "highspy", "numpy", "scipy", "scikit-learn", "xarray")
    return {
        "scenario": SCENARIO,
        "gap_asked": gap,
        "machine": {
            "processors": os.cpu_count(),
            "python": platform.python_version(),
            "versions": {name: importlib.metadata.version(name) for name in packages},
        },
        "cases": {name: {way: asdict(figures) for way, figures in ways.items()} for name, ways in measured.items()},
        "times_faster": {name: ways[WHOLE].seconds / ways[CERTIFIED].seconds for name, ways in measured.items()},
    }


if __name__ == "__main__":
    typer.run(main)
