"""The data of a run: results and inputs as arrays with named dimensions, and the time of the year.

It is independent of the model. Other quantities are recomputed in `derived` and in the files of the audit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
import xarray as xr

from h2model.constants import HOURS_PER_DAY, ROUNDING
from h2model.errors import Fault, InputError

#: Windows that hold more than one step.
LONGER_WINDOWS = ("day", "month", "year")
#: Dimensions whose labels results and inputs share.
SHARED_DIMENSIONS = ("asset", "plant", "store", "link", "trade", "demand", "carrier", "region", "period", "time")


class RunData:
    """Results and inputs of a run, side by side.

    `result(name)` returns a quantity of the results and `input(name)` one of the inputs, both as `xarray.Variable`:
    arrays with named dimensions and without labels, so that arithmetic does not align them.
    """

    def __init__(self, results: xr.Dataset, inputs: xr.Dataset) -> None:
        """Read the two Datasets; InputError if their labels differ, which means that they belong to two runs."""
        unlike = [d for d in SHARED_DIMENSIONS if d not in results.coords or not np.array_equal(results[d], inputs[d])]
        if unlike:
            problem = f"the labels of {', '.join(unlike)} differ from those of the inputs: they are of two runs"
            raise InputError([Fault("results", problem, "repeat the run")])
        self.results, self.inputs, self.facts = results.variables, dict(inputs.variables), results.attrs
        self.read: set[str] = set()
        self.relaxed = bool(inputs.attrs.get("relaxed", 0)) and bool((inputs["hours"] > 1).any())
        self.hours, self.weight = self.input("hours"), self.input("weight")
        self.duration = self.hours * self.weight
        # Runs of earlier versions have one sequence of steps.
        sequence = inputs["sequence"].values if "sequence" in inputs else np.zeros(self.hours.size, dtype=int)
        self.first_of_sequence = np.flatnonzero(np.diff(sequence, prepend=-1))
        self.last_of_sequence = np.append(self.first_of_sequence[1:], self.hours.size) - 1
        self.earlier = np.arange(self.hours.size) - 1
        self.earlier[self.first_of_sequence] = self.last_of_sequence
        self._day = self._days()

    def _days(self) -> np.ndarray:
        """Return the number of the day in which each step begins; a sequence begins with a new day."""
        day, days = np.zeros(self.hours.size, dtype=int), 0
        for first, last in zip(self.first_of_sequence, self.last_of_sequence, strict=True):
            steps = slice(first, last + 1)
            begins = np.cumsum(self.hours.values[steps]) - self.hours.values[steps]
            day[steps] = days + np.floor(begins / HOURS_PER_DAY + ROUNDING).astype(int)
            days = day[last] + 1
        return day

    def result(self, name: str, dimension: str = "") -> xr.Variable:
        """Return a quantity of the results; with a dimension: over all its labels, zero for labels without a value."""
        self.read.add(name)
        variable = self._known(self.results, name, "results")
        if not dimension:
            return variable
        whole = np.zeros((len(self.names(dimension)), *variable.shape[1:]))
        whole[self.positions(dimension, self.results[variable.dims[0]].values)] = variable.values
        return xr.Variable((dimension, *variable.dims[1:]), whole)

    def input(self, name: str) -> xr.Variable:
        """Return a quantity of the inputs, as the equations see it (see `derived`)."""
        return self._known(self.inputs, name, "inputs")

    @staticmethod
    def _known(variables: Mapping[str, xr.Variable], name: str, what: str) -> xr.Variable:
        if name not in variables:
            problem = f"lack {name}: they are of an earlier version, or other data"
            raise InputError([Fault(what, problem, "repeat the run from its scenario")])
        return variables[name]

    def names(self, dimension: str) -> list[str]:
        """Return the labels of a dimension, or the values of a variable along it."""
        source = self.inputs if dimension in self.inputs else self.results
        return source[dimension].values.tolist()

    def name_array(self, dimension: str) -> np.ndarray:
        """Return the same as an array of words, for comparisons."""
        return np.array(self.names(dimension), dtype=str)

    def positions(self, dimension: str, names: Iterable[str]) -> np.ndarray:
        """Return positions of names along a dimension; −1 for unknown names."""
        return pd.Index(self.names(dimension)).get_indexer(list(names))

    def of_assets(self, name: str, kind: str) -> xr.Variable:
        """Return a quantity of assets for one kind (kind, period); zero for modes, whose plant has the capacity."""
        variable = self.result(name)
        positions = self.positions("asset", self.names(kind))
        values = variable.transpose("asset", "period").values[positions]
        values = np.where((positions >= 0)[:, None], values, 0.0)
        return xr.Variable((kind, "period"), values)

    def step_before(self, variable: xr.Variable) -> xr.Variable:
        """Return the value of the step before; for the first step of a sequence, the value of its last step."""
        return variable[{"time": self.earlier}]

    def over_year(self, flow: xr.Variable) -> xr.Variable:
        """Return the volume of a flow in a year."""
        return (flow * self.duration).sum("time")

    def first_steps(self, window: str) -> np.ndarray:
        """Return the position of the first step of each window: hour, day, month or year."""
        if window == "hour":
            return np.arange(self.hours.size)
        keys = {
            "day": lambda: self._day,
            "month": lambda: self.inputs["timestamp"].values.astype("datetime64[M]").astype(int),
            "year": lambda: np.zeros(self.hours.size, dtype=int),
        }[window]()
        return np.flatnonzero(np.diff(keys, prepend=keys[0] - 1))

    def window_names(self, window: str) -> list[str]:
        """Return the names of the windows as in results."""
        starts = self.first_steps(window)
        if window == "day":
            return [f"day {day + 1}" for day in self._day[starts]]
        if window == "month":
            return np.datetime_as_string(self.inputs["timestamp"].values[starts], unit="M").tolist()
        return ["year"]

    def over_windows(self, flow: xr.Variable, window: str) -> xr.Variable:
        """Return the volume of a flow in each window, over a dimension `<window>_window`."""
        volumes = (flow * self.duration).transpose(..., "time")
        summed = np.add.reduceat(volumes.values, self.first_steps(window), axis=-1)
        return xr.Variable((*volumes.dims[:-1], f"{window}_window"), summed)

    def in_first_step(self, variable: xr.Variable, windows: Iterable[str]) -> xr.Variable:
        """Return the value in the first step of the window of each step; `windows` holds the window of each member."""
        values = variable.transpose(variable.dims[0], ..., "time").values.copy()
        window_of = np.array(list(windows))
        for window in set(window_of.tolist()) - {"hour"}:
            starts = self.first_steps(window)
            lengths = np.diff(np.append(starts, self.hours.size))
            members = window_of == window
            values[members] = np.repeat(values[members][..., starts], lengths, axis=-1)
        return xr.Variable(variable.dims, values)

    def units(self) -> dict[str, str]:
        """Return the unit of each quantity of the results, which is also that of violations of its equation."""
        return {name: str(v.attrs["units"]) for name, v in self.results.items() if "units" in v.attrs}

    def labels(self) -> Mapping[str, np.ndarray]:
        """Return the names along every dimension as findings print them: both parts of pairs, the moment of steps."""
        labels: dict[str, np.ndarray] = {}
        sizes: dict[str, int] = {}
        for variable in (*self.results.values(), *self.inputs.values()):
            sizes.update(zip(variable.dims, variable.shape, strict=True))
        for dim, size in sizes.items():
            if dim in self.inputs or dim in self.results:
                labels[dim] = np.asarray(self.names(dim))
                continue
            parts = [v.values for name, v in self.results.items() if v.dims == (dim,) and name.startswith(f"{dim}_")]
            words = [" ".join(map(str, row)) for row in zip(*parts, strict=True)]
            labels[dim] = np.array(words) if len(words) == size else np.arange(size)
        labels |= {f"{window}_window": np.array(self.window_names(window)) for window in LONGER_WINDOWS}
        labels["time"] = np.datetime_as_string(self.inputs["timestamp"].values, unit="m")
        return labels
