"""The sums that several concerns add to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Sums:
    """The sums that several concerns add to: opened by `build`, filled by concerns, closed by balance and objective.

    supply: functions (m, carrier, region, period, time) → net supply of the carrier, amount per hour
    cost:   name of a cost part → function (m, period) → its annual cost
    """

    supply: list[Callable] = field(default_factory=list)
    cost: dict[str, Callable] = field(default_factory=dict)
