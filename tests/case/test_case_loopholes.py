"""Inputs that would pass in silence, and change nothing or too much: each is refused with a plain sentence."""

from __future__ import annotations

import pytest
from small_case import write_small_case

import h2model

TABLES = {
    "regions": "here,59,9,the only region",
    "carriers": "electricity,unit,,MWh,",
    "technologies": """
        turbine,reference,electricity,,,,
        turbine,output,electricity,,1,,MWh/MWh
        turbine,variable_om_cost,,,10,,EUR2025/MWh
        turbine,maximum_new_capacity,,,0,,MW
    """,
    "plants": "turbine,turbine,here",
    "demands": "town,here,electricity",
    "assets": "turbine,existing_capacity,,,50,,MW\ntown,rate,,,30,,MW",
}
CAP = {"emission_cap": {"all": {"limit": {}}}}


def with_row(table: str, row: str) -> dict[str, str]:
    return TABLES | {table: TABLES[table] + "\n" + row}


REFUSED = {
    "rows of a misspelt technology": (
        with_row("technologies", "turbin,fixed_om_cost,,,5,,EUR2025/MW/year"),
        {},
        {},
        "the technology 'turbin' has no reference row and no asset uses it → did you mean 'turbine'?",
    ),
    "an infinite cost": (
        with_row("technologies", "turbine,fixed_om_cost,,,inf,,EUR2025/MW/year"),
        {},
        {},
        "technologies.csv, row 6: fixed_om_cost of turbine is inf EUR2025/MW/year: it must be finite",
    ),
    "an infinite demand": (with_row("demands", "") | {"assets": "town,rate,,,1e400,,MW"}, {}, {}, "it must be finite"),
    "another case": (TABLES, {}, {"case": "other"}, "'case' is not a key that can be set"),
    "a name that is a path": (TABLES, {}, {"name": "../runs"}, "it cannot be . or .. and cannot contain / or \\"),
    "more threads than any machine has": (TABLES, {}, {"solver.threads": "1000000"}, "1024"),
    "a flag for a number": (TABLES, {}, {"technologies.turbine.variable_om_cost": "true"}, "true is not a number"),
    "a change that is none": (
        TABLES,
        {"overrides": {"technologies.turbine.variable_om_cost": []}},
        {},
        "has no change; write a value",
    ),
    "a cap without limit": (TABLES, {"policies": CAP}, {}, "policies.emission_cap.all.limit"),
    "an infinite cap": (
        TABLES,
        {"policies": {"emission_cap": {"all": {"limit": {2030: "-inf t/year"}}}}},
        {},
        "policies.emission_cap.all.limit",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_is_refused(name, tmp_path):
    tables, scenario, changes, message = REFUSED[name]
    path = write_small_case(tmp_path, tables, **scenario)
    with pytest.raises(h2model.InputError) as caught:
        h2model.load_case(path, changes)
    assert message in str(caught.value)


def test_a_pattern_that_is_none(tmp_path):
    path = write_small_case(tmp_path, TABLES)
    case = tmp_path / "case.yaml"
    case.write_text(case.read_text().replace("- hourly.csv", "- /x/*.csv"))
    with pytest.raises(h2model.InputError, match="is not a pattern"):
        h2model.load_case(path)


def test_changes_may_be_numbers_in_python(tmp_path):
    path = write_small_case(tmp_path, TABLES)
    data = h2model.load_case(path, {"technologies.turbine.variable_om_cost": 12.0})
    assert float(data["variable_om_cost"].squeeze()) == 12
