"""Even running: what is decided once a day, and stores that are room only. Days of two steps of 12 hours."""

from __future__ import annotations

import numpy as np
import pytest
from oracle import assert_same_as_pyomo
from plants import ONE_REGION, fixed_plant
from small_case import solve_small_case, write_small_case

import h2model
from h2model.engine import compile_model

DAY = {"day": [1.0] * 12 + [0.2] * 12, "half": [1.0] * 12 + [0.5] * 12}
HALF_DAYS = {"resolution": "12h"}


def base_and_peak(extra: str = "steady_run,,,day,,") -> dict[str, str]:
    """A plant at 10 EUR/MWh that runs evenly and a quick one at 40 serve 100 MW by day and 20 MW by night."""
    return {
        "regions": ONE_REGION,
        "carriers": "power,unit,,MWh,",
        "technologies": fixed_plant("even", "power", 10, inputs=extra) + fixed_plant("quick", "power", 40),
        "plants": "even,even,here\nquick,quick,here",
        "demands": "town,here,power",
        "assets": "even,existing_capacity,,,100,,MW\nquick,existing_capacity,,,100,,MW\ntown,rate,,,100,day,MW",
    }


def test_a_steady_plant_serves_only_the_base_load(tmp_path):
    """Nothing may be wasted: 20 MW all day, and 80 MW at 40 EUR/MWh for half of it."""
    _, results = solve_small_case(tmp_path, base_and_peak(), DAY, time=HALF_DAYS)
    assert results.attrs["objective"] == pytest.approx(365 * 12 * (2 * 20 * 10 + 80 * 40))
    np.testing.assert_allclose(results["activity"].sel(plant="even"), 20)


def test_a_steady_plant_has_the_lowest_availability_of_its_day(tmp_path):
    """Half is available by night, so half by day as well: 50 of 100 MW, were it asked for."""
    tables = base_and_peak("steady_run,,,day,,\neven,availability,,,1,half,1".replace("\neven,", "\n"))
    tables["assets"] = tables["assets"].replace("100,day", "100,")
    _, results = solve_small_case(tmp_path, tables, DAY, time=HALF_DAYS)
    assert results.attrs["objective"] == pytest.approx(365 * 24 * (50 * 10 + 50 * 40))


def test_a_steady_plant_has_one_decision_a_day(tmp_path):
    """The columns of the other steps are in no row; the model is still the one that Pyomo makes of the same rules."""
    data = h2model.load_case(write_small_case(tmp_path, base_and_peak(), DAY, time=HALF_DAYS)).isel(time=slice(0, 4))
    model = h2model.build(data)
    assert_same_as_pyomo(model)
    program = compile_model(model)
    used = {program.column_name(j) for j in np.unique(program.matrix.indices)}
    assert {name for name in used if name.startswith("decided_activity[even")} == {
        "decided_activity[even,2030,0]",
        "decided_activity[even,2030,2]",
    }


def test_steps_must_fit_into_the_day(tmp_path):
    with pytest.raises(h2model.InputError, match="cross the end of a day, but even has a steady_run of a day"):
        h2model.load_case(write_small_case(tmp_path, base_and_peak(), DAY, time={"resolution": "73h"}))


def test_a_standstill_that_would_stop_a_steady_plant_for_good_is_refused(tmp_path):
    extra = "steady_run,,,month,,\nstandstill_begin,,,3,,day\nstandstill_days,,,2,,day"
    with pytest.raises(
        h2model.InputError, match="even has a steady_run of a month, but is unavailable in a part of one month"
    ):
        h2model.load_case(write_small_case(tmp_path, base_and_peak(extra), DAY, time=HALF_DAYS))


def test_standstills_of_whole_days_are_accepted_for_steady_plants(tmp_path):
    extra = "steady_run,,,day,,\nstandstill_begin,,,3,,day\nstandstill_days,,,2,,day"
    _, results = solve_small_case(tmp_path, base_and_peak(extra), DAY, time=HALF_DAYS)
    activity = results["activity"].sel(plant="even").squeeze().values
    np.testing.assert_allclose(activity[6:10], 0, atol=1e-9)
    np.testing.assert_allclose(np.delete(activity, range(6, 10)), 20)


def test_a_steady_link_has_one_flow_a_day(tmp_path):
    """The flow over the link is the same by day and by night; the peak is made on site."""
    tables = base_and_peak("")
    tables["regions"] += "\nthere,60,9,the other region"
    tables["plants"] = "even,even,there\nquick,quick,here"
    tables["technologies"] += """
        wire,reference,power,,,,
        wire,loss,,,0,,1
        wire,steady_flow,,,day,,
        wire,maximum_new_capacity,,,0,,MW
    """
    tables["links"] = "wire,wire,there,here,no"
    tables["assets"] += "\nwire,existing_capacity,,,100,,MW"
    _, results = solve_small_case(tmp_path, tables, DAY, time=HALF_DAYS)
    np.testing.assert_allclose(results["flow"].sel(way="wire"), 20)
    assert results.attrs["objective"] == pytest.approx(365 * 12 * (2 * 20 * 10 + 80 * 40))


def test_steps_must_fit_into_the_day_of_a_steady_link(tmp_path):
    tables = base_and_peak("")
    tables["regions"] += "\nthere,60,9,the other region"
    tables["technologies"] += "wire,reference,power,,,,\nwire,loss,,,0,,1\nwire,steady_flow,,,day,,\n"
    tables["technologies"] += "wire,maximum_new_capacity,,,0,,MW"
    tables["links"] = "wire,wire,there,here,no"
    with pytest.raises(h2model.InputError, match="cross the end of a day, but wire has a steady_flow of a day"):
        h2model.load_case(write_small_case(tmp_path, tables, DAY, time={"resolution": "73h"}))


def room(extra: str = "") -> dict[str, str]:
    """A market at 10 by day and 50 EUR/MWh by night, and a store that nothing can be charged to."""
    return {
        "regions": ONE_REGION,
        "carriers": "power,unit,,MWh,",
        "technologies": "tank,reference,power,,,,\ntank,charge_efficiency,,,1,,1\ntank,discharge_efficiency,,,1,,1\n"
        f"tank,charge_rate,,,0,,1/hour\ntank,maximum_new_capacity,,,0,,MWh\n{extra}",
        "stores": "tank,tank,here,,",
        "trades": "market,here,power,import",
        "demands": "town,here,power",
        "assets": "tank,existing_capacity,,,500,,MWh\nmarket,price,,,50,day,EUR2025/MWh\ntown,rate,,,10,,MW",
    }


def test_a_store_within_balance_steps_adds_no_flow(tmp_path):
    data, results = solve_small_case(tmp_path, room(), DAY, time=HALF_DAYS)
    assert results.attrs["objective"] == pytest.approx(365 * 12 * 10 * (50 + 10))
    for name in ("charge", "discharge", "storage_level"):
        assert float(results[name].max()) == 0
    program = compile_model(h2model.build(data))
    assert not any(program.row_name(i).startswith("storage") for i in range(len(program.row_lower)))


def test_a_level_of_such_a_store_is_refused(tmp_path):
    with pytest.raises(h2model.InputError, match="minimum_level has no effect on tank, which cannot be charged"):
        h2model.load_case(write_small_case(tmp_path, room("tank,minimum_level,,,0.1,,1"), DAY, time=HALF_DAYS))


@pytest.mark.parametrize("resolution", ["24h", "6h"])
def test_a_ramp_counts_from_one_steady_day_to_the_next(tmp_path, resolution):
    """A ramp of a tenth an hour does not limit changes from day to day: the block follows its demand."""
    tables = {
        "regions": ONE_REGION,
        "carriers": "power,unit,,MWh,",
        "technologies": fixed_plant("block", "power", 10, inputs="steady_run,,,day,,\nramp_rate,,,0.1,,1/hour")
        + fixed_plant("peaker", "power", 100),
        "plants": "block,block,here\npeaker,peaker,here",
        "demands": "town,here,power",
        "assets": "block,existing_capacity,,,100,,MW\npeaker,existing_capacity,,,100,,MW\ntown,rate,,,100,swing,MW",
    }
    days = {"swing": [1.0] * 24 + [0.2] * 24}
    _, results = solve_small_case(tmp_path, tables, days, time={"resolution": resolution})
    assert results.attrs["objective"] == pytest.approx(10 * 24 * (183 * 100 + 182 * 20))
