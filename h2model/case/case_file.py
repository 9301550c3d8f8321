"""Read case.yaml: name, currency with exchange rates, profile files, scalars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from h2model.case.declare import Parameter
from h2model.case.faults import Faults, did_you_mean, validation_faults
from h2model.case.tables import Row
from h2model.case.yaml_text import read_yaml

FILE = "case.yaml"
PriceYear = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}\d{4}$")]


class Rate(BaseModel):
    """The value of one unit of another currency in the currency of the case."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    value: float = Field(gt=0, description="value of one unit in the currency of the case")
    source: str = Field(min_length=1, description="where the rate is from")


class Scalar(BaseModel):
    """One number of the whole case."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: float | str = Field(description="the number")
    unit: str = Field(min_length=1, description="the unit, such as 1/year")
    source: str = Field(min_length=1, description="where the number is from")


class CaseFile(BaseModel):
    """The content of case.yaml; the scalars are its further keys."""

    model_config = ConfigDict(frozen=True, extra="allow")

    name: str = Field("", description="name of the case")
    title: str = Field("", description="title for reports")
    description: str = Field("", description="scope of the case")
    currency: PriceYear = Field(description="currency of all money inside, with its price year, such as EUR2025")
    exchange: dict[PriceYear, Rate] = Field(
        default_factory=dict, description="rates of other currencies and price years"
    )
    profiles: tuple[str, ...] = Field(
        (), description="files with hourly profiles, CSV or netCDF; the weather year replaces {weather_year}"
    )
    weather_year: str | None = Field(
        None,
        min_length=1,
        coerce_numbers_to_str=True,
        description="weather year of the profiles, unless the scenario names another as time.weather_year",
    )
    scalars: dict[str, Scalar] = Field(default_factory=dict, exclude=True, description="filled from the further keys")

    @property
    def rates(self) -> dict[str, float]:
        """Value of one unit of each other currency in the currency of the case."""
        return {name: rate.value for name, rate in self.exchange.items() if name != self.currency}

    def scalar_rows(self) -> list[Row]:
        """Return the scalars as table rows, so that they are read like all other parameters."""
        return [
            Row(FILE, f"{FILE}: {name}", {"parameter": name, "value": str(s.value), "unit": s.unit, "source": s.source})
            for name, s in self.scalars.items()
        ]


def read_case_file(folder: Path, scalars: Sequence[Parameter], faults: Faults) -> CaseFile:
    """Return the content of case.yaml; `scalars` are the declared parameters without dimensions.

    Raises InputError if the file cannot be read or its fixed part is wrong: without it no unit can be converted.
    """
    content = read_yaml(folder / FILE)
    fixed = {key: value for key, value in content.items() if key in CaseFile.model_fields and key != "scalars"}
    declared = {parameter.name: parameter for parameter in scalars}
    values: dict[str, Scalar] = {}
    for name, value in content.items():
        if name in fixed:
            continue
        if name not in declared:
            known = [*(key for key in CaseFile.model_fields if key != "scalars"), *declared]
            faults.add(f"{FILE}: {name}", f"'{name}' is not a known key", did_you_mean(name, known))
            continue
        # Words and calendar years may be written without unit and source.
        choice = {"unit": "1", "source": "choice of the case"}
        if declared[name].choices and isinstance(value, str):
            value = {"value": value, **choice}
        elif name == "base_year" and isinstance(value, int):
            value = {"value": float(value), **choice}
        elif name == "base_year" and isinstance(value, dict) and value.get("unit") == "year":
            value = value | {"unit": "1"}
        try:
            values[name] = Scalar.model_validate(value)
        except ValidationError as error:
            faults.extend(validation_faults(error, Scalar, FILE, prefix=name))
    try:
        return CaseFile.model_validate(fixed | {"scalars": values})
    except ValidationError as error:
        refused = validation_faults(error, CaseFile, FILE)
        money = (f"{FILE}: currency", f"{FILE}: exchange")
        faults.extend(
            replace(fault, rule="currency_has_its_year") if fault.where.startswith(money) else fault
            for fault in refused
        )
        faults.raise_if_any()
        raise
