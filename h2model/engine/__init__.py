"""Pyomo rules → sparse linear program → HiGHS → labelled arrays. Knows nothing of energy.

    m = Model()
    m.plant = Set(initialize=["wind", "gas"])
    m.hour = Set(initialize=range(24))
    m.cost = Param(m.plant, initialize={"wind": 0.0, "gas": 60.0}, unit="EUR/MWh")
    m.output = Var(m.plant, m.hour, bounds=(0, 10), unit="MW")
    m.demand = Constraint(m.hour, rule=lambda m, t: sum(m.output[p, t] for p in m.plant) >= 5, unit="MW")
    m.total = Objective(rule=lambda m: sum(m.cost[p] * m.output[p, t] for p in m.plant for t in m.hour), unit="EUR")
    results = solve(m).require_optimal().dataset()

How it works: `template` calls each rule once with symbolic indices. `frame` and `expand` replace them with arrays over
the whole index set. `compile` collects the rows, `solve` tries one solver after the other, and `solution` returns
labelled arrays. `scalar_model` builds an ordinary Pyomo model from the same rules, as the reference for all of this.
"""

import logging

from h2model.engine.basis import Basis
from h2model.engine.compile import CompiledModel, compile_model
from h2model.engine.components import Constraint, Expression, Model, Objective, Set, Var
from h2model.engine.faults import DataError, LabelError, ModelError
from h2model.engine.highs import SolverOptions
from h2model.engine.outcome import Attempt, Outcome, SolutionStatus, TerminationCondition
from h2model.engine.parameters import Param
from h2model.engine.program import LinearProgram
from h2model.engine.residuals import Residuals
from h2model.engine.scalar import scalar_model
from h2model.engine.solution import Solution
from h2model.engine.solve import solve

__all__ = [
    "Attempt",
    "Basis",
    "CompiledModel",
    "Constraint",
    "DataError",
    "Expression",
    "LabelError",
    "LinearProgram",
    "Model",
    "ModelError",
    "Objective",
    "Outcome",
    "Param",
    "Residuals",
    "Set",
    "Solution",
    "SolutionStatus",
    "SolverOptions",
    "TerminationCondition",
    "Var",
    "compile_model",
    "scalar_model",
    "solve",
]

# Attempts are logged. Without a configured logger, nothing is printed.
logging.getLogger("h2model.engine").addHandler(logging.NullHandler())
