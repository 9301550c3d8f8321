"""The data of a run: results and inputs as arrays with named dimensions, and the time of the year.

Nothing here knows the model: what is not in the two files is worked out anew, in `derived` and in the files that check.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
import xarray as xr

from h2model.constants import HOURS_PER_DAY, ROUNDING
from h2model.errors import Fault, InputError

#: A window that holds more than one step, and whether its name says which one it is.
LONGER_WINDOWS = ("day", "month", "year")
MARKS = ("asset", "plant", "store", "link", "trade", "demand", "carrier", "region", "period", "time")


class RunData:
    """Results and inputs of a run, side by side.

    `result(name)` is a quantity of the results and `input(name)` one of the inputs, both as `xarray.Variable`:
    arrays that know the names of their dimensions and carry no labels, so that nothing is looked up or aligned.
    """

    def __init__(self, results: xr.Dataset, inputs: xr.Dataset) -> None:
        """Take the two Datasets; InputError if their labels differ, for then they are of two runs."""
        self._refuse_unlike(results, inputs)
        self.results, self.inputs, self.facts = results.variables, dict(inputs.variables), results.attrs
        self.read: set[str] = set()
        self.relaxed = bool(inputs.attrs.get("relaxed", 0)) and bool((inputs["hours"] > 1).any())
        self.hours, self.weight = self.input("hours"), self.input("weight")
        self.duration = self.hours * self.weight
        # Runs of earlier versions know one sequence only.
        sequence = inputs["sequence"].values if "sequence" in inputs else np.zeros(self.hours.size, dtype=int)
        self.first_of_sequence = np.flatnonzero(np.diff(sequence, prepend=-1))
        self.last_of_sequence = np.append(self.first_of_sequence[1:], self.hours.size) - 1
        self.earlier = np.arange(self.hours.size) - 1
        self.earlier[self.first_of_sequence] = self.last_of_sequence
        self._day = self._days()

    def _days(self) -> np.ndarray:
        """Number of the day in which each step begins; a sequence begins with a new day."""
        day, days = np.zeros(self.hours.size, dtype=int), 0
        for first, last in zip(self.first_of_sequence, self.last_of_sequence, strict=True):
            own = slice(first, last + 1)
            begins = np.cumsum(self.hours.values[own]) - self.hours.values[own]
            day[own] = days + np.floor(begins / HOURS_PER_DAY + ROUNDING).astype(int)
            days = day[last] + 1
        return day

    @staticmethod
    def _refuse_unlike(results: xr.Dataset, inputs: xr.Dataset) -> None:
        unlike = [d for d in MARKS if d not in results.coords or not np.array_equal(results[d], inputs[d])]
        if unlike:
            problem = f"the labels of {', '.join(unlike)} differ from those of the inputs: they are of two runs"
            raise InputError([Fault("results", problem, "repeat the run")])

    def result(self, name: str, dimension: str = "") -> xr.Variable:
        """A quantity of the results; with a dimension: over all its labels, zero for those that have none."""
        self.read.add(name)
        variable = self._known(self.results, name, "results")
        return variable if not dimension else self._spread(variable, dimension)

    def input(self, name: str) -> xr.Variable:
        """A quantity of the inputs, as the equations see it (see `derived`)."""
        return self._known(self.inputs, name, "inputs")

    @staticmethod
    def _known(variables: Mapping[str, xr.Variable], name: str, what: str) -> xr.Variable:
        if name not in variables:
            problem = f"hold no {name}: they are of an earlier version, or something else"
            raise InputError([Fault(what, problem, "repeat the run from its scenario")])
        return variables[name]

    def names(self, dimension: str) -> list[str]:
        """The labels of a dimension, or the values of a variable along it."""
        source = self.inputs if dimension in self.inputs else self.results
        return source[dimension].values.tolist()

    def name_array(self, dimension: str) -> np.ndarray:
        """The same as an array of words, to compare them with one."""
        return np.array(self.names(dimension), dtype=str)

    def _spread(self, variable: xr.Variable, dimension: str) -> xr.Variable:
        """A quantity of some members of a dimension, over all of them."""
        own = variable.dims[0]
        places = pd.Index(self.names(dimension)).get_indexer(self.results[own].values)
        whole = np.zeros((len(self.names(dimension)), *variable.shape[1:]))
        whole[places] = variable.values
        return xr.Variable((dimension, *variable.dims[1:]), whole)

    def positions(self, dimension: str, names: Iterable[str]) -> np.ndarray:
        """Positions of names along a dimension; −1 for those that are not there."""
        return pd.Index(self.names(dimension)).get_indexer(list(names))

    def of_assets(self, name: str, kind: str) -> xr.Variable:
        """A quantity over assets for the assets of a kind; zero for modes, which have no capacity of their own."""
        variable = self.result(name)
        places = self.positions("asset", self.names(kind))
        values = variable.transpose("asset", "period").values[places]
        values = np.where((places >= 0)[:, None], values, 0.0)
        return xr.Variable((kind, "period"), values)

    def step_before(self, variable: xr.Variable) -> xr.Variable:
        """What was in the step before; before the first step of a sequence stands its last."""
        return variable[{"time": self.earlier}]

    def over_year(self, flow: xr.Variable) -> xr.Variable:
        """The volume of a flow in a year."""
        return (flow * self.duration).sum("time")

    def first_steps(self, kind: str) -> np.ndarray:
        """Position of the first step of each window of a kind."""
        if kind == "hour":
            return np.arange(self.hours.size)
        keys = {
            "day": lambda: self._day,
            "month": lambda: self.inputs["timestamp"].values.astype("datetime64[M]").astype(int),
            "year": lambda: np.zeros(self.hours.size, dtype=int),
        }[kind]()
        return np.flatnonzero(np.diff(keys, prepend=keys[0] - 1))

    def window_names(self, kind: str) -> list[str]:
        """Names of the windows of a kind, as results write them."""
        starts = self.first_steps(kind)
        if kind == "day":
            return [f"day {day + 1}" for day in self._day[starts]]
        if kind == "month":
            return np.datetime_as_string(self.inputs["timestamp"].values[starts], unit="M").tolist()
        return ["year"]

    def over_windows(self, flow: xr.Variable, kind: str) -> xr.Variable:
        """The volume of a flow in each window of a kind, over a dimension `<kind>_window`."""
        volumes = (flow * self.duration).transpose(..., "time")
        summed = np.add.reduceat(volumes.values, self.first_steps(kind), axis=-1)
        return xr.Variable((*volumes.dims[:-1], f"{kind}_window"), summed)

    def in_first_step(self, variable: xr.Variable, kinds: Iterable[str]) -> xr.Variable:
        """The value in the first step of the window in which a step lies; `kinds` names the windows of each member."""
        values = variable.transpose(variable.dims[0], ..., "time").values.copy()
        kinds = np.array(list(kinds))
        for kind in set(kinds.tolist()) - {"hour"}:
            starts = self.first_steps(kind)
            lengths = np.diff(np.append(starts, self.hours.size))
            own = kinds == kind
            values[own] = np.repeat(values[own][..., starts], lengths, axis=-1)
        return xr.Variable(variable.dims, values)

    def units(self) -> dict[str, str]:
        """Unit of each quantity of the results; an equation of the same name is off by as much of it."""
        return {name: str(v.attrs["units"]) for name, v in self.results.items() if "units" in v.attrs}

    def labels(self) -> Mapping[str, np.ndarray]:
        """Names along every dimension, as findings print them: of pairs both parts, of time the moment."""
        found: dict[str, np.ndarray] = {}
        sizes: dict[str, int] = {}
        for variable in (*self.results.values(), *self.inputs.values()):
            sizes.update(zip(variable.dims, variable.shape, strict=True))
        for dim, size in sizes.items():
            if dim in self.inputs or dim in self.results:
                found[dim] = np.asarray(self.names(dim))
                continue
            parts = [v.values for name, v in self.results.items() if v.dims == (dim,) and name.startswith(f"{dim}_")]
            words = [" ".join(map(str, row)) for row in zip(*parts, strict=True)]
            found[dim] = np.array(words) if len(words) == size else np.arange(size)
        found |= {f"{kind}_window": np.array(self.window_names(kind)) for kind in LONGER_WINDOWS}
        found["time"] = np.datetime_as_string(self.inputs["timestamp"].values, unit="m")
        return found
