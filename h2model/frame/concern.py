"""The typed concern: one object with all that a file of the model, or a policy, adds to it.

`build` declares concerns, `explain` relaxes their limits, and reports name binding limits. Results carry the meanings
of duals, and the reference prints them. All of them read these objects; no other table lists equations.

    @equation(
        dual=Dual("saving from one more unit under the cap"),
        relax=Relax(Stage.POLICY, "the cap '{0}' of {1}", limit="cap_limit", unit="t/year"),
        segments="counts the emissions of a year: the same for means",
    )
    def emission_cap(m, k, y):
        '''Σ over regions of counted emissions ≤ limit'''
        return sum(m.cap_emissions[k, r, y] for r in m.region) <= m.cap_limit[k, y]

    CONCERN = Concern(__name__, __doc__, declare=declare, equations=(emission_cap,))
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

from h2model.case import Parameter, Rule, rule_of

if TYPE_CHECKING:
    import xarray as xr
    from pydantic import BaseModel

    from h2model.case.rules import Find
    from h2model.engine import Model


class Stage(IntEnum):
    """Order in which limits are relaxed: policies before limits, limits before demands, balances last."""

    POLICY = 0
    LIMIT = 1
    DEMAND = 2
    BALANCE = 3


@dataclass(frozen=True)
class Relax:
    """How `explain` may relax an equation, or the bounds of a variable.

    Attributes
    ----------
    stage
        Its turn in the order of relaxation.
    name
        Name for planners, with {0}, {1} … for the labels of the index, such as "the cap '{0}' of {1}".
    limit
        Input parameter with the limit; empty if it follows from several inputs.
    unit
        Unit of the limit: a plain unit or a template. {amount} is the unit of the member's carrier, {capacity} the unit
        of its capacity, and {volume} the unit of an hour of this capacity. Amounts by time are sums of the year.
    by_time
        Whether the last label of the index is a time step or window. Relaxed amounts are added up over it.
    upper
        Bounds to relax: upper (True), lower (False), or both (None).
    only
        Case → whether each label of the index may be relaxed; by default all may.
    size
        Case → amount of a full relaxation of a member; by default its limit over the year.
    zero_counts
        Whether a limit of zero is a decision of planners.
    """

    stage: Stage
    name: str
    limit: str = ""
    unit: str = ""
    by_time: bool = False
    upper: bool | None = None
    only: Callable[[xr.Dataset], Mapping[tuple, bool]] | None = None
    size: Callable[[xr.Dataset], xr.Variable] | None = None
    zero_counts: bool = True


@dataclass(frozen=True)
class Binding:
    """Words of reports for a binding limit.

    Attributes
    ----------
    text
        One unit more, for planners: {0} is the member, {1} the unit.
    per
        Denominator of the saving per unit: {0} is the unit.
    unit
        Template of the unit, like `Relax.unit`.
    over_life
        Whether one more unit serves for its lifetime. Its saving then covers all these years.
    """

    text: str
    per: str = "{0}"
    unit: str = "{amount}"
    over_life: bool = False


@dataclass(frozen=True)
class Dual:
    """The meaning of the dual of an equation, in money per unit of the equation, and the words of a binding limit."""

    meaning: str
    binding: Binding | None = None


@dataclass(frozen=True)
class Equation:
    """One equation: its Pyomo rule, the meaning of its dual, its relaxation, and the reason why segments relax it.

    `relax` is a `Relax`, or a text "never: …" with the reason. `segments` states why the means of any
    hourly plan satisfy the equation in segments of several hours (see `h2model.case.segments`).
    """

    rule: Callable
    dual: Dual
    relax: Relax | str
    segments: str

    @property
    def name(self) -> str:
        """Name of the rule and its constraint; its dual is called `dual_<name>`."""
        return self.rule.__name__

    @property
    def formula(self) -> str:
        """The equation in mathematical notation: the first paragraph of the rule's docstring."""
        return paragraphs(self.rule.__doc__)[0]


def equation(dual: Dual | str, relax: Relax | str, segments: str) -> Callable[[Callable], Equation]:
    """Return a decorator that turns a rule into an `Equation`; a text as `dual` is the meaning of the dual."""
    meaning = Dual(dual) if isinstance(dual, str) else dual
    return lambda rule: Equation(rule, meaning, relax, segments)


@dataclass(frozen=True)
class Bound:
    """A bound of a variable by an input: it may bind, and `explain` may relax it."""

    variable: str
    relax: Relax
    binding: Binding | None = None


@dataclass
class Sums:
    """The sums of several concerns: opened by `build`, filled by concerns, closed by balance and objective.

    supply: functions (m, carrier, region, period, time) → net supply of the carrier, amount per hour
    cost:   name of a cost part → function (m, period) → its annual cost
    """

    supply: list[Callable] = field(default_factory=list)
    cost: dict[str, Callable] = field(default_factory=dict)


@dataclass(frozen=True)
class Concern:
    """The sets, parameters, variables, equations and rules that one file adds to the model.

    Attributes
    ----------
    module
        Name of the file's module (`__name__`); its last part names the concern.
    about
        The file's docstring.
    declare
        Adds sets, parameters, variables and equations to the model, and terms to the shared sums.
    prepare
        Case → variables that replace or extend those of the case before any concern reads them.
    check
        Yields faults for inputs that conflict or have no effect.
    rules
        Further rules about inputs, each with a name and severity of its own.
    parameters, equations, expressions, bounds
        Declarations of the file; expressions are the rules of named expressions.
    needs
        Names of sets, parameters, variables and expressions of other concerns that its rules use.
    """

    module: str
    about: str
    declare: Callable[[Model, xr.Dataset, Sums], None] | None = None
    prepare: Callable[[xr.Dataset], dict[str, xr.Variable]] | None = None
    check: Find | None = None
    rules: tuple[Rule, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    equations: tuple[Equation, ...] = ()
    expressions: tuple[Callable, ...] = ()
    bounds: tuple[Bound, ...] = ()
    needs: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Name of the file."""
        return self.module.rpartition(".")[2]

    def all_rules(self) -> tuple[Rule, ...]:
        """Return every rule about inputs; `check` is one rule, called `sound_<name>`."""
        return (*self.rules, *((rule_of(self.name, self.check),) if self.check else ()))


@dataclass(frozen=True, kw_only=True)
class Policy(Concern):
    """A concern that scenarios set by name: caps, prices and rules. Without entries it adds no rows.

    Attributes
    ----------
    settings
        Pydantic model of one named entry in the scenario.
    to_data
        Settings by entry, units and coordinates of the case → arrays of the case Dataset. It raises InputError with
        all faults.
    dimension
        Dimension of its entries.
    unit_of
        Run or case, entry → unit of the amounts that the entry limits.
    counts_emissions
        Whether it counts emissions by region and origin (see `h2model.policies.parts.scope`).
    """

    settings: type[BaseModel]
    to_data: Callable[..., xr.Dataset]
    dimension: str
    unit_of: Callable[[xr.Dataset, str], str] | None = None
    counts_emissions: bool = False


def paragraphs(text: str | None) -> list[str]:
    """Return the paragraphs of a docstring, each on one line; one empty paragraph without a docstring."""
    parts = re.split(r"\n\s*\n", inspect.cleandoc(text or ""))
    return [" ".join(part.split()) for part in parts]
