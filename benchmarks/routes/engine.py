"""The program as rules for h2model.engine."""

from __future__ import annotations

import time
from typing import Any

import highspy
import numpy as np

from h2model.engine import Constraint, Model, Objective, Param, Set, Var, compile_model
from h2model.engine.highs import hand_over
from h2model.engine.scaling import equilibrate, scaled_program
from routes import case as data
from routes.measure import Canonical, Measured, peak_memory


def run(case: data.Case) -> tuple[Measured, Canonical]:
    """Build, compile and scale the program, and pass it to HiGHS."""
    start = time.perf_counter()
    model = declare(case)
    built = time.perf_counter()
    program = compile_model(model)
    compiled = time.perf_counter()
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    hand_over(solver, scaled_program(program, equilibrate(program)))
    measured = Measured(built - start, compiled - built, time.perf_counter() - compiled, peak_memory())
    canonical = Canonical(
        program.matrix, program.row_lower, program.row_upper, program.cost, program.column_lower, program.column_upper
    )
    return measured, canonical


def declare(case: data.Case) -> Model:
    """Declare sets, data, variables and rules."""
    m = Model()
    m.region = Set(initialize=range(case.regions))
    m.hour = Set(initialize=range(case.hours))
    m.link = Set(initialize=range(len(case.ends)))
    m.links_from = Set(m.region, initialize=case.links_by_end(0))
    m.links_into = Set(m.region, initialize=case.links_by_end(1))
    m.previous = Param(m.hour, initialize=(np.arange(case.hours) - 1) % case.hours)
    m.wind_profile = Param(m.region, m.hour, initialize=case.wind)
    m.solar_profile = Param(m.region, m.hour, initialize=case.solar)
    m.power_demand = Param(m.region, m.hour, initialize=case.power_demand)
    m.hydrogen_demand = Param(m.region, m.hour, initialize=case.hydrogen_demand)
    for name in data.REGIONAL_CAPACITIES:
        m.add_component(name, Var(m.region, bounds=(0, None)))
    for name in data.LINK_CAPACITIES:
        m.add_component(name, Var(m.link, bounds=(0, None)))
    for name in data.REGIONAL_FLOWS:
        m.add_component(name, Var(m.region, m.hour, bounds=(0, None)))
    for name in data.LINK_FLOWS:
        m.add_component(name, Var(m.link, m.hour, bounds=(0, None)))
    _limits(m)
    _balances(m)
    _totals(m, case)
    return m


def _limits(m: Model) -> None:
    def wind(m: Model, r: Any, t: Any) -> Any:
        return m.wind_output[r, t] - m.wind_profile[r, t] * m.wind[r] <= 0

    def solar(m: Model, r: Any, t: Any) -> Any:
        return m.solar_output[r, t] - m.solar_profile[r, t] * m.solar[r] <= 0

    def within(flow: Var, capacity: Var) -> Any:
        return lambda m, i, t: flow[i, t] - capacity[i] <= 0

    m.wind_output_limit = Constraint(m.region, m.hour, rule=wind)
    m.solar_output_limit = Constraint(m.region, m.hour, rule=solar)
    for limits, place in ((data.REGIONAL_LIMITS, m.region), (data.LINK_LIMITS, m.link)):
        for flow, capacity in limits.items():
            rule = within(m.component(flow), m.component(capacity))
            m.add_component(f"{flow}_limit", Constraint(place, m.hour, rule=rule))


def _balances(m: Model) -> None:
    def battery(m: Model, r: Any, t: Any) -> Any:
        charged = data.BATTERY_EFFICIENCY * m.battery_charge[r, t]
        drawn = m.battery_discharge[r, t] / data.BATTERY_EFFICIENCY
        before = data.BATTERY_RETENTION * m.battery_level[r, m.previous[t]]
        return m.battery_level[r, t] - before - charged + drawn == 0

    def cavern(m: Model, r: Any, t: Any) -> Any:
        before = m.cavern_level[r, m.previous[t]]
        return m.cavern_level[r, t] - before - m.cavern_charge[r, t] + m.cavern_discharge[r, t] == 0

    def arrivals(forth: Var, back: Var, r: Any, t: Any) -> Any:
        share = data.LINK_EFFICIENCY
        into = sum(share * forth[k, t] - back[k, t] for k in m.links_into[r])
        return into + sum(share * back[k, t] - forth[k, t] for k in m.links_from[r])

    def power(m: Model, r: Any, t: Any) -> Any:
        made = m.wind_output[r, t] + m.solar_output[r, t] + m.turbine_output[r, t] + m.fuel_cell_output[r, t]
        stored = m.battery_charge[r, t] - m.battery_discharge[r, t]
        net = arrivals(m.line_forth, m.line_back, r, t)
        return made - stored - m.electrolyser_input[r, t] + m.unserved[r, t] + net == m.power_demand[r, t]

    def hydrogen(m: Model, r: Any, t: Any) -> Any:
        made = data.ELECTROLYSER_EFFICIENCY * m.electrolyser_input[r, t]
        used = m.fuel_cell_output[r, t] / data.FUEL_CELL_EFFICIENCY
        stored = m.cavern_charge[r, t] - m.cavern_discharge[r, t]
        return made - used - stored + arrivals(m.pipe_forth, m.pipe_back, r, t) == m.hydrogen_demand[r, t]

    m.battery_balance = Constraint(m.region, m.hour, rule=battery)
    m.cavern_balance = Constraint(m.region, m.hour, rule=cavern)
    m.power_balance = Constraint(m.region, m.hour, rule=power)
    m.hydrogen_balance = Constraint(m.region, m.hour, rule=hydrogen)


def _totals(m: Model, case: data.Case) -> None:
    def emissions(m: Model) -> Any:
        released = sum(data.TURBINE_EMISSIONS * m.turbine_output[r, t] for r in m.region for t in m.hour)
        return released <= case.emission_limit

    def cost(m: Model) -> Any:
        built = sum(case.capacity_cost(n) * sum(m.component(n)[r] for r in m.region) for n in data.REGIONAL_CAPACITIES)
        laid = sum(case.capacity_cost(n) * sum(m.component(n)[k] for k in m.link) for n in data.LINK_CAPACITIES)
        burnt = sum(data.TURBINE_COST * m.turbine_output[r, t] for r in m.region for t in m.hour)
        missed = sum(data.UNSERVED_COST * m.unserved[r, t] for r in m.region for t in m.hour)
        return built + laid + burnt + missed

    m.emission_limit = Constraint(rule=emissions)
    m.cost = Objective(rule=cost)
