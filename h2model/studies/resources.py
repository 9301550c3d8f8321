"""What a study needs of the computers that it runs on."""

from __future__ import annotations

import re
from typing import Any

from pydantic import Field, field_validator

from h2model.case.scenario import Section

_MEMORY = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([KMGT])?i?B?\s*", re.IGNORECASE)
_TIME = re.compile(r"(?:(?:\d+-)?\d{1,2}:)?\d{1,3}:\d{2}|\d+")
_MEGABYTES = {"K": 1 / 1024, "M": 1.0, "G": 1024.0, "T": 1024.0**2}


def megabytes(text: Any) -> Any:
    """A memory size such as "4 GB" or "800M" as a whole number of MB (MiB, as Slurm counts).

    >>> megabytes("4 GB"), megabytes("800M"), megabytes(300)
    (4096, 800, 300)
    """
    if isinstance(text, bool) or not isinstance(text, str | int | float):
        raise ValueError("write a memory size such as '4 GB'")
    match = _MEMORY.fullmatch(str(text))
    if match is None:
        raise ValueError(f"'{text}' is no memory size; write such as '4 GB'")
    return max(1, round(float(match.group(1)) * _MEGABYTES[(match.group(2) or "M").upper()]))


class Local(Section):
    """A study on the processor cores of one computer."""

    workers: int | None = Field(
        None, ge=1, le=1024, description="runs at the same time; as many as cores and memory allow if not given"
    )
    memory: int | None = Field(
        None, description="memory that one run needs, such as 4 GB; if not given, runs begin while memory is free"
    )

    @field_validator("memory", mode="before")
    @classmethod
    def _in_megabytes(cls, text: Any) -> Any:
        return None if text is None else megabytes(text)


class Slurm(Section):
    """A study as job arrays of the scheduler Slurm."""

    time: str = Field("01:00:00", description="time limit of one run, as Slurm writes it: minutes or [days-]h:mm:ss")
    memory: int = Field(4096, description="memory of one run, such as 4 GB")
    memory_limit: int | None = Field(
        None, description="most memory that a run may get after it ran out of it; four times 'memory' if not given"
    )
    partition: str | None = Field(None, description="partition; the cluster's default if not given")
    account: str | None = Field(None, description="account to be charged, if the cluster wants one")
    array_limit: int | None = Field(None, ge=1, description="most tasks that run at the same time")
    bundle: int = Field(1, ge=1, le=10_000, description="runs that one task does, one after the other; for short runs")
    setup: tuple[str, ...] = Field((), description="lines of shell before the runs, such as 'module load python'")
    options: tuple[str, ...] = Field((), description="further options of sbatch, such as '--constraint=ib'")

    @field_validator("memory", "memory_limit", mode="before")
    @classmethod
    def _in_megabytes(cls, text: Any) -> Any:
        return None if text is None else megabytes(text)

    @field_validator("time", mode="before")
    @classmethod
    def _is_a_time(cls, text: Any) -> Any:
        text = str(text)
        if not _TIME.fullmatch(text):
            raise ValueError("write minutes, mm:ss, h:mm:ss or days-hh:mm:ss, in quotes")
        return text

    @property
    def most_memory(self) -> int:
        """MB that a run may get at most."""
        return max(self.memory, self.memory_limit or 4 * self.memory)
