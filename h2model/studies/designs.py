"""Designs: how the axes of a study are combined or sampled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from h2model.case.operations import Section
from h2model.studies.ranges import Number, refuse_invalid_numbers


class Grid(Section):
    """Every value of each axis with every value of all others."""

    kind: Literal["grid"] = "grid"


class Zip(Section):
    """The first values of all axes together, then the second values, and so on."""

    kind: Literal["zip"] = "zip"


class Listed(Section):
    """Runs listed one by one in `runs`. Each axis states only its operation, with an empty list: {scale: []}."""

    kind: Literal["list"] = "list"
    runs: tuple[dict[str, Number], ...] = Field(min_length=1, description="for each run the value of every axis")

    @field_validator("runs", mode="before")
    @classmethod
    def check_numbers(cls, runs: Any) -> Any:
        """Refuse flags and infinite numbers as values."""
        for run in runs if isinstance(runs, list | tuple) else ():
            refuse_invalid_numbers(list(run.values()) if isinstance(run, Mapping) else ())
        return runs


class LatinHypercube(Section):
    """As many runs as samples, spread evenly over every axis at once."""

    kind: Literal["latin_hypercube"] = "latin_hypercube"
    samples: int = Field(ge=2, description="number of runs")
    seed: int = Field(1, ge=0, description="seed of the random numbers: the same seed gives the same runs")


class Sobol(Section):
    """Saltelli's sample for Sobol indices: samples × (axes + 2) runs, or (2 axes + 2) with second order."""

    kind: Literal["sobol"] = "sobol"
    samples: int = Field(ge=2, description="number of base points; a power of 2")
    second_order: bool = Field(False, description="whether to compute indices of pairs of axes")
    seed: int = Field(1, ge=0, description="seed of the random numbers: the same seed gives the same runs")

    @field_validator("samples")
    @classmethod
    def check_power_of_two(cls, samples: int) -> int:
        """Refuse other numbers than powers of 2."""
        if samples & (samples - 1):
            raise ValueError(f"Sobol's sequence needs a power of 2, such as {2 ** samples.bit_length()}")
        return samples


class Morris(Section):
    """Trajectories along one axis at a time: trajectories × (axes + 1) runs."""

    kind: Literal["morris"] = "morris"
    trajectories: int = Field(ge=2, description="number of trajectories; 4 to 20 are usual")
    levels: int = Field(4, ge=4, multiple_of=2, description="levels into which every axis is divided")
    seed: int = Field(1, ge=0, description="seed of the random numbers: the same seed gives the same runs")


class Pareto(Section):
    """The least cost along one axis, from loose to strict: the front, and the cost of each step along it."""

    kind: Literal["pareto"] = "pareto"


class NearOptimal(Section):
    """Plans near the least cost: how little and how much capacity they need, and how different they can be."""

    kind: Literal["near_optimal"] = "near_optimal"
    slack: tuple[float, ...] = Field(
        (0.01,), min_length=1, description="share by which a plan may exceed the least cost, such as [1%, 5%]"
    )
    capacities: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="capacities to minimise and to maximise: names of your choice, each with technologies or assets "
        "(* matches any letters)",
    )
    alternatives: int = Field(
        0, ge=0, le=1000, description="number of plans that differ from each other as far as possible"
    )

    @field_validator("slack", mode="before")
    @classmethod
    def read_percentages(cls, slack: Any) -> Any:
        """Convert percentages to shares, and one value to a list."""

        def number(value: Any) -> Any:
            is_percentage = isinstance(value, str) and value.strip().endswith("%")
            return float(value.strip().removesuffix("%")) / 100 if is_percentage else value

        return [number(value) for value in (slack if isinstance(slack, list | tuple) else [slack])]

    @field_validator("slack")
    @classmethod
    def check_slack(cls, slack: tuple[float, ...]) -> tuple[float, ...]:
        """Refuse shares of 0 or less, and repeated ones."""
        if not all(0 < value <= 10 for value in slack):
            raise ValueError("a slack is a share of the least cost, above 0% and at most 1000%, such as 1%")
        if len(set(slack)) < len(slack):
            raise ValueError("a slack is listed twice")
        return slack

    @field_validator("capacities", mode="before")
    @classmethod
    def as_lists(cls, capacities: Any) -> Any:
        """Allow one pattern instead of a list."""
        if not isinstance(capacities, Mapping):
            return capacities
        return {name: [patterns] if isinstance(patterns, str) else patterns for name, patterns in capacities.items()}

    @model_validator(mode="after")
    def check_goals(self) -> NearOptimal:
        """Refuse a design without runs besides the optimum."""
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
