"""What an audit finds: for every equation, limit and sum the place where it holds worst, and whether that is enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import xarray as xr

#: Rows that the solver keeps: it takes one as kept within 1e-7 of scaled amounts, and what an interior-point method
#: leaves is mended to 1e-9. Ten times the first allows for the scaling, as a share of the amounts that meet in the row.
SOLVED = 1e-6
#: Sums that are computed from what the solver found: only rounding, of some thousand terms, can stand between them.
COMPUTED = 1e-9

IDENTITY, LIMIT = "sum", "limit"


@dataclass(frozen=True)
class Finding:
    """Where one equation holds worst.

    `residual` is how much is missing there and `allowed` how much may be, both in `unit`; `count` is the number of
    places that were looked at. `where` names the asset, region or carrier; `period` and `time` are empty where the
    equation knows none.
    """

    equation: str
    kind: str
    count: int
    residual: float
    allowed: float
    unit: str = ""
    where: str = ""
    period: str = ""
    time: str = ""

    @property
    def passed(self) -> bool:
        """Whether the equation holds everywhere. What is not a number does not."""
        return bool(self.residual <= self.allowed)

    @property
    def share(self) -> float:
        """The residual as a share of what is allowed: above 1 it is too much, infinite for what is not a number."""
        return float(np.nan_to_num(self.residual / self.allowed, nan=np.inf)) if self.count else 0.0

    def joined(self, other: Finding) -> Finding:
        """One finding for two about the same equation: the worse of them, at the places of both."""
        return replace(max(self, other, key=lambda finding: finding.share), count=self.count + other.count)

    def __str__(self) -> str:
        place = ", ".join(word for word in (self.where, self.period, self.time) if word)
        unit = f" {self.unit}" if self.unit else ""
        return f"{self.equation} is off by {self.residual:.4g}{unit}" + (f" ({place})" if place else "")


@dataclass(frozen=True)
class Audit:
    """All findings about one run."""

    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Whether everything holds."""
        return not self.failures

    @property
    def failures(self) -> tuple[Finding, ...]:
        """The findings that do not hold, the worst (in terms of what is allowed) first."""
        failed = [finding for finding in self.findings if not finding.passed]
        return tuple(sorted(failed, key=lambda finding: -finding.share))

    def verdict(self) -> str:
        """One line: passed, or what is wrong and where."""
        if self.passed:
            places = sum(finding.count for finding in self.findings)
            return f"passed: {len(self.findings)} equations at {places:,} places"
        others = f" and {len(self.failures) - 1} more" if len(self.failures) > 1 else ""
        return f"failed: {self.failures[0]}{others}"

    def facts(self) -> dict[str, object]:
        """What results keep of the audit, as attributes."""
        return {"audit": self.verdict(), "audit_failures": [str(failure) for failure in self.failures] or ["none"]}

    def to_dataframe(self) -> pd.DataFrame:
        """One row for each finding, with `passed`."""
        return pd.DataFrame([{**vars(finding), "passed": finding.passed} for finding in self.findings])


@dataclass
class Account:
    """Collects findings: the files of the audit tell it what should be equal to what, or below what.

    `labels` gives for each dimension the names along it, as they shall be printed, `units` the unit of an equation
    where it is known.
    """

    labels: Mapping[str, np.ndarray]
    units: Mapping[str, str] = field(default_factory=dict)
    found: dict[str, Finding] = field(default_factory=dict)

    def audit(self) -> Audit:
        """All that was taken down."""
        return Audit(tuple(self.found.values()))

    def equal(
        self,
        equation: str,
        found: xr.Variable,
        expected: xr.Variable | float,
        size: xr.Variable | float | None = None,
        unit: str = "",
        tolerance: float = COMPUTED,
    ) -> None:
        """Take down how far two quantities are apart.

        `size` is the amount that the difference is measured by: by default the larger of the two, but where large
        terms cancel out, the sum of their sizes.
        """
        if size is None:
            size = np.maximum(abs(found), abs(expected))
        self._note(equation, IDENTITY, abs(found - expected), tolerance * (1.0 + abs(size)), unit)

    def at_most(
        self,
        equation: str,
        found: xr.Variable,
        limit: xr.Variable | float,
        size: xr.Variable | float | None = None,
        unit: str = "",
        tolerance: float = SOLVED,
    ) -> None:
        """Take down by how much a quantity exceeds its limit; an infinite limit is none."""
        finite = ~np.isinf(limit)
        bound = limit.where(finite, 0.0) if isinstance(limit, xr.Variable) else float(limit if finite else 0.0)
        if size is None:
            size = np.maximum(abs(found), abs(bound))
        # `maximum` keeps not-a-number, so that it is found; where there is no limit there is nothing to exceed.
        excess = np.maximum(found - bound, 0.0 * found)
        self._note(equation, LIMIT, excess * finite, tolerance * (1.0 + abs(size)), unit)

    def at_least(
        self,
        equation: str,
        found: xr.Variable,
        limit: xr.Variable | float,
        size: xr.Variable | float | None = None,
        unit: str = "",
        tolerance: float = SOLVED,
    ) -> None:
        """Take down by how much a quantity falls short of its limit."""
        self.at_most(equation, -1 * found, -1 * limit, size, unit, tolerance)

    def nothing_to_check(self, equation: str, kind: str = LIMIT) -> None:
        """Take down that the case has nothing of what an equation speaks of."""
        self._add(Finding(equation, kind, 0, 0.0, 0.0))

    def _add(self, finding: Finding) -> None:
        before = self.found.get(finding.equation)
        self.found[finding.equation] = before.joined(finding) if before else finding

    def _note(self, equation: str, kind: str, residual: xr.Variable, allowed: xr.Variable | float, unit: str) -> None:
        if residual.size == 0:
            self.nothing_to_check(equation, kind)
            return
        if isinstance(allowed, xr.Variable):
            residual = residual + 0.0 * allowed
            limits = (allowed + 0.0 * residual).transpose(*residual.dims).values
        else:
            limits = np.full(residual.shape, allowed)
        share = np.nan_to_num(residual.values / limits, nan=np.inf)
        flat = int(np.argmax(share))
        place = np.unravel_index(flat, residual.shape)
        named = {dim: str(self.labels[dim][i]) for dim, i in zip(residual.dims, place, strict=True)}
        period, time = named.pop("period", ""), named.pop("time", "")
        worst, most = float(residual.values[place]), float(limits[place])
        unit = unit or self.units.get(equation, "")
        self._add(Finding(equation, kind, residual.size, worst, most, unit, " ".join(named.values()), period, time))
