"""A certified run from scenario to run folder, and what is said of settings that make no sense."""

from __future__ import annotations

import numpy as np
import pytest
from small_case import write_small_case

import h2model
from h2model.case import Scenario, read_scenario
from h2model.errors import InputError

TABLES = {
    "regions": "here,59,9,one region",
    "carriers": "power,unit,,MWh,",
    "trades": "buy,here,power,import",
    "demands": "works,here,power",
    "assets": """
        buy,price,,,1,spread,EUR2025/MWh
        works,rate,,,15,load,MW
    """,
}
HOUR = np.arange(8760)
PROFILES = {"load": 1 + 0.3 * np.sin(HOUR / 24), "spread": 40 + 25 * np.sin(HOUR / 12)}


def test_a_certified_run_reports_its_proven_bounds(tmp_path):
    case = tmp_path / "case"
    case.mkdir()
    scenario = write_small_case(case, TABLES, PROFILES, time={"certified": {"gap": "1%"}})
    results = h2model.run(scenario, tmp_path / "run")
    facts = results.attrs
    least = 15 * float(PROFILES["load"] @ PROFILES["spread"])
    assert facts["lower_bound"] <= least * (1 + 1e-9)
    assert facts["upper_bound"] == facts["objective"] >= least * (1 - 1e-9)
    assert facts["gap"] <= 0.01
    assert "round 1: 730 segments" in (tmp_path / "run" / "run.log").read_text()
    assert results.sizes["time"] == 8760
    again = h2model.run(tmp_path / "run" / "inputs.nc", tmp_path / "again")
    assert again.attrs["objective"] == pytest.approx(facts["objective"])


@pytest.mark.parametrize(
    ("time", "message"),
    [
        ({"certified": {"gap": "1%"}, "resolution": "3h"}, "remove resolution: 3h"),
        ({"certified": {"gap": 0.01}, "segments": 800}, "remove segments: 800"),
        ({"certified": {"gap": 0}}, "greater than 0"),
        ({"certified": {"gap": "one"}}, "gap"),
        ({"certified": {}}, "gap"),
    ],
)
def test_senseless_settings_are_refused(time, message):
    with pytest.raises(InputError, match=message):
        Scenario.from_text(f"case: any\nperiods: [2030]\ntime: {time}")


def test_the_gap_can_be_set_in_a_scenario_without_one(tmp_path):
    scenario = write_small_case(tmp_path, TABLES, PROFILES, time={"resolution": "1h"})
    assert read_scenario(scenario, {"time.certified.gap": "2%"}).time.certified.gap == 0.02
