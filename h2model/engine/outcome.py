"""The outcome of a solve in two enums: why the solver stopped, and what is proven of its solution."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class TerminationCondition(Enum):
    """Why the solver stopped."""

    FINISHED = "finished"
    TIME_LIMIT = "the time limit was reached"
    ITERATION_LIMIT = "the iteration limit was reached"
    INTERRUPTED = "it was interrupted"
    NUMERICAL_TROUBLE = "numerical trouble"
    UNAVAILABLE = "the solver is not installed"


class SolutionStatus(Enum):
    """The proven quality of the solution."""

    OPTIMAL = "optimal"
    BOUNDED = "within a proven distance of the optimum"
    INFEASIBLE = "proven that no solution exists"
    UNBOUNDED = "proven that the objective has no limit"
    UNKNOWN = "nothing is proven"


#: Both answers of a run that ended in numerical trouble.
NOTHING_PROVEN = (TerminationCondition.NUMERICAL_TROUBLE, SolutionStatus.UNKNOWN)


@dataclass(frozen=True)
class Attempt:
    """One run of one solver, with its wall time in seconds and its iterations."""

    method: str
    termination: TerminationCondition
    status: SolutionStatus
    seconds: float
    iterations: int
    detail: str = ""

    def __str__(self) -> str:
        if self.termination is TerminationCondition.UNAVAILABLE:
            return f"{self.method}: {self.termination.value} ({self.detail})"
        result = self.status.value if self.termination is TerminationCondition.FINISHED else self.termination.value
        detail = f" ({self.detail})" if self.detail else ""
        return f"{self.method}: {result}{detail}, {self.iterations} iterations, {self.seconds:.1f} s"


@dataclass(frozen=True)
class Outcome:
    """The last attempt's termination and solution status, and all attempts."""

    termination: TerminationCondition
    status: SolutionStatus
    attempts: tuple[Attempt, ...]
    detail: str = ""

    @property
    def optimal(self) -> bool:
        """Whether the solution is proven optimal."""
        return self.status is SolutionStatus.OPTIMAL
