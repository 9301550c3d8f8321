"""Split a program over time into windows, small enough to be solved one by one.

From a solution of a coarser program, `bound` proves a lower bound of the least cost, and `plan` builds a feasible
solution of the program itself. Neither solves the whole program. If the two differ, the coarse program must be refined.
"""

from h2model.engine.windows.bound import proven_prices
from h2model.engine.windows.parallel import OutOfTimeError
from h2model.engine.windows.plan import Plan, feasible_plan
from h2model.engine.windows.split import SHARED, Windows, split
from h2model.engine.windows.transfer import PERIOD, TIME, Guess, guess_from, positions_along, rents_from

__all__ = [
    "PERIOD",
    "SHARED",
    "TIME",
    "Guess",
    "OutOfTimeError",
    "Plan",
    "Windows",
    "feasible_plan",
    "guess_from",
    "positions_along",
    "proven_prices",
    "rents_from",
    "split",
]
