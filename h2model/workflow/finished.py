"""Audit and compare finished runs, from their folders."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import pandas as pd

from h2model.accounts import audit as auditing
from h2model.accounts.audit import Audit
from h2model.errors import InputError
from h2model.results import folder as run_folder
from h2model.tables import compare as tables_of_runs
from h2model.tables import compare_inputs


def audit(folder: str | Path) -> Audit:
    """Recompute a finished run from its results.nc and inputs.nc alone; see `h2model.accounts.audit`.

    Raises
    ------
    H2ModelError
        If the folder holds no results.
    InputError
        If a file is missing or damaged, or the two are of different runs.
    """
    return auditing.audit(*run_folder.read_both(folder))


def compare(folders: Sequence[str | Path]) -> dict[str, pd.DataFrame]:
    """Compare finished runs and their inputs; all others are compared with the first.

    Returns
    -------
    The tables of `h2model.tables.compare` (objective, cost, emissions, stored, co2_price, capacity, unserved), and

    scenario    lines of the scenario that differ
    labels      periods, regions, technologies, … of only one of two runs
    inputs      parameters that differ, with the number of differing values and the largest difference

    Raises
    ------
    H2ModelError
        If a folder holds no results.
    InputError
        If there are fewer than two runs, one is listed twice, a file is damaged, or currencies differ.
    """
    paths = tables_of_runs.named_runs(folders)
    runs, faults = {}, []
    with ExitStack() as stack:
        for name, path in paths.items():
            try:
                runs[name] = stack.enter_context(run_folder.opened(path))
            except InputError as error:
                faults += error.faults
        if faults:
            raise InputError(faults)
        tables = tables_of_runs.compare(runs)
        tables |= {"scenario": compare_inputs.scenario_changes(runs), "labels": compare_inputs.label_changes(runs)}
        inputs = {
            name: run_folder.read_inputs(path / run_folder.INPUTS, ())
            for name, path in paths.items()
            if (path / run_folder.INPUTS).is_file()
        }
        tables["inputs"] = compare_inputs.parameter_changes(runs, inputs)
    return tables
