"""The explanation of a scenario that has no plan, or no least cost: tables for programs, sentences for people."""

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
        Resolution at which the outcome was found, and those for which it holds.
    broken, in_the_way, remedies
        Tables with `equation`, `name`, `labels` and `limit`. `broken` holds the limits to relax, all together;
        `in_the_way` the binding limits, the most important first; `remedies` the single changes that would suffice,
        the smallest first. Relaxed limits have `amount` (in all), `most` (at one time) and `share`. Rows of one change
        have the same `number`.
    conflict
        Conflicting equations and bounds; without any one of them the others can hold.
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
