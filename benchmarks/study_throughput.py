"""Measure how many runs of a study a computer solves per hour, and the share of the time outside the solver.

    python benchmarks/study_throughput.py                 200 runs of a small case, 16 of climate_positive
    python benchmarks/study_throughput.py --no-grenland   the small case only

The small case is solved by three methods: workers that keep the case and start every run from a common basis, the same
workers without that start, and a new process for each run (`h2model study run-one`). The slow methods solve fewer runs.
All must reach the same least cost.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
import yaml
from rich.console import Console
from rich.table import Table

from h2model.studies.campaign import Campaign
from h2model.studies.executors.local import LocalExecutor, cores
from h2model.studies.prepare import campaign_of
from h2model.studies.records import attempts, outcome_of

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))
OUTPUT = Path(__file__).with_suffix(".json")
KEPT, NO_START, NEW_PROCESS = "kept workers, common start", "kept workers, no start", "a process per run"
TOLERANCE = 1e-6  # relative to the least cost, as `solve` accepts it
SMALL = {
    "scenario": "all",
    "changes": {"time.resolution": "24h"},
    "axes": {
        "technologies.electrolyser.overnight_cost": {"scale": {"from": 0.5, "to": 1.5}},
        "technologies.wind.overnight_cost": {"scale": {"from": 0.7, "to": 1.3}},
        "assets.gas_in.price": {"scale": {"from": 0.6, "to": 1.6}},
        "power_price": {"of": ["assets.power_*.price"], "scale": {"from": 0.6, "to": 1.4}},
        "assets.wood_in.price": {"scale": {"from": 0.6, "to": 1.4}},
        "policies.emission_cap.all.limit.2040": {"set": {"from": "-20 kt/year", "to": "40 kt/year"}},
    },
}
GRENLAND = {
    "scenario": str(ROOT / "inputs" / "grenland" / "scenarios" / "climate_positive.yaml"),
    "axes": {
        "co2_cap": {
            "of": ["policies.emission_cap.cluster.limit.2050"],
            "set": ["100 kt/year", "0 kt/year", "-100 kt/year", "-200 kt/year"],
        },
        "power_price": {"of": ["assets.electricity_*.price"], "scale": [0.8, 1.0, 1.2, 1.4]},
    },
    "design": "grid",
}


@dataclass(frozen=True)
class Measured:
    """Runs of one method: seconds from the first to the last, and runs per hour and core.

    `outside_solver` is the share of the wall time of runs outside HiGHS, without the first run of each worker.
    """

    runs: int
    workers: int
    seconds: float
    runs_per_core_hour: float
    seconds_per_run: float
    outside_solver: float
    costs: dict[int, float]


def main(
    grenland: Annotated[bool, typer.Option(help="Also solve the runs of climate_positive.")] = True,
    runs: Annotated[int, typer.Option(help="Runs of the small case.")] = 200,
    slow_runs: Annotated[int, typer.Option(help="Runs of the small case by each of the slow methods.")] = 40,
    output: Annotated[Path, typer.Option(help="Where to write the figures.")] = OUTPUT,
) -> None:
    """Solve the runs, print a table and write the figures."""
    console, measured = Console(), {}
    with TemporaryDirectory() as folder:
        os.chdir(folder)
        write_small_case(Path(folder) / "inputs" / "everything")
        for method, count in ((KEPT, runs), (NO_START, slow_runs), (NEW_PROCESS, slow_runs)):
            console.print(f"small case, {method}: {count} runs …")
            study = {**SMALL, "design": {"kind": "latin_hypercube", "samples": runs}, "start": method == KEPT}
            target = Path(folder) / method.replace(" ", "_")
            measured[f"small case, {method}"] = measure(study, target, count, new_process=method == NEW_PROCESS)
        if grenland:
            console.print("climate_positive: 16 runs …")
            measured["climate_positive"] = measure(GRENLAND, Path(folder) / "grenland", 16, new_process=False)
    console.print(as_table(measured))
    output.write_text(json.dumps(as_record(measured), indent=2) + "\n")
    check(measured)


def write_small_case(folder: Path) -> None:
    """Write the tests' case of everything, with its made-up profiles."""
    from conftest import EVERYTHING, hourly_profiles

    shutil.copytree(EVERYTHING, folder)
    (folder / "profiles").mkdir()
    hourly_profiles().to_csv(folder / "profiles" / "hourly.csv", index=False)


def measure(study: dict, folder: Path, count: int, new_process: bool) -> Measured:
    """Solve the first runs of a study on all cores, by kept workers or each in a new process."""
    path = folder.with_suffix(".yaml")
    path.write_text(yaml.safe_dump(study))
    campaign, workers = campaign_of(path, folder), cores()
    started = time.perf_counter()
    if new_process:
        each_in_a_process(campaign, count, workers)
    else:
        LocalExecutor(workers=workers).submit(campaign, range(count))
    seconds = time.perf_counter() - started
    outcomes = [outcome_of(campaign, run) for run in range(count)]
    if not all(outcome is not None and outcome.done for outcome in outcomes):
        raise SystemExit(f"not all runs have a result: {[o for o in outcomes if o is None or not o.done]}")
    later = outcomes if new_process else [outcomes[run] for run in without_first(campaign, count)]
    # A new process also spends time before its run begins.
    wall = seconds * workers if new_process else sum(outcome.seconds for outcome in later)
    return Measured(
        runs=count,
        workers=workers,
        seconds=seconds,
        runs_per_core_hour=count / (seconds * workers / 3600),
        seconds_per_run=seconds * workers / count,
        outside_solver=1 - sum(outcome.solver_seconds for outcome in later) / wall,
        costs={run: cost_of(campaign, run) for run in range(count)},
    )


def each_in_a_process(campaign: Campaign, count: int, workers: int) -> None:
    """Solve each run by a separate command, one per worker at a time."""
    waiting, active = list(range(count)), []
    while waiting or active:
        active = [process for process in active if process.poll() is None]
        while waiting and len(active) < workers:
            command = [sys.executable, "-m", "h2model", "study", "run-one", str(campaign.folder), str(waiting.pop(0))]
            active.append(subprocess.Popen(command, stdout=subprocess.DEVNULL))
        time.sleep(0.02)


def without_first(campaign: Campaign, count: int) -> list[int]:
    """Return the runs of each worker after its first one."""
    began = {run: next(note for note in attempts(campaign, run) if note["event"] == "began") for run in range(count)}
    order, seen, later = sorted(began, key=lambda run: (began[run]["at"], run)), set(), []
    for run in order:
        if began[run]["pid"] in seen:
            later.append(run)
        seen.add(began[run]["pid"])
    return later


def cost_of(campaign: Campaign, run: int) -> float:
    """Return the least cost of a run."""
    import xarray as xr

    with xr.open_dataset(campaign.folder_of("runs", run) / "results.nc") as results:
        return float(results.attrs["objective"])


def as_table(measured: dict[str, Measured]) -> Table:
    """Return the figures as a table."""
    table = Table(title="Throughput of studies", title_justify="left")
    for column in ("method", "runs", "wall s", "core s per run", "runs per core-hour", "outside the solver"):
        table.add_column(column, justify="left" if column == "method" else "right")
    for name, figures in measured.items():
        table.add_row(
            name, str(figures.runs), f"{figures.seconds:.1f}", f"{figures.seconds_per_run:.2f}",
            f"{figures.runs_per_core_hour:,.0f}", f"{figures.outside_solver:.1%}",
        )  # fmt: skip
    return table


def as_record(measured: dict[str, Measured]) -> dict:
    """Return the figures for the JSON file, with the machine."""
    packages = ("pyomo", "highspy", "numpy", "scipy", "xarray", "netCDF4")
    shown = {name: {k: v for k, v in asdict(figures).items() if k != "costs"} for name, figures in measured.items()}
    kept = measured[f"small case, {KEPT}"]
    gains = {
        way: measured[f"small case, {way}"].seconds_per_run / kept.seconds_per_run for way in (NO_START, NEW_PROCESS)
    }
    machine = {
        "processors": os.cpu_count(),
        "python": platform.python_version(),
        "versions": {name: importlib.metadata.version(name) for name in packages},
    }
    return {"machine": machine, "measured": shown, "gain of kept workers with a common start over": gains}


def check(measured: dict[str, Measured]) -> None:
    """Raise SystemExit unless all methods reach the same least cost."""
    best = measured[f"small case, {KEPT}"].costs
    for name, figures in measured.items():
        if name.startswith("small case"):
            for run, cost in figures.costs.items():
                if abs(cost - best[run]) > TOLERANCE * abs(best[run]):
                    raise SystemExit(f"{name}: run {run} costs {cost}, and {best[run]} with a common start")


if __name__ == "__main__":
    typer.run(main)
