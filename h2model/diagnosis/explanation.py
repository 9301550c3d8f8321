"""The explanation of a scenario that has no plan, or no least cost: facts for programs, sentences for people."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True)
class Explanation:
    """Why a scenario cannot be solved.

    Attributes
    ----------
    outcome
        "feasible", "infeasible" or "unbounded".
    proof
        At which resolution that was found, and for which it holds.
    broken, in_the_way, remedies
        Tables with `equation`, `name`, `labels`, `limit`, and for what is loosened `amount` (in all), `most` (at one
        time) and `share`: what must give at the least, all together; what would lessen it if it were loosened, most
        important first; and what alone would do, least first (`number` tells which rows belong together).
    conflict
        Equations and bounds that contradict each other; without any one of them the rest can hold.
    sentences
        The same for people, by heading.
    """

    scenario: str
    outcome: str
    proof: str
    broken: pd.DataFrame = field(default_factory=pd.DataFrame)
    in_the_way: pd.DataFrame = field(default_factory=pd.DataFrame)
    remedies: pd.DataFrame = field(default_factory=pd.DataFrame)
    conflict: tuple[str, ...] = ()
    sentences: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __str__(self) -> str:
        parts = [self.proof]
        for heading, lines in self.sentences.items():
            if lines:
                parts.append("\n".join([heading, *(f"  {line}" for line in lines)]))
        return "\n\n".join(parts)
