"""h2model: least-cost investment planning for industrial regions.

    import h2model

    results = h2model.run("climate_positive")          from scenario to run folder
    results = h2model.open_run("runs/climate_positive")
    h2model.audit("runs/climate_positive").passed      recomputed without the model
    h2model.compare(["runs/a", "runs/b"])["cost"]      what differs between runs

    print(h2model.explain("climate_positive"))          why a scenario has no plan

    data = h2model.load_case("climate_positive")       or step by step
    model = h2model.build(data)
    results = h2model.solve(model)

    cube = h2model.run_study("front_2050")             hundreds of runs, one Dataset
    cube = h2model.open_study("runs/front_2050")
    indices = h2model.sensitivity("runs/uncertain_2050", "total_cost")

On the command line `h2model run`, `check`, `describe` and `study` do the same; every result is an xarray Dataset.
"""

import logging

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
from h2model.run import audit, compare, open_run, run
from h2model.steps import build, explain, load_case, read_scenario, solve
from h2model.studies import open_study, run_study, sensitivity

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

# As a library, h2model logs nothing on its own account; whoever wants its log adds a handler to "h2model".
logging.getLogger("h2model").addHandler(logging.NullHandler())
