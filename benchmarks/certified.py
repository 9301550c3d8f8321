"""Compare a certified plan with the solution of the whole program, for all hours of 2040.

    python benchmarks/certified.py                      Grenland, and a case with two copies of everything
    python benchmarks/certified.py --no-twin            Grenland only

The runs follow one another. Each is the whole command `h2model run` in a separate process. The certified plan uses
segments, the whole program the best solver of HiGHS. In the larger case the whole program may take ten minutes.
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
    """One run: wall seconds, peak memory in GB, and its results; None without a result."""

    seconds: float
    memory: float
    rows: int | None
    cost: float | None
    lower_bound: float | None
    gap: float | None
    how: str


def main(
    gap: Annotated[str, typer.Option(help="Largest gap of the certified plan.")] = "1%",
    twin: Annotated[bool, typer.Option(help="Also run the case with two copies of everything.")] = True,
    output: Annotated[Path, typer.Option(help="Where to write the figures.")] = OUTPUT,
) -> None:
    """Run both methods, check that the optimum is within the bounds, print a table and write the figures."""
    console = Console()
    measured: dict[str, dict[str, Measured]] = {}
    with TemporaryDirectory() as folder:
        cases = {"Grenland": (CASE / "scenarios" / f"{SCENARIO}.yaml", None)}
        if twin:
            path = write_twin(CASE, Path(folder) / "inputs" / "grenland", SCENARIO)
            cases["Grenland twice"] = (path, LIMIT_OF_TWIN)
        for name, (scenario, limit) in cases.items():
            methods = {CERTIFIED: {"time.certified.gap": gap}, WHOLE: {"solver.time_limit": limit} if limit else {}}
            measured[name] = {}
            for method, changes in methods.items():
                console.print(f"{name}: {method} …")
                measured[name][method] = run_in_process(scenario, changes, Path(folder) / "run")
    console.print(as_table(measured))
    output.write_text(json.dumps(as_record(measured, gap), indent=2) + "\n")
    check(measured)


def run_in_process(scenario: Path, changes: dict, target: Path) -> Measured:
    """Run a scenario in a new process and return its figures."""
    options = [word for address, value in changes.items() for word in ("--set", f"{address}={value}")]
    command = [str(COMMAND), "run", str(scenario), "--out", str(target), "--quiet", *options]
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
    """Raise SystemExit unless every optimum is within the bounds of the certified plan."""
    for name, runs in measured.items():
        optimum, plan = runs[WHOLE].cost, runs[CERTIFIED]
        if plan.cost is None:
            raise SystemExit(f"{name}: the certified run has no plan")
        tolerance = 1e-6 * abs(plan.cost)
        if optimum is not None and not plan.lower_bound - tolerance <= optimum <= plan.cost + tolerance:
            raise SystemExit(f"{name}: the optimum {optimum} is not between {plan.lower_bound} and {plan.cost}")


def as_table(measured: dict[str, dict[str, Measured]]) -> Table:
    """Return the figures as a table."""
    table = Table(title="Certified plans", caption="million; wall seconds of the whole command; peak memory in GB")
    for column in ("case", "method"):
        table.add_column(column, no_wrap=True)
    for column in ("cost", "lower bound", "gap", "seconds", "memory", "times certified"):
        table.add_column(column, justify="right")
    for name, runs in measured.items():
        for method, figures in runs.items():
            has_plan = figures.cost is not None
            table.add_row(
                name,
                method,
                f"{figures.cost / 1e6:,.3f}" if has_plan else "none",
                f"{figures.lower_bound / 1e6:,.3f}" if has_plan else "none",
                f"{figures.gap:.3%}" if has_plan else "–",
                f"{figures.seconds:.1f}",
                f"{figures.memory:.2f}",
                f"{figures.seconds / runs[CERTIFIED].seconds:.1f}",
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
        "cases": {name: {way: asdict(run) for way, run in runs.items()} for name, runs in measured.items()},
        "times_faster": {name: runs[WHOLE].seconds / runs[CERTIFIED].seconds for name, runs in measured.items()},
    }


if __name__ == "__main__":
    typer.run(main)
