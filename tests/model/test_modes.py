"""Modes: a kiln of 10 t/h that needs 3 MWh of fuel per tonne, from coal (10 EUR/MWh), waste (5) or wood (25)."""

from __future__ import annotations

import pytest
from equation_rows import assert_row
from oracle import assert_same_as_pyomo
from plants import HOURS, ONE_REGION, fixed_plant
from small_case import solve_small_case, write_small_case

import h2model
from h2model.engine import compile_model
from h2model.plots import sankeys


def recipe(fuel: str, share: str) -> str:
    return f"""
        on_{fuel},reference,clinker,,,,
        on_{fuel},input,{fuel},,3,,MWh/t
        on_{fuel},{share},,1
    """


def kiln() -> dict[str, str]:
    fuels = ("coal", "waste", "wood")
    carriers = [f"{fuel},unit,,MWh,\n{fuel},balance,,year," for fuel in fuels]
    return {
        "regions": ONE_REGION,
        "carriers": "clinker,unit,,t,\ncoal,carbon_content,fossil,0.3,t/MWh\nwood,carbon_content,biogenic,0.4,t/MWh\n"
        + "\n".join(carriers),
        "technologies": fixed_plant("kiln", "clinker", 2, "t")
        + recipe("coal", "maximum_share,,,0.7")
        + recipe("waste", "maximum_share,,,0.5")
        + recipe("wood", "minimum_share,,,0.2"),
        "plants": "plant,technology,region,mode_of\nkiln,kiln,here,\n"
        + "\n".join(f"kiln_on_{fuel},on_{fuel},here,kiln" for fuel in fuels),
        "trades": "\n".join(f"{fuel},here,{fuel},import" for fuel in fuels),
        "demands": "works,here,clinker",
        "assets": "kiln,existing_capacity,,,10,,t/hour\nworks,rate,,,10,,t/hour\n"
        + "coal,price,,,10,,EUR2025/MWh\nwaste,price,,,5,,EUR2025/MWh\nwood,price,,,25,,EUR2025/MWh",
    }


ROWS = {
    "mode_sum[kiln,2030,1]": (
        {
            "decided_activity[kiln_on_coal,2030,1]": 1,
            "decided_activity[kiln_on_waste,2030,1]": 1,
            "decided_activity[kiln_on_wood,2030,1]": 1,
            "decided_activity[kiln,2030,1]": -1,
        },
        0,
        0,
    ),
    "mode_share_maximum[kiln_on_coal,2030,1]": (
        {"decided_activity[kiln_on_coal,2030,1]": 1, "decided_activity[kiln,2030,1]": -0.7},
        None,
        0,
    ),
    "mode_share_minimum[kiln_on_wood,2030,1]": (
        {"decided_activity[kiln,2030,1]": 0.2, "decided_activity[kiln_on_wood,2030,1]": -1},
        None,
        0,
    ),
}


def test_rows_equal_those_typed_by_hand_and_those_of_pyomo(tmp_path):
    model = h2model.build(h2model.load_case(write_small_case(tmp_path, kiln())))
    assert_same_as_pyomo(model)
    program = compile_model(model)
    for name, row in ROWS.items():
        assert_row(program, name, row)


def test_the_cheapest_mix_within_the_bounds_is_chosen(tmp_path):
    """Half waste, a fifth wood because it must be, the rest coal: 3 × (2.5 + 3 + 5) = 31.5 EUR/t, and 2 of the kiln."""
    _, results = solve_small_case(tmp_path, kiln())
    assert results.attrs["objective"] == pytest.approx((31.5 + 2) * 10 * HOURS)
    assert float(results["emissions"].sel(origin="fossil").sum()) == pytest.approx(3 * 0.3 * 0.3 * 10 * HOURS)
    # What the wood took from the air it gives back.
    assert float(results["emissions"].sel(origin="biogenic").sum()) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(("price", "coal"), [(49, 0.3), (51, 0.0)])
def test_a_carbon_price_changes_the_mix(tmp_path, price, coal):
    """Wood costs 15 EUR/MWh more and saves 0.3 t: 50 EUR/t."""
    policies = {"carbon_price": {"tax": {"price": {2030: f"{price} EUR2025/t"}}}}
    _, results = solve_small_case(tmp_path, kiln(), policies=policies)
    assert float(results["activity"].sel(plant="kiln_on_coal").mean()) == pytest.approx(10 * coal, abs=1e-6)


def test_output_slates_are_modes_too(tmp_path):
    """A cracker makes 8 t of ethylene, or 5 t and 4 t of propylene, from 10 t: as much propylene as is worth it."""
    tables = {
        "regions": ONE_REGION,
        "carriers": "feed,unit,,t,\nethylene,unit,,t,\npropylene,unit,,t,",
        "technologies": """
            cracker,reference,feed,,,,
            cracker,input,feed,,1,,t/t
            cracker,maximum_new_capacity,,,0,,t/hour
            cracker,output,propylene,,0,,t/t
            severe,reference,feed,,,,
            severe,output,ethylene,,0.8,,t/t
            mild,reference,feed,,,,
            mild,output,ethylene,,0.5,,t/t
            mild,output,propylene,,0.4,,t/t
            mild,maximum_share,,,0.6,,1
        """,
        "plants": "plant,technology,region,mode_of\ncracker,cracker,here,\nsevere,severe,here,cracker\n"
        "mild,mild,here,cracker",
        "trades": "feed,here,feed,import\nethylene,here,ethylene,export\npropylene,here,propylene,export",
        "assets": """
            cracker,existing_capacity,,,10,,t/hour
            feed,price,,,100,,EUR2025/t
            ethylene,price,,,1000,,EUR2025/t
            propylene,price,,,900,,EUR2025/t
        """,
    }
    _, results = solve_small_case(tmp_path, tables)
    ethylene, propylene = 4 * 0.8 + 6 * 0.5, 6 * 0.4
    assert results.attrs["objective"] == pytest.approx(-(1000 * ethylene + 900 * propylene - 100 * 10) * HOURS)


FAULTS = {
    "unknown host": ("here,kiln\n", "here,kilm\n", "is a mode of 'kilm', but the plant 'kilm' is unknown"),
    "other reference": ("on_coal,reference,clinker", "on_coal,reference,coal", "refers to coal, but kiln to clinker"),
    "capacity of a mode": (
        "kiln,existing_capacity",
        "kiln_on_coal,existing_capacity,,,1,,t/hour\nkiln,existing_capacity",
        "existing_capacity belongs to an asset, but kiln_on_coal is a mode of kiln, which has the capacity",
    ),
    "shares below 1": (
        "on_wood,minimum_share,,,0.2",
        "on_wood,maximum_share,,,-0.1",
        "below the lower bound, 0",
    ),
    "shares above 1": (
        "on_wood,minimum_share,,,0.2",
        "on_coal,minimum_share,,,0.2,,1\non_wood,minimum_share,,,1",
        "the minimum_shares of the modes of kiln add up to 1.2",
    ),
    "the product twice": (
        "on_coal,input",
        "on_coal,output,clinker,,1,,t/t\non_coal,input",
        "kiln_on_coal has an output of clinker, which its plant kiln has as well",
    ),
    "availability of a mode": (
        "on_coal,input",
        "on_coal,availability,,,0,,1\non_coal,input",
        "availability has no effect on kiln_on_coal: it is a mode of kiln",
    ),
    "storing in a mode": (
        "on_wood,input",
        "on_wood,stored_share,,,1,,1\non_wood,input",
        "stored_share has no effect on kiln_on_wood",
    ),
    "a mode steadier than its plant": (
        "on_coal,input",
        "on_coal,steady_run,,,year,,\non_coal,input",
        "kiln_on_coal has a steady_run of a year, but its plant kiln of a hour only",
    ),
    "a mode of itself": (
        "kiln_on_coal,on_coal,here,kiln",
        "kiln_on_coal,on_coal,here,kiln_on_coal",
        "but a mode needs another plant",
    ),
    "share of a plant": (
        "kiln,output",
        "kiln,maximum_share,,,0.5,,1\nkiln,output",
        "maximum_share has no effect on kiln, which is not a mode",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_reported(tmp_path, name):
    old, new, message = FAULTS[name]
    tables = {table: text.replace(old, new, 1) for table, text in kiln().items()}
    assert tables != kiln()
    with pytest.raises(h2model.InputError) as caught:
        h2model.load_case(write_small_case(tmp_path, tables))
    assert message in str(caught.value)


def test_a_diagram_shows_the_flows_of_modes_at_their_plant(tmp_path):
    _, results = solve_small_case(tmp_path, kiln())
    for chart in (sankeys.carbon(results, 2030), sankeys.energy(results, 2030)):
        flows = {(chart.nodes[source], chart.nodes[target]): value for source, target, value in chart.links}
        assert not [name for name in chart.nodes if name.startswith("on ")]
        assert "ambient sources" not in chart.nodes
    # Per hour 10 t of clinker with 30 MWh: wood 20 %, waste 50 %, coal 30 %.
    assert flows["waste", "kiln"] == pytest.approx(30 * 0.5 * 8760 / 1e6)
