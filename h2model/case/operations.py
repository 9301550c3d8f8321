"""Changes to data: one of set, scale and add, at an address, optionally in one region or period only."""

from __future__ import annotations

from collections.abc import Mapping
from math import isinf, isnan
from typing import Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    field_validator,
    model_validator,
)

OVERRIDE_GROUPS = ("technologies", "carriers", "assets", "case")
OPERATIONS = ("set", "scale", "add")


class Section(BaseModel):
    """A part of a scenario: immutable, and unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=True)


class OneOperation(Section):
    """Exactly one of three operations on numbers, optionally restricted to a region, carrier, origin or period."""

    region: str | None = Field(None, description="only assets in this region")
    carrier: str | None = Field(None, description="only the value of this carrier")
    origin: str | None = Field(None, description="only carbon of this origin")
    period: tuple[int, ...] | None = Field(None, min_length=1, description="only this period, or these")

    @field_validator("period", mode="before")
    @classmethod
    def _one_or_several(cls, period: Any) -> Any:
        return (period,) if isinstance(period, int) else period

    @model_validator(mode="after")
    def _one_operation(self) -> Self:
        operations = [name for name in OPERATIONS if getattr(self, name) is not None]
        if len(operations) != 1:
            what, listed = type(self).__name__.lower(), " and ".join(operations) or "none"
            raise ValueError(f"an {what} needs exactly one of set, scale and add, and has {listed}")
        return self

    @property
    def operation(self) -> str:
        """The operation: set, scale or add."""
        return next(name for name in OPERATIONS if getattr(self, name) is not None)


class Override(OneOperation):
    """One change of data: exactly one of set, scale and add, optionally for a part only."""

    set: float | str | None = Field(
        None, description="new value (a number in the declared unit, or with its unit); a profile stays as it is"
    )
    scale: float | None = Field(None, description="factor on the value of the tables")
    add: float | str | None = Field(None, description="amount to add to the value of the tables")

    @field_validator("set", "scale", "add", mode="wrap")
    @classmethod
    def _is_a_number(cls, value: Any, validate: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
        if isinstance(value, bool):
            # Pydantic would read true as 1.
            raise ValueError(f"{str(value).lower()} is not a number")
        number = validate(value)
        if isinstance(number, float) and (isnan(number) or (isinf(number) and info.field_name != "set")):
            raise ValueError(f"{info.field_name} needs a finite number")
        return number

    @property
    def amount(self) -> float | str:
        """The number of the operation, or its value with unit."""
        return {"set": self.set, "scale": self.scale, "add": self.add}[self.operation]


def as_lists(overrides: Any) -> Any:
    """Return overrides by address, each as a list of changes.

    A bare value means {set: value}; values by period ({2030: 10 MW, 2040: 20 MW}) and single changes are allowed.
    ValueError if an address is wrong or has no change.
    """
    if not isinstance(overrides, Mapping):
        return overrides
    for address in overrides:
        parts = str(address).split(".")
        if parts[0] not in OVERRIDE_GROUPS or len(parts) < (2 if parts[0] == "case" else 3):
            raise ValueError(
                f"'{address}' is not an address of data; write technologies.<technology>.<parameter>, "
                "carriers.<carrier>.<parameter>, assets.<asset>.<parameter> or case.<scalar>"
            )
    lists: dict[str, list[Any]] = {}
    for address, content in overrides.items():
        if isinstance(content, Mapping) and content and all(isinstance(key, int) for key in content):
            lists[address] = [{"set": value, "period": period} for period, value in content.items()]
            continue
        changes = content if isinstance(content, list | tuple) else [content]
        lists[address] = [each if isinstance(each, Mapping | Override) else {"set": each} for each in changes]
    empty = [address for address, changes in lists.items() if not changes]
    if empty:
        raise ValueError(f"'{empty[0]}' has no change; write a value, or set, scale or add")
    return lists
