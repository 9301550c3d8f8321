"""h2model: least-cost investment planning for industrial regions.

    import h2model

    results = h2model.run("climate_positive")          from scenario to run folder
    results = h2model.open_run("runs/climate_positive")
    h2model.audit("runs/climate_positive").passed      recomputed without the model
    h2model.compare(["runs/a", "runs/b"])["cost"]      differences between runs

    print(h2model.explain("climate_positive"))         why a scenario has no plan

    data = h2model.load_case("climate_positive")       or step by step
    model = h2model.build(data)
    results = h2model.solve(model)

    cube = h2model.run_study("front_2050")             hundreds of runs, one Dataset
    cube = h2model.open_study("runs/front_2050")
    indices = h2model.sensitivity("runs/uncertain_2050", "total_cost")

On the command line `h2model run`, `check`, `describe` and `study` do the same. Every result is an xarray Dataset with
tables and plots at `results.h2model`.

Functions are imported when they are first used, so that `import h2model` takes a moment only: xarray, Pyomo and HiGHS
take two seconds.
"""

from __future__ import annotations

import logging
from importlib import import_module
from typing import TYPE_CHECKING

from h2model.errors import (
    AuditError,
    Fault,
    H2ModelError,
    InfeasibleError,
    InputError,
    SolveError,
    UnboundedError,
    UnfinishedError,
)

if TYPE_CHECKING:
    from h2model.results.folder import open_run
    from h2model.studies.analysis import sensitivity
    from h2model.studies.collect import open_study
    from h2model.studies.run import run_study
    from h2model.workflow.explaining import explain
    from h2model.workflow.finished import audit, compare
    from h2model.workflow.loading import load_case, read_scenario
    from h2model.workflow.running import run
    from h2model.workflow.solving import build, solve

__all__ = [
    "AuditError",
    "Fault",
    "H2ModelError",
    "InfeasibleError",
    "InputError",
    "SolveError",
    "UnboundedError",
    "UnfinishedError",
    "audit",
    "build",
    "compare",
    "explain",
    "load_case",
    "open_run",
    "open_study",
    "read_scenario",
    "run",
    "run_study",
    "sensitivity",
    "solve",
]

#: The module of each public function; imported when the function is first used (PEP 562).
MODULES = {
    "audit": "h2model.workflow.finished",
    "build": "h2model.workflow.solving",
    "compare": "h2model.workflow.finished",
    "explain": "h2model.workflow.explaining",
    "load_case": "h2model.workflow.loading",
    "open_run": "h2model.results.folder",
    "open_study": "h2model.studies.collect",
    "read_scenario": "h2model.workflow.loading",
    "run": "h2model.workflow.running",
    "run_study": "h2model.studies.run",
    "sensitivity": "h2model.studies.analysis",
    "solve": "h2model.workflow.solving",
}

# A library leaves logging to the application: add a handler to "h2model" to see its log.
logging.getLogger("h2model").addHandler(logging.NullHandler())


def __getattr__(name: str) -> object:
    if name not in MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # Every Dataset that a public function returns has its tables and plots at `.h2model`.
    import_module("h2model.accessor")
    value = getattr(import_module(MODULES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
