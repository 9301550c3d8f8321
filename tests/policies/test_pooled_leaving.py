"""CO2 of mixed origin that leaves the regions of a cap: allowed to a store, refused where it could be vented."""

from __future__ import annotations

import pytest
from small_case import write_small_case

import h2model


def pipe_to(there: str, co2: str) -> dict[str, str]:
    """Wood is burnt here with capture; its CO2 may go there by pipe."""
    return {
        "regions": "here,59,9,the works\nthere,60,9,the coast",
        "carriers": "heat,unit,,MWh,\nwood,unit,,MWh,\nwood,carbon_content,biogenic,0.4,t/MWh\nco2,unit,,t,\n"
        f"co2,carbon_content,pooled,1,t/t\n{co2}",
        "technologies": f"""
            boiler,reference,heat,,,,
            boiler,output,heat,,1,,MWh/MWh
            boiler,input,wood,,1,,MWh/MWh
            boiler,output,co2,,0.4,,t/MWh
            boiler,maximum_new_capacity,,,0,,MW
            pipe,reference,co2,,,,
            pipe,loss,,,0,,1
            pipe,maximum_new_capacity,,,0,,t/hour
            {there}
        """,
        "plants": "boiler,boiler,here" + ("\nwell,well,there" if there else ""),
        "links": "pipe,pipe,here,there,no",
        "trades": "wood,here,wood,import",
        "demands": "town,here,heat",
        "assets": "boiler,existing_capacity,,,10,,MW\npipe,existing_capacity,,,10,,t/hour\n"
        "wood,price,,,20,,EUR2025/MWh\ntown,rate,,,10,,MW" + ("\nwell,existing_capacity,,,10,,t/hour" if there else ""),
    }


WELL = """
            well,reference,co2,,,,
            well,input,co2,,1,,t/t
            well,stored_share,,,1,,1
            well,maximum_new_capacity,,,0,,t/hour
"""
CAP = {"emission_cap": {"works": {"limit": {2030: "-30 kt/year"}, "regions": ["here"]}}}


def test_pooled_co2_sent_to_permanent_storage_is_a_removal(tmp_path):
    data = h2model.load_case(write_small_case(tmp_path, pipe_to(WELL, ""), policies=CAP))
    results = h2model.solve(data)
    assert float(results["emissions"].sum()) == pytest.approx(-0.4 * 10 * 8760)
    assert float(results["carbon_stored"].sum()) == pytest.approx(0.4 * 10 * 8760)


@pytest.mark.parametrize("policy", ["emission_cap", "carbon_price", "emission_budget"])
def test_pooled_co2_that_could_be_vented_elsewhere_is_refused(tmp_path, policy):
    amount = {"emission_cap": "limit", "carbon_price": "price", "emission_budget": "total"}[policy]
    value = {"limit": {2030: "-30 kt/year"}, "price": {2030: "100 EUR2025/t"}, "total": "-30 kt"}[amount]
    policies = {policy: {"works": {amount: value, "regions": ["here"]}}}
    tables = pipe_to(WELL, "co2,disposal_cost,,0,EUR2025/t")
    with pytest.raises(h2model.InputError, match="pipe can carry CO2 out of the counted regions") as caught:
        h2model.load_case(write_small_case(tmp_path, tables, policies=policies))
    assert "venting of co2 in there" in str(caught.value)


@pytest.mark.parametrize("loss", [0, 0.01])
def test_pooled_co2_that_a_further_link_loses_is_refused(tmp_path, loss):
    tables = pipe_to(WELL, "")
    tables["regions"] += "\nfar,61,9,the well"
    tables["plants"] = tables["plants"].replace("well,well,there", "well,well,far")
    tables["links"] += "\nship,ship,there,far,no"
    tables["technologies"] += f"ship,reference,co2,,,,\nship,loss,,,{loss},,1\nship,maximum_new_capacity,,,0,,t/hour"
    tables["assets"] += "\nship,existing_capacity,,,10,,t/hour"
    path = write_small_case(tmp_path, tables, policies=CAP)
    if not loss:
        assert h2model.load_case(path).sizes["link"] == 2
        return
    with pytest.raises(h2model.InputError, match="pipe can carry CO2 out of the counted regions") as caught:
        h2model.load_case(path)
    assert "and there it can be released (ship loses some)" in str(caught.value)
