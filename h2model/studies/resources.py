"""Resources of a study: workers and memory on one computer, and options for Slurm."""

from __future__ import annotations

import re
from typing import Any

from pydantic import Field, field_validator

from h2model.case.scenario import Section

_MEMORY = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([KMGT])?i?B?\s*", re.IGNORECASE)
_TIME = re.compile(r"(?:(?:\d+-)?\d{1,2}:)?\d{1,3}:\d{2}|\d+")
_MEGABYTES = {"K": 1 / 1024, "M": 1.0, "G": 1024.0, "T": 1024.0**2}


def megabytes(text: Any) -> Any:
    """Return a memory size such as "4 GB" or "800M" in whole MB (MiB, as in Slurm).

    >>> megabytes("4 GB"), megabytes("800M"), megabytes(300)
    (4096, 800, 300)
    """
    if isinstance(text, bool) or not isinstance(text, str | int | float):
        raise ValueError("write a memory size such as '4 GB'")
    match = _MEMORY.fullmatch(str(text))
    if match is None:
        raise ValueError(f"'{text}' is not a memory size; write a size such as '4 GB'")
    return max(1, round(float(match.group(1)) * _MEGABYTES[(match.group(2) or "M").upper()]))


class Local(Section):
    """Resources of a study on one computer."""

    workers: int | None = Field(
        None, ge=1, le=1024, description="runs at the same time; by default as many as cores and memory allow"
    )
    memory: int | None = Field(
        None, description="memory of one run, such as 4 GB; by default a run starts whenever memory is free"
    )

    @field_validator("memory", mode="before")
    @classmethod
    def read_megabytes(cls, text: Any) -> Any:
        """Convert a memory size such as "4 GB" to MB."""
        return None if text is None else megabytes(text)


class Slurm(Section):
    """Resources of a study as job arrays of Slurm."""

    time: str = Field("01:00:00", description="time limit of one run in the format of Slurm: minutes or [days-]h:mm:ss")
    memory: int = Field(4096, description="memory of one run, such as 4 GB")
    memory_limit: int | None = Field(
        None, description="highest memory for repeating a run that ran out of memory; by default four times 'memory'"
    )
    partition: str | None = Field(None, description="partition; by default that of the cluster")
    account: str | None = Field(None, description="account to charge, if the cluster needs one")
    array_limit: int | None = Field(None, ge=1, description="highest number of tasks that run at the same time")
    bundle: int = Field(
        1, ge=1, le=10_000, description="number of runs in one task, one after the other; for short runs"
    )
    setup: tuple[str, ...] = Field((), description="shell commands before the runs, such as 'module load python'")
    options: tuple[str, ...] = Field((), description="further options for sbatch, such as '--constraint=ib'")

    @field_validator("memory", "memory_limit", mode="before")
    @classmethod
    def read_megabytes(cls, text: Any) -> Any:
        """Convert a memory size such as "4 GB" to MB."""
        return None if text is None else megabytes(text)

    @field_validator("time", mode="before")
    @classmethod
    def check_time(cls, text: Any) -> Any:
        """Refuse other formats of time than those of Slurm."""
        text = str(text)
        if not _TIME.fullmatch(text):
            raise ValueError("write minutes, mm:ss, h:mm:ss or days-hh:mm:ss, in quotes")
        return text

    @property
    def most_memory(self) -> int:
        """Highest memory of a run in MB."""
        return max(self.memory, self.memory_limit or 4 * self.memory)
