"""The settings of a study file: a base scenario, axes, a design, and the results to collect.

    scenario: climate_positive
    changes: {time.resolution: 24h}
    axes:
      technologies.electrolyser.overnight_cost: {scale: [0.6, 0.8, 1.0, 1.2]}
      policies.emission_cap.cluster.limit.2050: {set: [0 kt/year, -100 kt/year, -200 kt/year]}
    design: grid

Like a scenario, a study is frozen and refuses unknown keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from h2model.case import add_lines, did_you_mean, read_yaml, to_yaml, validation_faults
from h2model.case.operations import OPERATIONS, OneOperation, Section
from h2model.case.scenario import as_folder_name
from h2model.errors import Fault, InputError
from h2model.studies.designs import KINDS, Design, Grid, Listed, Morris, NearOptimal, Pareto
from h2model.studies.ranges import Number, Range, refuse_invalid_numbers
from h2model.studies.resources import Local, Slurm


class Axis(OneOperation):
    """One dimension of variation: exactly one of set, scale and add, for one address or several together."""

    set: tuple[Number, ...] | Range | None = Field(None, description="new values, with their unit, or a range of them")
    scale: tuple[float, ...] | Range | None = Field(None, description="factors on the value of the case")
    add: tuple[Number, ...] | Range | None = Field(None, description="amounts added to the value of the case")
    of: tuple[str, ...] = Field(
        (), description="addresses that change together; * matches any letters. The key is then a name of your choice"
    )

    @field_validator(*OPERATIONS, mode="before")
    @classmethod
    def check_values(cls, values: Any) -> Any:
        """Refuse other values than a list of finite numbers or words, or a range."""
        if isinstance(values, list | tuple):
            refuse_invalid_numbers(values)
        elif not isinstance(values, Mapping | Range):
            raise ValueError("write a list of values, or a range such as {from: 0.8, to: 1.2}")
        return values

    @property
    def values(self) -> tuple[Number, ...] | Range:
        """The values, or the range of values."""
        return getattr(self, self.operation)

    @property
    def selection(self) -> dict[str, Any]:
        """Limits of the change to a region, carrier, origin or periods, as in an override."""
        parts = {name: getattr(self, name) for name in ("region", "carrier", "origin", "period")}
        return {name: value for name, value in parts.items() if value is not None}


class Study(Section):
    """Settings of a study: the scenario, its axes and design, where it runs, and the results to collect."""

    scenario: str = Field(description="name of the base scenario, or its path")
    name: str = Field("", description="name of the study; by default the name of the file")
    title: str = Field("", description="title for reports")
    description: str = Field("", description="purpose of the study")
    changes: dict[str, Any] = Field(
        default_factory=dict, description="changes to the scenario for all runs, by address as with --set"
    )
    axes: dict[str, Axis] = Field(
        default_factory=dict,
        description="the values to vary, by address, or by a name of your choice with addresses under 'of'",
    )
    design: Design = Field(default_factory=Grid, description="combination of the axes: " + ", ".join(KINDS))
    collect: dict[str, Literal["steps", "month", "mean", "total"]] = Field(
        default_factory=dict,
        description="further variables of the results for the cube, each with its detail: all time steps, means per "
        "month, the mean of the year, or the total over the year of a rate per hour",
    )
    start: bool | None = Field(
        None,
        description="whether to solve the base scenario first and start the simplex of each run from its basis; by "
        "default only for programs that are small enough for the simplex",
    )
    threads: int = Field(1, ge=1, le=1024, description="processor cores for the solver of each run")
    local: Local = Field(default_factory=Local, description="resources on one computer")
    slurm: Slurm = Field(default_factory=Slurm, description="resources under Slurm")

    @field_validator("name")
    @classmethod
    def check_name(cls, name: str) -> str:
        """Refuse invalid names of folders."""
        return as_folder_name(name)

    @field_validator("axes", mode="before")
    @classmethod
    def check_axes(cls, axes: Any) -> Any:
        """Refuse other axes than mappings."""
        for name, axis in axes.items() if isinstance(axes, Mapping) else ():
            if not isinstance(axis, Mapping | Axis):
                raise ValueError(f"'{name}' is not an axis; write such as {{scale: [0.8, 1.0, 1.2]}}")
        return axes

    @field_validator("design", mode="before")
    @classmethod
    def read_design(cls, design: Any) -> Any:
        """Allow `design: grid` for `design: {kind: grid}`, and refuse unknown kinds."""
        if isinstance(design, str):
            design = {"kind": design}
        if isinstance(design, Mapping) and design.get("kind") not in KINDS:
            kind = str(design.get("kind", ""))
            raise ValueError(f"'{kind}' is not a kind of design; {did_you_mean(kind, KINDS)}")
        return design

    @model_validator(mode="after")
    def check_number_of_axes(self) -> Study:
        """Refuse too many or too few axes for the design."""
        design, count = self.design, len(self.axes)
        if isinstance(design, NearOptimal) and count:
            raise ValueError("near_optimal explores one scenario and takes no axes; put changes under 'changes'")
        if isinstance(design, Pareto) and count != 1:
            raise ValueError(f"a pareto front needs exactly one axis, but there are {count}")
        if isinstance(design, Morris) and count < 2:
            raise ValueError("morris needs at least two axes")
        if not isinstance(design, Listed) and any(axis.values == () for axis in self.axes.values()):
            raise ValueError("the list of values of an axis is empty")
        if not isinstance(design, NearOptimal) and not count:
            raise ValueError("the study has no axis; add the values to vary under 'axes'")
        return self

    def to_text(self) -> str:
        """Return the study as YAML text."""
        content = self.model_dump(exclude_defaults=True, by_alias=True, mode="json")
        if "design" in content:
            # The kind equals the default of its own section, so `model_dump` leaves it out.
            content["design"] = {"kind": self.design.kind, **content["design"]}
        return to_yaml(content)


def read_study(name_or_path: str | Path) -> tuple[Study, Path]:
    """Read a study and return it with its path.

    Parameters
    ----------
    name_or_path
        Name of a study (`inputs/*/studies/<name>.yaml` below the working directory), or its path.

    Raises
    ------
    InputError
        With all faults visible without the case.
    """
    path = _path_of(name_or_path)
    content = {key: value for key, value in read_yaml(path).items() if value is not None}
    content.setdefault("name", path.stem)
    try:
        return Study.model_validate(content), path
    except ValidationError as error:
        raise InputError(add_lines(validation_faults(error, Study, path.name), {path.name: path})) from None


def _path_of(name_or_path: str | Path) -> Path:
    text = str(name_or_path)
    if isinstance(name_or_path, Path) or text.endswith((".yaml", ".yml")) or "/" in text:
        if not Path(text).is_file():
            raise InputError([Fault(text, "the file does not exist", "correct the path of the study")])
        return Path(text)
    known = sorted(Path("inputs").glob("*/studies/*.yaml"))
    paths = [path for path in known if path.stem == text]
    if not paths:
        remedy = did_you_mean(text, [path.stem for path in known])
        raise InputError([Fault(f"study {text}", f"inputs/*/studies/{text}.yaml does not exist", remedy)])
    if len(paths) > 1:
        listed = ", ".join(path.as_posix() for path in paths)
        raise InputError([Fault(f"study {text}", f"several cases have it: {listed}", "use the path instead")])
    return paths[0]
