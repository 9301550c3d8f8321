"""Describe a checked case: its contents, the size of its model, and its warnings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import xarray as xr

from h2model import engine
from h2model.case import warnings_of
from h2model.screen.journal import Journal
from h2model.workflow.solving import build

#: Warnings that a run shows on the screen; its log has all.
MOST_SHOWN = 5
KINDS = ("plant", "store", "link", "trade", "demand")


def note_warnings(data: xr.Dataset, journal: Journal) -> None:
    """Record every warning about the inputs, and show the first few."""
    warnings = warnings_of(data)
    for fault in warnings:
        journal.line(f"warning ({fault.rule}): {fault}")
    for fault in warnings[:MOST_SHOWN]:
        journal.show(f"warning: {fault}")
    if len(warnings) > MOST_SHOWN:
        journal.show(f"and {len(warnings) - MOST_SHOWN} more warnings: h2model check lists them")


def facts_of_case(data: xr.Dataset) -> dict[str, object]:
    """Return what a checked case contains, and the size of its model."""
    program = engine.compile_model(build(data))
    rows, columns = program.matrix.shape
    return {
        **{name: data.attrs[name] for name in ("case", "title", "scenario", "currency")},
        **{f"{kind}s": data.sizes[kind] for kind in ("region", "carrier", *KINDS)},
        "periods": data["period"].values.tolist(),
        "steps": data.sizes["time"],
        "hours_of_steps": sorted(set(data["hours"].values.tolist())),
        "rows": rows,
        "columns": columns,
        "nonzeros": int(program.matrix.nnz),
        "warnings": len(warnings_of(data)),
    }


def describe_case(facts: Mapping[str, Any]) -> dict[str, str]:
    """Return the facts of a checked case as text."""
    hours, count = facts["hours_of_steps"], facts["warnings"]
    length = f"{hours[0]:g}" if len(hours) == 1 else f"{hours[0]:g} to {hours[-1]:g}"
    warned = f", {count} warning{'s' * (count != 1)}" if count else ""
    return {
        "case": f"{facts['case']}: {facts['title']}",
        "scenario": facts["scenario"],
        "currency": facts["currency"],
        **{f"{kind}s": f"{facts[f'{kind}s']:,}" for kind in ("region", "carrier", *KINDS)},
        "periods": ", ".join(map(str, facts["periods"])),
        "time": f"{facts['steps']:,} steps of {length} h",
        "model": f"{facts['rows']:,} rows, {facts['columns']:,} columns, {facts['nonzeros']:,} non-zeros",
        "result": f"no faults{warned}: this scenario can be run",
    }
