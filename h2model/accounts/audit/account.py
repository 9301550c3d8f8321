"""Findings of an audit: the largest violation of every equation, limit and sum, and the tolerance it must keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import xarray as xr

#: Tolerance of rows that the solver keeps, as a share of the terms in the row. The solver accepts 1e-7 of scaled terms;
#: ten times as much allows for the scaling.
SOLVED = 1e-6
#: Tolerance of sums computed from the solution: the rounding of some thousand terms.
COMPUTED = 1e-9

IDENTITY, LIMIT = "sum", "limit"


@dataclass(frozen=True)
class Finding:
    """The largest violation of one equation.

    `residual` is the violation and `allowed` its tolerance, both in `unit`; `count` is the number of rows compared.
    `where` names the asset, region or carrier. `period` and `time` are empty if the equation has no such dimension.
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
        """Return True if the equation holds in every row. NaN always fails."""
        return bool(self.residual <= self.allowed)

    @property
    def share(self) -> float:
        """Return the residual as a share of its tolerance: above 1 it fails; infinite for NaN."""
        return float(np.nan_to_num(self.residual / self.allowed, nan=np.inf)) if self.count else 0.0

    def joined(self, other: Finding) -> Finding:
        """Return one finding for two about the same equation: the larger violation, with the rows of both."""
        return replace(max(self, other, key=lambda finding: finding.share), count=self.count + other.count)

    def __str__(self) -> str:
        location = ", ".join(word for word in (self.where, self.period, self.time) if word)
        unit = f" {self.unit}" if self.unit else ""
        return f"{self.equation} is off by {self.residual:.4g}{unit}" + (f" ({location})" if location else "")


@dataclass(frozen=True)
class Audit:
    """All findings about one run."""

    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Return True if every equation holds."""
        return not self.failures

    @property
    def failures(self) -> tuple[Finding, ...]:
        """Return the findings that fail, the largest share of its tolerance first."""
        failed = [finding for finding in self.findings if not finding.passed]
        return tuple(sorted(failed, key=lambda finding: -finding.share))

    def verdict(self) -> str:
        """Return one line: passed, or the worst failure and its place."""
        if self.passed:
            count = sum(finding.count for finding in self.findings)
            return f"passed: {len(self.findings)} equations at {count:,} places"
        others = f" and {len(self.failures) - 1} more" if len(self.failures) > 1 else ""
        return f"failed: {self.failures[0]}{others}"

    def facts(self) -> dict[str, object]:
        """Return the attributes that results keep of the audit."""
        return {"audit": self.verdict(), "audit_failures": [str(failure) for failure in self.failures] or ["none"]}

    def to_dataframe(self) -> pd.DataFrame:
        """Return one row for each finding, with the column `passed`."""
        return pd.DataFrame([{**vars(finding), "passed": finding.passed} for finding in self.findings])


@dataclass
class Account:
    """Collector of findings: the files of the audit compare quantities with recomputed values and limits.

    `labels` holds the names along each dimension as findings print them, `units` the unit of each known equation.
    """

    labels: Mapping[str, np.ndarray]
    units: Mapping[str, str] = field(default_factory=dict)
    findings: dict[str, Finding] = field(default_factory=dict)

    def audit(self) -> Audit:
        """Return all findings."""
        return Audit(tuple(self.findings.values()))

    def equal(
        self,
        equation: str,
        result: xr.Variable,
        expected: xr.Variable | float,
        size: xr.Variable | float | None = None,
        unit: str = "",
        tolerance: float = COMPUTED,
    ) -> None:
        """Record the largest difference between a result and its recomputed value.

        The difference is measured by `size`. By default this is the larger of both; if large terms cancel out, pass the
        sum of their sizes.
        """
        if size is None:
            size = np.maximum(abs(result), abs(expected))
        self._note(equation, IDENTITY, abs(result - expected), tolerance * (1.0 + abs(size)), unit)

    def at_most(
        self,
        equation: str,
        result: xr.Variable,
        limit: xr.Variable | float,
        size: xr.Variable | float | None = None,
        unit: str = "",
        tolerance: float = SOLVED,
    ) -> None:
        """Record the largest excess of a result over its limit; an infinite limit always holds."""
        finite = ~np.isinf(limit)
        bound = limit.where(finite, 0.0) if isinstance(limit, xr.Variable) else float(limit if finite else 0.0)
        if size is None:
            size = np.maximum(abs(result), abs(bound))
        # `maximum` keeps NaN, so that it fails; an infinite limit cannot be exceeded.
        excess = np.maximum(result - bound, 0.0 * result)
        self._note(equation, LIMIT, excess * finite, tolerance * (1.0 + abs(size)), unit)

    def at_least(
        self,
        equation: str,
        result: xr.Variable,
        limit: xr.Variable | float,
        size: xr.Variable | float | None = None,
        unit: str = "",
        tolerance: float = SOLVED,
    ) -> None:
        """Record the largest shortfall of a result below its limit."""
        self.at_most(equation, -1 * result, -1 * limit, size, unit, tolerance)

    def nothing_to_check(self, equation: str, kind: str = LIMIT) -> None:
        """Record that the case has no row of an equation."""
        self._add(Finding(equation, kind, 0, 0.0, 0.0))

    def _add(self, finding: Finding) -> None:
        before = self.findings.get(finding.equation)
        self.findings[finding.equation] = before.joined(finding) if before else finding

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
        position = np.unravel_index(flat, residual.shape)
        label_of = {dim: str(self.labels[dim][i]) for dim, i in zip(residual.dims, position, strict=True)}
        period, time = label_of.pop("period", ""), label_of.pop("time", "")
        worst, most = float(residual.values[position]), float(limits[position])
        unit = unit or self.units.get(equation, "")
        self._add(Finding(equation, kind, residual.size, worst, most, unit, " ".join(label_of.values()), period, time))
