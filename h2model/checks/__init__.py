"""Checks of a case before the model is built: the rules of the loader, of concerns, and across concerns.

The file of a concern holds the rules of this concern. Rules across several concerns are here, one file per subject:

    conservation   energy, mass and carbon have a source
    connectivity   demands can be served, and plants can run
    limits         capacity and imports suffice for minimum values
    ramping        ramp rates, minimum loads and standstills are compatible
    arbitrage      neither waste nor coarse segments earn money
    scopes         caps count something, and removals are possible
    unused         all carriers, assets and trades take part

An error refuses the case. A warning is kept with the case, its run and its results (`h2model.case.warnings_of`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from h2model.case import LOADING, Provenance
from h2model.checks import arbitrage, connectivity, conservation, limits, ramping, scopes, unused
from h2model.errors import Fault
from h2model.model import RULES as OF_CONCERNS
from h2model.model import prepare

if TYPE_CHECKING:
    import xarray as xr

SUBJECTS = (conservation, connectivity, limits, ramping, arbitrage, scopes, unused)
OF_THE_WHOLE = tuple(rule for subject in SUBJECTS for rule in subject.RULES)
RULES = (*LOADING, *OF_CONCERNS, *OF_THE_WHOLE)

__all__ = ["OF_CONCERNS", "OF_THE_WHOLE", "RULES", "check"]


def check(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """Yield all errors and warnings about the complete data of a case, prepared as its equations use it."""
    prepared = prepare(data)
    for rule in (*OF_CONCERNS, *OF_THE_WHOLE):
        yield from rule(prepared, provenance)
