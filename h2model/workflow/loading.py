"""Load a scenario, or the inputs of an earlier run, as a checked case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import xarray as xr

from h2model import case, checks, model, policies
from h2model.case import CASE_PARAMETERS, Parameter, Scenario, did_you_mean
from h2model.engine import SolverOptions
from h2model.engine.highs import check_options
from h2model.engine.solve import LADDERS
from h2model.errors import Fault, InputError
from h2model.results.folder import read_inputs

NO_CHANGES: Mapping[str, Any] = {}
#: Every declared parameter by name, those of the case first.
PARAMETERS: Mapping[str, Parameter] = {each.name: each for each in (*CASE_PARAMETERS, *model.PARAMETERS)}
METHODS = ("auto", *LADDERS)


@dataclass(frozen=True)
class LoadedCase:
    """A checked case: every input in `data`, and the `scenario` for which it was loaded."""

    data: xr.Dataset
    scenario: Scenario

    @classmethod
    def from_data(cls, data: xr.Dataset) -> Self:
        """Return the case of a Dataset that `load_case` returned or that an inputs.nc holds; parses its scenario."""
        return cls(data, Scenario.of(data))

    @property
    def solver_options(self) -> SolverOptions:
        """How the scenario wants the case to be solved."""
        return SolverOptions(**self.scenario.solver.model_dump())


def load_case(scenario: str | Path | Scenario, changes: Mapping[str, Any] = NO_CHANGES) -> xr.Dataset:
    """Read and check all inputs of a scenario.

    Parameters
    ----------
    scenario
        Name of a scenario (`inputs/*/scenarios/<name>.yaml` below the working directory), path of a scenario file, a
        `Scenario`, or the path of the `inputs.nc` of an earlier run, which is complete in itself.
    changes
        Address → value, as `--set` takes them: `{"technologies.electrolyser.overnight_cost": "900 EUR2025/kW"}`.

    Returns
    -------
    Every parameter with its unit and dimensions, in the units of the case.

    Raises
    ------
    InputError
        With every fault: file, row, problem and remedy.
    """
    return load(scenario, changes).data


def load(scenario: str | Path | Scenario, changes: Mapping[str, Any] = NO_CHANGES) -> LoadedCase:
    """Return the case with its scenario; otherwise as `load_case`."""
    if isinstance(scenario, str | Path) and Path(scenario).suffix == ".nc":
        return _load_inputs(Path(scenario), changes)
    scenario = case.read_scenario(scenario, changes, policies.POLICIES, [_solver_faults])
    return LoadedCase(case.load_case(scenario, model.PARAMETERS, policies.POLICIES, [checks.check]), scenario)


def read_scenario(scenario: str | Path | Scenario, changes: Mapping[str, Any] = NO_CHANGES) -> Scenario:
    """Return the scenario with all changes made; see `load_case`."""
    return case.read_scenario(scenario, changes, policies.POLICIES)


def _load_inputs(path: Path, changes: Mapping[str, Any]) -> LoadedCase:
    """Return the case of an earlier run; changes may concern the solver, but not the data."""
    remedy = "change only solver.…, or run the scenario by its name"
    faults = [
        Fault(f"--set {address}", f"the inputs in {path} are finished and cannot be changed", remedy)
        for address in changes
        if not address.startswith("solver.")
    ]
    if faults:
        raise InputError(faults)
    data = read_inputs(path, PARAMETERS)
    scenario = case.read_scenario(Scenario.of(data), changes, policies.POLICIES, [_solver_faults])
    return LoadedCase(data.assign_attrs({case.SCENARIO_TEXT: scenario.to_text()}), scenario)


def _solver_faults(scenario: Scenario) -> Iterator[Fault]:
    """Yield solver settings that the engine does not know: the case knows no solver, the engine no scenario."""
    remedy = "see https://ergo-code.github.io/HiGHS/stable/options/definitions"
    for problem in check_options(scenario.solver.options):
        yield Fault("scenario: solver.options", problem, remedy)
    if (method := scenario.solver.method) not in METHODS:
        problem = f"there is no solution method '{method}'"
        yield Fault("scenario: solver.method", problem, did_you_mean(method, METHODS))
