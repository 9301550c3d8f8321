"""What `h2model describe` knows: parameters, settings, equations and variables, from the rooms they belong to."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import BaseModel

    from h2model.case import Parameter
    from h2model.reference.data import Symbol
    from h2model.reference.equations import Shown


def known_parameters() -> tuple[Parameter, ...]:
    """Every declared parameter, those of the case itself first."""
    from h2model.case import CASE_PARAMETERS
    from h2model.model import PARAMETERS

    by_name = {parameter.name: parameter for parameter in (*CASE_PARAMETERS, *PARAMETERS)}
    return tuple(by_name.values())


def known_settings() -> dict[str, type[BaseModel]]:
    """The settings of a scenario, of the policies and of studies, by address."""
    from h2model.case import Scenario, SolverSettings, Time
    from h2model.policies import POLICIES
    from h2model.studies.definition import KINDS, Axis, Study
    from h2model.studies.ranges import Range
    from h2model.studies.resources import Local, Slurm

    policies = {f"policies.{name}.<name>": policy.settings for name, policy in POLICIES.items()}
    designs = {f"study.design.{kind}": design for kind, design in KINDS.items()}
    studies = {"study": Study, "study.axes.<axis>": Axis, "study.axes.<axis>.range": Range, **designs}
    places = {"study.local": Local, "study.slurm": Slurm}
    return {"scenario": Scenario, "time": Time, "solver": SolverSettings, **policies, **studies, **places}


def known_equations() -> dict[str, tuple[Shown, ...]]:
    """Every equation and every named expression of the model, by concern."""
    from h2model.model import CONCERNS
    from h2model.reference.equations import equations_of

    return {concern.name: group for concern in CONCERNS if (group := equations_of(concern))}


def known_symbols() -> list[Symbol]:
    """Every variable and equation as the model declares it, and every set that says what it holds.

    They are declared with the data of a case, so the small one that `h2model new` writes is built for them; concerns
    declare their variables and equations also where a case has no use for them.
    """
    from h2model.engine import Constraint, Expression, Set, Var
    from h2model.reference.data import Symbol
    from h2model.start import TEMPLATE_NAME, scenario_names, write_case
    from h2model.steps import build, load_case

    with TemporaryDirectory() as place:
        folder = write_case(TEMPLATE_NAME, Path(place))
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
