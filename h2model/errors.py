"""What can go wrong, as one tree.

H2ModelError                 exit code 1   anything h2model raises on purpose
├── engine.faults.ModelError exit code 1   a model that cannot be compiled: a label, a value or a rule is wrong
├── InputError               exit code 2   the case or scenario is wrong; lists every fault found
├── AuditError               exit code 4   the results are not what their inputs say they should be
└── SolveError               exit code 3   the solver did not end with an optimal solution
    ├── InfeasibleError                    no plan can meet all demands, limits and caps
    ├── UnboundedError                     some decision earns without limit
    └── UnfinishedError                    stopped before an answer: time limit, numerical trouble
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Severity(Enum):
    """What a fault does to a run: an error stops it, a warning is shown with it and with its results."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with the inputs: where it stands, what is wrong, what would be right.

    `rule` names the check that found it, where the check has a name.
    """

    where: str
    problem: str
    remedy: str
    rule: str = ""
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        return f"{self.where}: {self.problem} → {self.remedy}"


def counted(faults: Iterable[Fault]) -> dict[str, int]:
    """Return the number of faults by rule, the most frequent rule first."""
    counts = Counter(fault.rule or "unnamed" for fault in faults)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


class H2ModelError(Exception):
    """Anything that h2model raises on purpose; its text is fit for the user."""

    exit_code = 1


class InputError(H2ModelError):
    """The inputs are wrong. Carries every fault that was found, not only the first, and the warnings apart."""

    exit_code = 2

    def __init__(self, faults: Iterable[Fault]) -> None:
        found = tuple(dict.fromkeys(faults))
        self.faults = tuple(fault for fault in found if fault.severity is Severity.ERROR)
        self.warnings = tuple(fault for fault in found if fault.severity is Severity.WARNING)
        count = len(self.faults)
        heading = "1 fault in the inputs" if count == 1 else f"{count} faults in the inputs"
        super().__init__("\n".join([heading + ":", *(f"  {fault}" for fault in self.faults)]))


class AuditError(H2ModelError):
    """The results of a run are not what its inputs say they should be: a balance, a limit or a cost does not hold."""

    exit_code = 4


class SolveError(H2ModelError):
    """The solver did not end with an optimal solution, so there is no result."""

    exit_code = 3


class InfeasibleError(SolveError):
    """No plan can meet all demands, limits and caps at once."""


class UnboundedError(SolveError):
    """Some decision earns money without limit, so there is no least cost."""


class UnfinishedError(SolveError):
    """The solver stopped before it had an answer (time limit, numerical trouble)."""
