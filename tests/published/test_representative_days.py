"""Published answer of TulipaEnergyModel: "Tiny", three representative days.

Source: TulipaEnergy/TulipaEnergyModel.jl @ 46c8c7b26e1ab359d82e15a52d7f951ae8895634, test/inputs/Tiny; Apache-2.0.
h2model builds any share of a unit, so that ours is the answer of the linear relaxation.
"""

from __future__ import annotations

import pandas as pd
from case_writer import CaseWriter
from year_answers import DATA, agree

import h2model

CASE = "09_tulipa_tiny"


def table(name: str) -> pd.DataFrame:
    """One of the tables of the case."""
    return pd.read_csv(DATA / CASE / f"{name}.csv")


def test_linear_relaxation_has_the_published_objective(tmp_path):
    case = CaseWriter("EUR2025")
    case.carrier("power", "MWh")
    for row in table("generators").itertuples():
        case.plant(row.generator, "power", None, {"power": 1})
        case.invest(row.generator, row.investment_keur_per_mw, "kEUR2025/MW", 1, 0)
        case.technology(row.generator, "variable_om_cost", row.operational_cost_keur_per_mwh, "kEUR2025/MWh")
        case.asset(row.generator, "existing_capacity", row.initial_units * row.unit_capacity_mw, "MW")
        if not row.investable:
            case.asset(row.generator, "maximum_new_capacity", 0, "MW")
        if row.investment_limit_mw > 0:
            case.asset(row.generator, "maximum_capacity", row.investment_limit_mw, "MW")
        if isinstance(row.availability_profile, str):
            case.technology(row.generator, "availability", 1, "1", profile=row.availability_profile)
    case.demand("town", "power")
    case.asset("town", "rate", 1, "MW", profile="demand_mw")
    hours = table("profiles").merge(table("representative_days"), on="rep_day")
    steps = {"hours": 1, "weight": hours["weight_days"], "sequence": hours["rep_day"]}
    steps |= {name: hours[name] for name in ("availability_solar", "availability_wind", "demand_mw")}
    path = case.write(tmp_path, steps=steps, periods=[2030], last_period_years=1)
    results = h2model.solve(h2model.load_case(path))
    agree(CASE, "objective", results.attrs["objective"] / 1000, "LP relaxation")
