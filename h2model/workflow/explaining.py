"""Explain why a scenario has no plan, or no least cost."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import xarray as xr

from h2model import diagnosis
from h2model.case import Scenario
from h2model.diagnosis import Explanation
from h2model.progress import Observer
from h2model.workflow.loading import NO_CHANGES, PARAMETERS, LoadedCase, load


def explain(
    scenario: str | Path | Scenario | xr.Dataset,
    changes: Mapping[str, Any] = NO_CHANGES,
    progress: Observer | None = None,
) -> Explanation:
    """Explain why a scenario has no plan, or no least cost: limits to relax, binding limits, conflicting constraints.

    Parameters
    ----------
    scenario, changes
        As `load_case`; or a checked case.
    progress
        Receives the phases.

    Raises
    ------
    InputError
        If the scenario cannot be read.
    UnfinishedError
        If time ran out before an answer.
    """
    case = LoadedCase.from_data(scenario) if isinstance(scenario, xr.Dataset) else load(scenario, changes)
    return diagnosis.explain(case.data, PARAMETERS, case.solver_options, progress)
