"""Collect faults, so that the user sees all of them at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from difflib import get_close_matches
from types import NoneType
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from h2model.errors import Fault, InputError, Severity

_LONGEST_LIST = 12
_NOT_AN_ADDRESS = ("[key]", "float", "str")


class Faults(list[Fault]):
    """A list of faults and warnings."""

    def add(self, where: str, problem: str, remedy: str) -> None:
        """Add a fault."""
        self.append(Fault(where, problem, remedy))

    def warn(self, where: str, problem: str, remedy: str, rule: str) -> None:
        """Add a warning, which does not stop a run."""
        self.append(Fault(where, problem, remedy, rule, Severity.WARNING))

    def tag(self, rule: str) -> None:
        """Set the rule of all faults without one."""
        self[:] = [fault if fault.rule else replace(fault, rule=rule) for fault in self]

    @property
    def warnings(self) -> list[Fault]:
        """The warnings, which do not stop a run."""
        return [fault for fault in self if fault.severity is Severity.WARNING]

    def raise_if_any(self) -> None:
        """Raise `InputError` with all faults and warnings, if there is at least one fault."""
        if len(self.warnings) < len(self):
            raise InputError(self)


def listed(names: Iterable[object]) -> str:
    """Return names as a readable list, cut after a dozen."""
    words = [str(name) for name in names]
    if not words:
        return "none"
    more = f" and {len(words) - _LONGEST_LIST} more" if len(words) > _LONGEST_LIST else ""
    return ", ".join(words[:_LONGEST_LIST]) + more


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return the remedy for an unknown name: the nearest known name, or a list of the known ones.

    >>> did_you_mean("electroliser", ["electrolyser", "boiler"])
    "did you mean 'electrolyser'?"
    >>> did_you_mean("xyz", ["electrolyser", "boiler"])
    'use one of: boiler, electrolyser'
    """
    names = sorted(set(known))
    near = get_close_matches(word, names, n=1, cutoff=0.6) or [name for name in names if name.lower() == word.lower()]
    if near:
        return f"did you mean '{near[0]}'?"
    return f"use one of: {listed(names)}" if names else "declare it first"


def validation_faults(error: ValidationError, model: type[BaseModel], file: str, prefix: str = "") -> Faults:
    """Return the errors of pydantic as faults at addresses such as "climate_positive.yaml: time.resolution"."""
    faults = Faults()
    for detail in error.errors():
        loc = tuple(part for part in detail["loc"] if part not in _NOT_AN_ADDRESS)
        address = ".".join([prefix, *map(str, loc)] if prefix else map(str, loc))
        where = f"{file}: {address}" if address else file
        if detail["type"] == "extra_forbidden":
            section = _model_at(model, loc[:-1])
            known = section.model_fields if section else ()
            faults.add(where, f"'{loc[-1]}' is not a known key", did_you_mean(str(loc[-1]), known))
        elif detail["type"] == "missing":
            faults.add(where, f"'{loc[-1]}' is missing", "add it" + _meaning(model, loc))
        else:
            message = detail["msg"].removeprefix("Value error, ")
            value = detail["input"]
            shown = "" if isinstance(value, dict) else f" (given: {value!r})"
            faults.add(where, f"{message[:1].lower()}{message[1:]}{shown}", "correct it" + _meaning(model, loc))
    faults.tag("valid_settings")
    return faults


def _model_at(model: type[BaseModel], loc: tuple[int | str, ...]) -> type[BaseModel] | None:
    """The pydantic model at an address inside `model`, also inside its mappings and lists."""
    current: Any = model
    for part in loc:
        if _is_model(current):
            field = current.model_fields.get(str(part))
            current = field.annotation if field else None
        else:
            inner = [kind for kind in get_args(current) if kind not in (Ellipsis, NoneType)]
            # Among sections that differ by kind, such as the designs of a study, the one of this kind.
            sections = [kind for kind in inner if _is_model(kind) and "kind" in kind.model_fields]
            of_kind = [section for section in sections if section.model_fields["kind"].default == part]
            current = (of_kind or inner or [None])[-1]
    return current if _is_model(current) else None


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _meaning(model: type[BaseModel], loc: tuple[int | str, ...]) -> str:
    """The description of the field at an address, as a part of the remedy."""
    for end in range(len(loc), 0, -1):
        section = _model_at(model, loc[: end - 1])
        field = section.model_fields.get(str(loc[end - 1])) if section else None
        if field is not None and field.description:
            return f"; {loc[end - 1]}: {field.description}"
    return ""
