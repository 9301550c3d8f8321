"""The solvers of this installation: the versions of HiGHS and its extras, and their methods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version

import highspy

#: The method of a scenario, as HiGHS names its solver, and its description.
METHODS: Mapping[str, str] = {
    "simplex": "dual simplex: vertex solutions and exact proofs",
    "hipo": "HiPO, an interior-point method on all processor cores: fastest on large models",
    "ipx": "IPX, an interior-point method on one processor core",
    "pdlp": "PDLP, a first-order method: low accuracy, little memory",
}
#: highspy and highspy-extras of one version belong together; pyproject.toml pins this one.
TESTED_VERSION = "1.15.1"
REMEDY = f"pip install highspy=={TESTED_VERSION} highspy-extras=={TESTED_VERSION}"


@dataclass(frozen=True)
class InstalledSolvers:
    """The installed versions (None: not installed), and for each method whether HiGHS can run it."""

    highspy: str
    highspy_extras: str | None
    available: Mapping[str, bool]

    @property
    def missing(self) -> list[str]:
        """The methods without a solver."""
        return [method for method, available in self.available.items() if not available]

    def __str__(self) -> str:
        extras = f"highspy-extras {self.highspy_extras}" if self.highspy_extras else "without highspy-extras"
        return f"highspy {self.highspy}, {extras}"


@cache
def is_available(method: str) -> bool:
    """Return whether HiGHS accepts a solver: it refuses HiPO without extras of its own version."""
    solver = highspy.Highs()
    solver.silent()
    return solver.setOptionValue("solver", method) != highspy.HighsStatus.kError


def installed_solvers() -> InstalledSolvers:
    """Return the versions of HiGHS and its extras, and their methods."""
    try:
        extras = version("highspy-extras")
    except PackageNotFoundError:
        extras = None
    return InstalledSolvers(version("highspy"), extras, {method: is_available(method) for method in METHODS})
