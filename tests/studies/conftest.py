"""Cases and campaigns that several tests of studies share; none of them changes these."""

from __future__ import annotations

import pytest
from study_case import COST, LIMIT, PRICE, copy_of, do_runs, make_campaign, write_valley

import h2model
from h2model.studies.collect import collect


@pytest.fixture(scope="session")
def valley(tmp_path_factory):
    """The scenario of the valley."""
    return write_valley(tmp_path_factory.mktemp("inputs") / "valley")


@pytest.fixture(scope="session")
def valley_data(valley):
    """The checked case of the valley."""
    return h2model.load_case(valley)


@pytest.fixture(scope="session")
def grid(tmp_path_factory, valley):
    """A finished and collected campaign: 2 costs × 3 caps, of which the strictest cannot be kept."""
    axes = {COST: {"scale": [1.0, 1.2]}, LIMIT: {"set": ["400 kt/year", "100 kt/year", "-1 kt/year"]}}
    collected = {"activity": "total", "unserved_demand": "mean", "trade_flow": "month", "disposal": "steps"}
    campaign = make_campaign(tmp_path_factory.mktemp("grid"), valley, axes, collect=collected)
    do_runs(campaign)
    collect(campaign)
    return campaign


@pytest.fixture(scope="session")
def morris(tmp_path_factory):
    """A finished and collected Morris study of the valley without a cap."""
    folder = tmp_path_factory.mktemp("morris")
    price = {"from": "4 EUR2025/MWh", "to": "5 EUR2025/MWh"}
    axes = {COST: {"scale": {"from": 0.99, "to": 1.4}}, PRICE: {"set": price}}
    scenario = write_valley(folder / "valley", policies={})
    found = make_campaign(folder, scenario, axes, design={"kind": "morris", "trajectories": 2})
    do_runs(found)
    collect(found)
    return found


@pytest.fixture(scope="session")
def untouched(tmp_path_factory, valley):
    """A campaign of three runs, of which none has been done and the last is infeasible."""
    axes = {LIMIT: {"set": ["400 kt/year", "100 kt/year", "-1 kt/year"]}}
    return make_campaign(tmp_path_factory.mktemp("untouched"), valley, axes, start=False)


@pytest.fixture
def fresh(tmp_path, untouched):
    """A copy of it, for a test to do with as it likes."""
    return copy_of(untouched, tmp_path)
