"""What a study file says: a base scenario, axes, how they are combined or sampled, and what to keep.

    scenario: climate_positive
    changes: {time.resolution: 24h}
    axes:
      technologies.electrolyser.overnight_cost: {scale: [0.6, 0.8, 1.0, 1.2]}
      policies.emission_cap.cluster.limit.2050: {set: [0 kt/year, -100 kt/year, -200 kt/year]}
    design: grid

Frozen, with every key known and explained, like a scenario.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from h2model.case import add_lines, did_you_mean, read_yaml, to_yaml, validation_faults
from h2model.case.operations import OPERATIONS, OneOperation, Section
from h2model.case.scenario import as_folder_name
from h2model.errors import Fault, InputError
from h2model.studies.ranges import Range
from h2model.studies.resources import Local, Slurm

Number = int | float | str


class Axis(OneOperation):
    """What is varied along one direction: exactly one of set, scale and add, for one address or several at once."""

    set: tuple[Number, ...] | Range | None = Field(None, description="new values, with their unit, or a range of them")
    scale: tuple[float, ...] | Range | None = Field(None, description="factors on the value of the case")
    add: tuple[Number, ...] | Range | None = Field(None, description="what is added to the value of the case")
    of: tuple[str, ...] = Field(
        (), description="addresses that change together; * stands for any letters. The axis then has a name of yours"
    )

    @field_validator(*OPERATIONS, mode="before")
    @classmethod
    def _no_flags(cls, values: Any) -> Any:
        if isinstance(values, list | tuple):
            _refuse_odd(values)
        elif not isinstance(values, Mapping | Range):
            raise ValueError("write a list of values, or a range such as {from: 0.8, to: 1.2}")
        return values

    @property
    def values(self) -> tuple[Number, ...] | Range:
        """The values, or the range they are taken from."""
        return getattr(self, self.operation)

    @property
    def place(self) -> dict[str, Any]:
        """Which part of a parameter is meant, as an override says it."""
        named = {name: getattr(self, name) for name in ("region", "carrier", "origin", "period")}
        return {name: value for name, value in named.items() if value is not None}


def _refuse_odd(values: Sequence[Any]) -> None:
    if any(isinstance(value, bool) for value in values):
        raise ValueError("true and false are no values of an axis")
    if any(isinstance(value, float) and not isfinite(value) for value in values):
        raise ValueError("the values of an axis are finite numbers; write a large one in place of .inf")


class Grid(Section):
    """Every value of each axis with every value of all others."""

    kind: Literal["grid"] = "grid"


class Zip(Section):
    """The first values of all axes together, then the second ones, and so on."""

    kind: Literal["zip"] = "zip"


class Listed(Section):
    """Runs that are written out one by one; the axes say what changes, with an empty list of values: {scale: []}."""

    kind: Literal["list"] = "list"
    runs: tuple[dict[str, Number], ...] = Field(min_length=1, description="for each run the value of every axis")

    @field_validator("runs", mode="before")
    @classmethod
    def _no_flags(cls, runs: Any) -> Any:
        for run in runs if isinstance(runs, list | tuple) else ():
            _refuse_odd(list(run.values()) if isinstance(run, Mapping) else ())
        return runs


class LatinHypercube(Section):
    """As many runs as samples, spread evenly over every axis at once."""

    kind: Literal["latin_hypercube"] = "latin_hypercube"
    samples: int = Field(ge=2, description="number of runs")
    seed: int = Field(1, ge=0, description="seed of the random numbers: the same one gives the same runs")


class Sobol(Section):
    """Saltelli's sample for Sobol indices: samples × (axes + 2) runs, or (2 axes + 2) with second order."""

    kind: Literal["sobol"] = "sobol"
    samples: int = Field(ge=2, description="points to start from; a power of 2")
    second_order: bool = Field(False, description="whether indices of pairs of axes are wanted")
    seed: int = Field(1, ge=0, description="seed of the random numbers: the same one gives the same runs")

    @field_validator("samples")
    @classmethod
    def _power_of_two(cls, samples: int) -> int:
        if samples & (samples - 1):
            raise ValueError(f"Sobol's sequence needs a power of 2, such as {2 ** samples.bit_length()}")
        return samples


class Morris(Section):
    """Trajectories that change one axis at a time: trajectories × (axes + 1) runs."""

    kind: Literal["morris"] = "morris"
    trajectories: int = Field(ge=2, description="number of trajectories; 4 to 20 are usual")
    levels: int = Field(4, ge=4, multiple_of=2, description="levels into which every axis is divided")
    seed: int = Field(1, ge=0, description="seed of the random numbers: the same one gives the same runs")


class Pareto(Section):
    """The least cost along one axis, from loose to strict: the front, and what each further step costs."""

    kind: Literal["pareto"] = "pareto"


class NearOptimal(Section):
    """Plans that cost little more than the least: how little and how much of something they need, and how unlike."""

    kind: Literal["near_optimal"] = "near_optimal"
    slack: tuple[float, ...] = Field(
        (0.01,), min_length=1, description="how much more than the least cost a plan may cost, such as [1%, 5%]"
    )
    capacities: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="what is built as little and as much as possible: a name of yours, and the technologies or assets "
        "that it stands for (* for any letters)",
    )
    alternatives: int = Field(0, ge=0, le=1000, description="number of plans as unlike each other as they can be")

    @field_validator("slack", mode="before")
    @classmethod
    def _percent(cls, slack: Any) -> Any:
        def number(value: Any) -> Any:
            is_percent = isinstance(value, str) and value.strip().endswith("%")
            return float(value.strip().removesuffix("%")) / 100 if is_percent else value

        return [number(value) for value in (slack if isinstance(slack, list | tuple) else [slack])]

    @field_validator("slack")
    @classmethod
    def _positive(cls, slack: tuple[float, ...]) -> tuple[float, ...]:
        if not all(0 < value <= 10 for value in slack):
            raise ValueError("slack is a share of the least cost above 0, such as 1%")
        if len(set(slack)) < len(slack):
            raise ValueError("a slack stands twice")
        return slack

    @field_validator("capacities", mode="before")
    @classmethod
    def _as_lists(cls, capacities: Any) -> Any:
        if not isinstance(capacities, Mapping):
            return capacities
        return {name: [given] if isinstance(given, str) else given for name, given in capacities.items()}

    @model_validator(mode="after")
    def _asks_for_something(self) -> NearOptimal:
        if not self.capacities and not self.alternatives:
            raise ValueError("name capacities to minimise and maximise, or a number of alternatives, or both")
        return self


SAMPLED = (LatinHypercube, Sobol, Morris)
KINDS = {
    kind.model_fields["kind"].default: kind
    for kind in (Grid, Zip, Listed, LatinHypercube, Sobol, Morris, Pareto, NearOptimal)
}
Design = Annotated[
    Grid | Zip | Listed | LatinHypercube | Sobol | Morris | Pareto | NearOptimal, Field(discriminator="kind")
]


class Study(Section):
    """What to compute: which scenario, varied how, where, and what is collected of it."""

    scenario: str = Field(description="name of the base scenario, or its path")
    name: str = Field("", description="name of the study; the file name if not given")
    title: str = Field("", description="title for reports")
    description: str = Field("", description="what the study is for")
    changes: dict[str, Any] = Field(
        default_factory=dict, description="changes to the scenario for all runs, by address as --set takes them"
    )
    axes: dict[str, Axis] = Field(
        default_factory=dict, description="what is varied, by address, or by a name of yours with addresses under 'of'"
    )
    design: Design = Field(default_factory=Grid, description="how the axes are combined: " + ", ".join(KINDS))
    collect: dict[str, Literal["steps", "month", "mean", "total"]] = Field(
        default_factory=dict,
        description="further variables of the results for the cube, and in which detail: all time steps, means per "
        "month, the mean of the year, or the total over the year of what flows per hour",
    )
    start: bool | None = Field(
        None,
        description="solve the base first, and let the simplex start every run from where it ended; if not said, only "
        "where programs are small enough for the simplex anyway",
    )
    threads: int = Field(1, ge=1, le=1024, description="processor cores for the solver of each run")
    local: Local = Field(default_factory=Local, description="how it runs on one computer")
    slurm: Slurm = Field(default_factory=Slurm, description="how it runs under Slurm")

    @field_validator("name")
    @classmethod
    def _is_a_file_name(cls, name: str) -> str:
        return as_folder_name(name)

    @field_validator("axes", mode="before")
    @classmethod
    def _axes_are_mappings(cls, axes: Any) -> Any:
        for name, axis in axes.items() if isinstance(axes, Mapping) else ():
            if not isinstance(axis, Mapping | Axis):
                raise ValueError(f"'{name}' holds no axis; write such as {{scale: [0.8, 1.0, 1.2]}}")
        return axes

    @field_validator("design", mode="before")
    @classmethod
    def _bare_word(cls, design: Any) -> Any:
        """Allow `design: grid` for `design: {kind: grid}`."""
        if isinstance(design, str):
            design = {"kind": design}
        if isinstance(design, Mapping) and design.get("kind") not in KINDS:
            kind = str(design.get("kind", ""))
            raise ValueError(f"there is no kind of design '{kind}'; {did_you_mean(kind, KINDS)}")
        return design

    @model_validator(mode="after")
    def _axes_suit_the_design(self) -> Study:
        design, count = self.design, len(self.axes)
        if isinstance(design, NearOptimal) and count:
            raise ValueError("near_optimal looks around one scenario and takes no axes; put changes under 'changes'")
        if isinstance(design, Pareto) and count != 1:
            raise ValueError(f"a pareto front has exactly one axis, and here there are {count}")
        if isinstance(design, Morris) and count < 2:
            raise ValueError("morris needs at least two axes")
        if not isinstance(design, Listed) and any(axis.values == () for axis in self.axes.values()):
            raise ValueError("the list of values of an axis is empty")
        if not isinstance(design, NearOptimal) and not count:
            raise ValueError("there is no axis; name what is to be varied under 'axes'")
        return self

    def to_text(self) -> str:
        """The study as YAML text."""
        content = self.model_dump(exclude_defaults=True, by_alias=True, mode="json")
        if "design" in content:
            # The kind is the default of its own section, and tells which section it is.
            content["design"] = {"kind": self.design.kind, **content["design"]}
        return to_yaml(content)


def read_study(name_or_path: str | Path) -> tuple[Study, Path]:
    """Read a study by name (inputs/*/studies/<name>.yaml below the working directory) or by path; and its path.

    Raises InputError with every fault that can be seen without the case.
    """
    path = _find(name_or_path)
    content = {key: value for key, value in read_yaml(path).items() if value is not None}
    content.setdefault("name", path.stem)
    try:
        return Study.model_validate(content), path
    except ValidationError as error:
        raise InputError(add_lines(validation_faults(error, Study, path.name), {path.name: path})) from None


def _find(name_or_path: str | Path) -> Path:
    text = str(name_or_path)
    if isinstance(name_or_path, Path) or text.endswith((".yaml", ".yml")) or "/" in text:
        if not Path(text).is_file():
            raise InputError([Fault(text, "there is no such file", "correct the path of the study")])
        return Path(text)
    known = sorted(Path("inputs").glob("*/studies/*.yaml"))
    found = [path for path in known if path.stem == text]
    if not found:
        remedy = did_you_mean(text, [path.stem for path in known])
        raise InputError([Fault(f"study {text}", f"there is no inputs/*/studies/{text}.yaml", remedy)])
    if len(found) > 1:
        paths = ", ".join(path.as_posix() for path in found)
        raise InputError([Fault(f"study {text}", f"several cases have it: {paths}", "give the path instead")])
    return found[0]
