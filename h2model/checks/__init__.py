"""What is asked of a case before anything is built: the rules of the loader, of the concerns, and those across them.

A rule that belongs to one concern stands in its file. Here are rules that need several of them, one file per subject:

    conservation   energy, mass and carbon do not come from nowhere
    reach          demands that nobody can serve, plants that can never run
    limits         minima that no capacity or import can reach
    motion         ramps, must-run and standstills that contradict each other
    bargains       what earns by waste, or by the coarseness of segments
    scopes         caps that count nothing, or ask for removals that nobody can make
    idle           what is declared and takes no part

An error refuses the case; a warning stays with it, its run and its results (`h2model.case.warnings_of`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from h2model.case import LOADING, Provenance
from h2model.checks import bargains, conservation, idle, limits, motion, reach, scopes
from h2model.errors import Fault
from h2model.model import RULES as OF_CONCERNS
from h2model.model import prepare

if TYPE_CHECKING:
    import xarray as xr

SUBJECTS = (conservation, reach, limits, motion, bargains, scopes, idle)
OF_THE_WHOLE = tuple(rule for subject in SUBJECTS for rule in subject.RULES)
RULES = (*LOADING, *OF_CONCERNS, *OF_THE_WHOLE)

__all__ = ["OF_CONCERNS", "OF_THE_WHOLE", "RULES", "check"]


def check(data: xr.Dataset, rows: Provenance) -> Iterable[Fault]:
    """All faults, errors and warnings, in the complete data of a case as its equations will see it."""
    prepared = prepare(data)
    for rule in (*OF_CONCERNS, *OF_THE_WHOLE):
        yield from rule(prepared, rows)
