"""Content of `h2model describe`: parameters, settings, equations and variables from all parts of the package."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import BaseModel
from rich.console import Console

from h2model.case import CASE_PARAMETERS, Parameter, Scenario, SolverSettings, Time
from h2model.checks import RULES
from h2model.engine import Constraint, Expression, Set, Var
from h2model.model import CONCERNS, PARAMETERS
from h2model.policies import POLICIES
from h2model.reference import page, terminal
from h2model.reference.data import Reference, Symbol
from h2model.reference.equations import Shown, equations_of
from h2model.screen.documents import reference_document
from h2model.start import TEMPLATE_NAME, scenario_names, write_case
from h2model.studies.definition import Axis, Study
from h2model.studies.designs import KINDS
from h2model.studies.ranges import Range
from h2model.studies.resources import Local, Slurm
from h2model.workflow.loading import load_case
from h2model.workflow.solving import build


def show_reference(screen: Console, name: str | None, parameters: bool, equations: bool) -> None:
    """Print one entry by its name, or all parameters, all equations, or both."""
    if name is not None:
        terminal.show_entries(screen, known_reference(), name)
        return
    everything = parameters == equations
    if parameters or everything:
        terminal.show_parameters(screen, known_parameters())
        terminal.show_settings(screen, known_settings())
    if equations or everything:
        terminal.show_equations(screen, known_equations())


def content_of_reference(name: str | None, parameters: bool, equations: bool) -> dict[str, Any]:
    """Return the same as `show_reference` prints, as plain values for JSON."""
    if name is not None:
        reference = known_reference().entries(name)
    elif parameters == equations:
        reference = known_reference()
    elif parameters:
        reference = Reference(known_parameters(), known_settings())
    else:
        reference = Reference(equations=known_equations())
    return reference_document(reference)


def known_reference() -> Reference:
    """Return all parameters, settings, equations and checks of the package."""
    return Reference(known_parameters(), known_settings(), known_equations(), RULES)


def write_reference_page(path: Path) -> None:
    """Write all of the reference as one HTML page."""
    page.write_page(path, version("h2model"), known_reference(), CONCERNS, known_symbols())


def known_parameters() -> tuple[Parameter, ...]:
    """Return every declared parameter, those of the case itself first."""
    by_name = {parameter.name: parameter for parameter in (*CASE_PARAMETERS, *PARAMETERS)}
    return tuple(by_name.values())


def known_settings() -> dict[str, type[BaseModel]]:
    """Return the settings of scenarios, policies and studies, by address."""
    policies = {f"policies.{name}.<name>": policy.settings for name, policy in POLICIES.items()}
    designs = {f"study.design.{kind}": design for kind, design in KINDS.items()}
    studies = {"study": Study, "study.axes.<axis>": Axis, "study.axes.<axis>.range": Range, **designs}
    resources = {"study.local": Local, "study.slurm": Slurm}
    return {"scenario": Scenario, "time": Time, "solver": SolverSettings, **policies, **studies, **resources}


def known_equations() -> dict[str, tuple[Shown, ...]]:
    """Return every equation and every named expression of the model, by concern."""
    return {concern.name: group for concern in CONCERNS if (group := equations_of(concern))}


def known_symbols() -> list[Symbol]:
    """Return every variable and equation as the model declares it, and every set with a description.

    Declarations need the data of a case, so the small case of `h2model new` is built. Concerns declare their variables
    and equations for every case, also if they have no members.
    """
    with TemporaryDirectory() as inputs:
        folder = write_case(TEMPLATE_NAME, Path(inputs))
        scenario = folder / "scenarios" / f"{scenario_names()[0]}.yaml"
        model = build(load_case(scenario, {"time.resolution": "24h"}))
    kinds = {Var: "variable", Constraint: "equation", Expression: "named expression"}
    symbols = []
    for name, component in model.component_map().items():
        kind = next((word for type_, word in kinds.items() if isinstance(component, type_)), None)
        if kind is not None:
            over = tuple(str(part.local_name) for part in component.index_set().subsets() if component.is_indexed())
            symbols.append(Symbol(name, kind, over, component.unit, component.description))
        elif isinstance(component, Set) and component.description:
            symbols.append(Symbol(name, "set", (), "", component.description))
    return symbols
