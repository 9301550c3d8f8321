"""Measure how long explanations of infeasible scenarios take, and whether they name the planted cause.

    python benchmarks/explain.py                 the ten variants of Grenland, at 3-hourly resolution
    python benchmarks/explain.py --seed 5        with other amounts and sites

The time covers everything from reading the case to the last sentence. The script fails if a cause is not named.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

import h2model

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "diagnosis"))
OUTPUT = Path(__file__).with_suffix(".json")


def main(
    seed: Annotated[int, typer.Option(help="Seed of the amounts and sites.")] = 1,
    resolution: Annotated[str, typer.Option(help="Length of the steps.")] = "3h",
    output: Annotated[Path, typer.Option(help="Where to write the figures.")] = OUTPUT,
) -> None:
    """Explain all variants, print a table and write the figures."""
    os.chdir(ROOT)
    from variants import VARIANTS, planted

    rows = [explain(name, planted(name, seed), resolution) for name in VARIANTS]
    table = Table("variant", "seconds", "named", "first: to relax, or sufficient alone", "proof")
    for row in rows:
        table.add_row(row["variant"], f"{row['seconds']:.1f}", *(str(row[key]) for key in ("named", "first", "proof")))
    Console().print(table)
    facts = {
        "resolution": resolution,
        "seed": seed,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "highspy": importlib.metadata.version("highspy"),
    }
    output.write_text(json.dumps({**facts, "variants": rows}, indent=1) + "\n")
    if not all(row["named"] for row in rows):
        raise typer.Exit(1)


def explain(name: str, variant, resolution: str) -> dict:
    """Explain one variant and return its figures."""
    started = time.perf_counter()
    explanation = h2model.explain(variant.load(resolution))
    seconds = time.perf_counter() - started
    cause = (variant.equation, variant.labels)
    first = {(row.equation, row.labels) for t in (explanation.broken, explanation.remedies) for row in t.itertuples()}
    all_named = first | {(row.equation, row.labels) for row in explanation.in_the_way.itertuples()}
    segments = explanation.proof.partition("Proven with ")[2].partition(" ")[0]
    return {
        "variant": name,
        "seconds": round(seconds, 1),
        "named": cause in all_named,
        "first": cause in first,
        "proof": f"{segments} segments" if segments else "all steps",
    }


if __name__ == "__main__":
    typer.run(main)
