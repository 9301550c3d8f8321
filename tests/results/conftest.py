"""A small solution and its case, typed by hand: two regions, two periods, two steps of unequal weight."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from h2model.results.dataset import assemble


@pytest.fixture
def inputs() -> xr.Dataset:
    """Labels, units and weights of a case, and one parameter that shares its name with a result."""
    return xr.Dataset(
        {
            "hours": ("time", [1.0, 1.0]),
            "weight": ("time", [4000.0, 4760.0]),
            "years_represented": ("period", [10.0, 10.0]),
            "discount_factor": ("period", [0.8, 0.5]),
            "variable_om_cost": (("plant", "period"), [[2.0, 3.0]]),
            "price": ("trade", [30.0]),
        },
        coords={
            "period": [2030, 2040],
            "time": [0, 1],
            "timestamp": ("time", np.array(["2019-01-01", "2019-06-01"], dtype="datetime64[ns]")),
            "region": ["coast", "inland"],
            "origin": ["fossil", "biogenic"],
            "asset": ["kiln_old", "kiln_new", "tank"],
            "asset_technology": ("asset", ["kiln", "kiln", "steel_tank"]),
            "asset_region": ("asset", ["inland", "inland", "coast"]),
            "asset_unit": ("asset", ["t/h", "t/h", "MWh"]),
            "plant": ["kiln_old"],
            "link": np.array([], dtype=object),
            "trade": ["fuel"],
            "carrier": ["steam", "heat"],
            "carrier_unit": ("carrier", ["MWh", "MWh"]),
            "demand": ["houses"],
            "demand_region": ("demand", ["coast"]),
            "demand_carrier": ("demand", ["heat"]),
        },
        attrs={"currency": "EUR2025", "scenario": "tiny"},
    )


@pytest.fixture
def solution() -> xr.Dataset:
    """Return a solution like that of the engine, in numbers that are easy to add up."""
    step = ("period", "time")
    return xr.Dataset(
        {
            "new_capacity": (("asset", "period"), [[1.0, 0.0], [2.5, 1e-5], [0.0, 1e-5]], {"units": "asset_unit"}),
            "variable_om_cost": (("plant", "period"), [[3e6, 5e6]], {"units": "money/year"}),
            "export_revenue": (("trade", "period"), [[-1e6, -1e6]], {"units": "money/year"}),
            "emissions": (
                ("region", "origin", "period"),
                [[[90e3, 20e3], [-30e3, -45.5e3]], [[0.5, -0.2], [0.0, 0.0]]],
            ),
            "carbon_stored": (("region", "origin", "period"), [[[1e3, 2e3], [1e3, 0.0]], [[0.0, 0.0], [0.0, 0.0]]]),
            "unserved_demand": (("demand", *step), [[[0.0, 0.0], [0.5, 0.25]]]),
            "disposal": (("disposable", *step), [[[1e-7, 0.0], [0.0, 1.0]]]),
            "dual_emission_cap": ("capped", [-800.0, -1250.0, 0.0], {"units": "money/(t/year)"}),
        },
        coords={
            "period": [2030, 2040],
            "disposable_carrier": ("disposable", ["steam"]),
            "disposable_region": ("disposable", ["inland"]),
            "capped_cap": ("capped", ["whole", "whole", "part"]),
            "capped_period": ("capped", [2030, 2040, 2040]),
        },
    )


@pytest.fixture
def facts() -> dict:
    """The facts of a run."""
    return {
        "scenario": "tiny",
        "title": "Hand-made",
        "currency": "EUR2025",
        "scenario_yaml": "case: tiny\n",
        "cost_parts": ("variable_om_cost", "export_revenue"),
        "objective": 36e6,
        "upper_bound": 36e6,
        "lower_bound": 35.91e6,
        "gap": 0.0025,
        "status": "optimal",
        "method": "simplex",
        "rows": 1234,
        "columns": 99,
        "nonzeros": 5000,
        "seconds_reading": 1.0,
        "seconds_building": 0.5,
        "seconds_until_solver": 1.6,
        "seconds_solving": 2.25,
        "seconds_auditing": 0.25,
        "audit": "passed: 100 equations at 2,000 places",
    }


@pytest.fixture
def results(solution, inputs, facts) -> xr.Dataset:
    """The assembled results."""
    return assemble(solution, inputs, facts)
