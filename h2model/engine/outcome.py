"""What a solve came to: why it stopped, and what the solution is worth. Two questions, two enums."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Stop(Enum):
    """Why the solver stopped."""

    FINISHED = "finished"
    TIME_LIMIT = "the time limit was reached"
    ITERATION_LIMIT = "the iteration limit was reached"
    INTERRUPTED = "it was interrupted"
    TROUBLE = "numerical trouble"


class Worth(Enum):
    """What is known of the solution."""

    OPTIMAL = "optimal"
    BOUNDED = "within a proven distance of the optimum"
    INFEASIBLE = "proven that no solution exists"
    UNBOUNDED = "proven that the objective has no limit"
    NOTHING = "nothing is proven"


@dataclass(frozen=True)
class Attempt:
    """One run of one solver: its seconds of wall time, and its iterations."""

    method: str
    stop: Stop
    worth: Worth
    seconds: float
    iterations: int
    detail: str = ""

    def __str__(self) -> str:
        result = self.worth.value if self.stop is Stop.FINISHED else self.stop.value
        detail = f" ({self.detail})" if self.detail else ""
        return f"{self.method}: {result}{detail}, {self.iterations} iterations, {self.seconds:.1f} s"


@dataclass(frozen=True)
class Outcome:
    """Why the last attempt stopped, what its solution is worth, and all attempts that were made."""

    stop: Stop
    worth: Worth
    attempts: tuple[Attempt, ...]
    detail: str = ""

    @property
    def optimal(self) -> bool:
        """Whether the solution is proven to be the best."""
        return self.worth is Worth.OPTIMAL
