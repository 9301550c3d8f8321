"""The program in plain Pyomo, compiled by Pyomo's LinearStandardFormCompiler."""

from __future__ import annotations

import time
from typing import Any

import highspy
import numpy as np
import pyomo.environ as pyo
import scipy.sparse as sp
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

from routes import case as data
from routes.measure import Canonical, Measured, peak_memory, placed, reordered


def run(case: data.Case) -> tuple[Measured, Canonical]:
    """Build the program, compile it to standard form, and pass it to HiGHS as arrays."""
    start = time.perf_counter()
    model = declare(case)
    built = time.perf_counter()
    form = LinearStandardFormCompiler().write(model, mixed_form=True, set_sense=None)
    compiled = time.perf_counter()
    program = _arrays(form)
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    _hand_over(solver, program)
    measured = Measured(built - start, compiled - built, time.perf_counter() - compiled, peak_memory())
    rows = _positions(model, pyo.Constraint, [row.constraint for row in form.rows])
    columns = _positions(model, pyo.Var, form.columns)
    canonical = Canonical(
        reordered(program.matrix, rows, columns),
        placed(program.row_lower, rows),
        placed(program.row_upper, rows),
        placed(program.cost, columns),
        placed(program.column_lower, columns),
        placed(program.column_upper, columns),
    )
    return measured, canonical


def declare(case: data.Case) -> pyo.ConcreteModel:
    """Declare variables and rules; the data are plain dicts, the fastest form for Pyomo."""
    m = pyo.ConcreteModel()
    m.region = pyo.RangeSet(0, case.regions - 1)
    m.hour = pyo.RangeSet(0, case.hours - 1)
    m.link = pyo.RangeSet(0, len(case.ends) - 1)
    for name in data.REGIONAL_CAPACITIES:
        m.add_component(name, pyo.Var(m.region, within=pyo.NonNegativeReals))
    for name in data.LINK_CAPACITIES:
        m.add_component(name, pyo.Var(m.link, within=pyo.NonNegativeReals))
    for name in data.REGIONAL_FLOWS:
        m.add_component(name, pyo.Var(m.region, m.hour, within=pyo.NonNegativeReals))
    for name in data.LINK_FLOWS:
        m.add_component(name, pyo.Var(m.link, m.hour, within=pyo.NonNegativeReals))
    _limits(m, _as_dict(case.wind), _as_dict(case.solar))
    _levels(m, case)
    _balances(m, case)
    _totals(m, case)
    return m


def _as_dict(values: np.ndarray) -> dict[tuple[int, int], float]:
    return {(row, column): value for row, line in enumerate(values.tolist()) for column, value in enumerate(line)}


def _limits(m: pyo.ConcreteModel, wind: dict, solar: dict) -> None:
    def wind_output(m: Any, r: int, t: int) -> Any:
        return m.wind_output[r, t] - wind[r, t] * m.wind[r] <= 0

    def solar_output(m: Any, r: int, t: int) -> Any:
        return m.solar_output[r, t] - solar[r, t] * m.solar[r] <= 0

    def within(flow: pyo.Var, capacity: pyo.Var) -> Any:
        return lambda m, i, t: flow[i, t] - capacity[i] <= 0

    m.wind_output_limit = pyo.Constraint(m.region, m.hour, rule=wind_output)
    m.solar_output_limit = pyo.Constraint(m.region, m.hour, rule=solar_output)
    for limits, place in ((data.REGIONAL_LIMITS, m.region), (data.LINK_LIMITS, m.link)):
        for flow, capacity in limits.items():
            rule = within(m.component(flow), m.component(capacity))
            m.add_component(f"{flow}_limit", pyo.Constraint(place, m.hour, rule=rule))


def _levels(m: pyo.ConcreteModel, case: data.Case) -> None:
    def battery(m: Any, r: int, t: int) -> Any:
        before = data.BATTERY_RETENTION * m.battery_level[r, (t - 1) % case.hours]
        charged = data.BATTERY_EFFICIENCY * m.battery_charge[r, t]
        drawn = m.battery_discharge[r, t] / data.BATTERY_EFFICIENCY
        return m.battery_level[r, t] - before - charged + drawn == 0

    def cavern(m: Any, r: int, t: int) -> Any:
        before = m.cavern_level[r, (t - 1) % case.hours]
        return m.cavern_level[r, t] - before - m.cavern_charge[r, t] + m.cavern_discharge[r, t] == 0

    m.battery_balance = pyo.Constraint(m.region, m.hour, rule=battery)
    m.cavern_balance = pyo.Constraint(m.region, m.hour, rule=cavern)


def _balances(m: pyo.ConcreteModel, case: data.Case) -> None:
    departing, arriving = case.links_by_end(0), case.links_by_end(1)
    power_demand, hydrogen_demand = _as_dict(case.power_demand), _as_dict(case.hydrogen_demand)

    def arrivals(forth: pyo.Var, back: pyo.Var, r: int, t: int) -> Any:
        share = data.LINK_EFFICIENCY
        into = sum(share * forth[k, t] - back[k, t] for k in arriving[r])
        return into + sum(share * back[k, t] - forth[k, t] for k in departing[r])

    def power(m: Any, r: int, t: int) -> Any:
        made = m.wind_output[r, t] + m.solar_output[r, t] + m.turbine_output[r, t] + m.fuel_cell_output[r, t]
        stored = m.battery_charge[r, t] - m.battery_discharge[r, t]
        net = arrivals(m.line_forth, m.line_back, r, t)
        return made - stored - m.electrolyser_input[r, t] + m.unserved[r, t] + net == power_demand[r, t]

    def hydrogen(m: Any, r: int, t: int) -> Any:
        made = data.ELECTROLYSER_EFFICIENCY * m.electrolyser_input[r, t]
        used = m.fuel_cell_output[r, t] / data.FUEL_CELL_EFFICIENCY
        stored = m.cavern_charge[r, t] - m.cavern_discharge[r, t]
        return made - used - stored + arrivals(m.pipe_forth, m.pipe_back, r, t) == hydrogen_demand[r, t]

    m.power_balance = pyo.Constraint(m.region, m.hour, rule=power)
    m.hydrogen_balance = pyo.Constraint(m.region, m.hour, rule=hydrogen)


def _totals(m: pyo.ConcreteModel, case: data.Case) -> None:
    released = pyo.quicksum(data.TURBINE_EMISSIONS * flow for flow in m.turbine_output.values())
    m.emission_limit = pyo.Constraint(expr=released <= case.emission_limit)
    capacities = [
        case.capacity_cost(name) * capacity
        for name in data.REGIONAL_CAPACITIES + data.LINK_CAPACITIES
        for capacity in m.component(name).values()
    ]
    burnt = [data.TURBINE_COST * flow for flow in m.turbine_output.values()]
    missed = [data.UNSERVED_COST * flow for flow in m.unserved.values()]
    m.cost = pyo.Objective(expr=pyo.quicksum(capacities) + pyo.quicksum(burnt) + pyo.quicksum(missed))


def _arrays(form: Any) -> Canonical:
    """Return the standard form as a program with row bounds (the program has no ranged rows)."""
    kind = np.array([row.bound_type for row in form.rows])
    bounds = [variable.bounds for variable in form.columns]
    return Canonical(
        sp.csr_array(form.A),
        np.where(kind <= 0, form.rhs, -np.inf),
        np.where(kind >= 0, form.rhs, np.inf),
        np.asarray(form.c.todense()).ravel(),
        np.array([-np.inf if lower is None else lower for lower, _ in bounds]),
        np.array([np.inf if upper is None else upper for _, upper in bounds]),
    )


def _hand_over(solver: highspy.Highs, program: Canonical) -> None:
    matrix = program.matrix
    solver.passModel(
        matrix.shape[1],
        matrix.shape[0],
        matrix.nnz,
        int(highspy.MatrixFormat.kRowwise),
        int(highspy.ObjSense.kMinimize),
        0.0,
        program.cost,
        program.column_lower,
        program.column_upper,
        program.row_lower,
        program.row_upper,
        matrix.indptr.astype(np.int32),
        matrix.indices.astype(np.int32),
        matrix.data,
        np.zeros(matrix.shape[1], dtype=np.int32),
    )


def _positions(model: pyo.ConcreteModel, ctype: type, items: list[Any]) -> np.ndarray:
    """Return the position of each item in the order of declaration."""
    order = {id(item): n for n, item in enumerate(model.component_data_objects(ctype, active=True))}
    return np.array([order[id(item)] for item in items])
