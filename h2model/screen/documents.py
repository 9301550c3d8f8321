"""Answers of commands as plain values for JSON: runs, audits, and the reference.

Numbers have all their digits; NaN and an infinite limit are null. Tables have a unit and a list of rows, one for each
number.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from pydantic_core import to_jsonable_python

from h2model.case import REQUIRED, Parameter
from h2model.reference.data import settings_rows
from h2model.results.folder import INPUTS, LOG, SCENARIO

if TYPE_CHECKING:
    from h2model.accounts.audit import Audit
    from h2model.reference.data import Reference
    from h2model.tables.run_summary import RunSummary

#: Attributes of a run that its document contains unchanged.
FACTS = (
    "scenario", "title", "case", "currency", "status", "method", "objective", "lower_bound", "upper_bound", "gap",
    "audit", "rows", "columns", "nonzeros", "h2model_version", "created",
)  # fmt: skip
SECONDS = "seconds_"


def run_document(summary: RunSummary, path: Path) -> dict[str, Any]:
    """Return the attributes, warnings and files of a finished run, and the tables of its summary."""
    tables = {
        "costs": summary.costs.drop(columns="share"),
        "emissions": summary.emissions,
        "carbon_stored": summary.carbon_stored,
        "co2_prices": summary.prices_of_caps.dropna(axis="columns", how="all"),
        "new_capacities": summary.new_capacities,
        "unserved": summary.unserved,
        "disposed": summary.disposed,
    }
    facts = summary.facts
    return {
        **{name: plain(facts[name]) for name in FACTS},
        "periods": plain(summary.periods),
        "seconds": {
            name.removeprefix(SECONDS): plain(facts[name]) for name in sorted(facts) if name.startswith(SECONDS)
        },
        "files": {
            "results": str(path),
            **{
                Path(name).stem if name != LOG else "log": str(path.with_name(name)) for name in (INPUTS, SCENARIO, LOG)
            },
        },
        "warnings": plain(summary.warnings),
        **{name: {"unit": table.attrs["unit"], "rows": rows_of(table)} for name, table in tables.items()},
    }


def audit_document(run: Path, audit: Audit) -> dict[str, Any]:
    """Return the verdict of an audit, and for every equation the largest violation and its labels."""
    findings = [
        {name: plain(value) for name, value in row.items()} for row in audit.to_dataframe().to_dict(orient="records")
    ]
    return {"run": str(run), "passed": audit.passed, "verdict": audit.verdict(), "findings": findings}


def parameter_document(parameter: Parameter) -> dict[str, Any]:
    """Return the declaration of a parameter."""
    required = parameter.default is REQUIRED
    return {
        "name": parameter.name,
        "table": parameter.table,
        "dims": list(parameter.dims),
        "unit": parameter.unit,
        "description": parameter.description,
        "required": required,
        "default": None if required else plain(parameter.default),
        "lower": plain(parameter.lower),
        "upper": plain(parameter.upper),
        "choices": list(parameter.choices),
        "usual": plain(parameter.plausible),
        "aggregation": parameter.aggregation if parameter.varies_in_time else None,
        "relaxation": parameter.relaxation if parameter.varies_in_time else None,
    }


def reference_document(reference: Reference) -> dict[str, Any]:
    """Return the reference, or a part of it."""
    return {
        "parameters": [parameter_document(parameter) for parameter in reference.parameters],
        "settings": settings_rows(reference.settings),
        "equations": [
            {"concern": concern, **plain(rule)} for concern, group in reference.equations.items() for rule in group
        ],
        "checks": [
            {"name": rule.name, "severity": rule.severity.value, "meaning": rule.meaning, "against": rule.against}
            for rule in reference.checks
        ],
    }


def rows_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a row for each number of a summary table, with its labels, period and value."""
    names = list(table.index.names)
    rows = []
    for labels, values in zip(table.index, table.to_numpy(), strict=True):
        row = dict(zip(names, labels if isinstance(labels, tuple) else (labels,), strict=True))
        rows += [
            {**plain(row), "period": plain(period), "value": plain(value)}
            for period, value in zip(table.columns, values, strict=True)
        ]
    return rows


def plain(value: Any) -> Any:
    """Return a value as JSON knows it; NaN and infinite numbers become None, keys become text."""
    return to_jsonable_python(value, inf_nan_mode="null", fallback=_simpler)


def _simpler(value: Any) -> Any:
    """A value that pydantic does not know, as one that it knows."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    return dict(value) if isinstance(value, Mapping) else str(value)
