"""For each named rule a change of the tiny case that breaks it, and the words of the fault.

The tiny case itself breaks no rule. `NEAR_MISSES` are similar changes that break no rule either.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tiny_case import TINY_FILES, Edit, append, swap, tiny_scenario, without, write_tiny_case

import h2model
from h2model.case import warnings_of
from h2model.errors import Fault, InputError


@dataclass
class Change:
    """Edits of files, settings of the scenario, and words of the fault."""

    edits: dict[str, Edit | str | None] = field(default_factory=dict)
    settings: dict = field(default_factory=dict)
    words: tuple[str, ...] = ()


def faults_of(folder: Path, change: Change) -> tuple[Fault, ...]:
    """Return all errors and warnings of a changed case."""
    try:
        data = h2model.load_case(tiny_scenario(write_tiny_case(folder, change.edits), **change.settings))
    except InputError as error:
        return error.faults + error.warnings
    return warnings_of(data)


def both(*edits: Edit) -> Edit:
    """Return several edits of one file as one."""

    def edit(text: str) -> str:
        for one in edits:
            text = one(text)
        return text

    return edit


def changed(*words: str, settings: dict | None = None, **tables: Edit | str) -> Change:
    """Return a change from edits by table name without ending, and the words of its fault."""
    return Change({f"{name}.csv": edit for name, edit in tables.items()}, settings or {}, words)


def cap(limit: str, *regions: str) -> dict:
    return {"policies": {"emission_cap": {"site": {"limit": {2030: limit}, "regions": list(regions)}}}}


def technology(name: str, reference: str, *rows: str) -> Edit:
    """Return an edit that adds a technology that can be built, with further rows."""
    common = (f"reference,{reference},,,,,", "overnight_cost,,,1,,MEUR2025/({}),test", "lifetime,,,20,,year,test")
    unit = "t/h" if reference in ("brick", "tar", "pitch", "slag") else "MW"
    return append(*(f"{name},{row}" for row in (common[0], common[1].format(unit), common[2], *rows)))


CLAY_WORKS = {
    "carriers": append("clay,unit,,t,,", "brick,unit,,t,,"),
    "plants": append("works,brickworks,north"),
    "trades": append("clay_import,north,clay,import", "brick_export,north,brick,export"),
    "assets": append("clay_import,price,,,5,,EUR2025/t,test", "brick_export,price,,,50,,EUR2025/t,test"),
}


def brickworks(clay: str) -> dict[str, Edit]:
    rows = ("output,brick,,1,,t/t,test", f"input,clay,,{clay},,t/t,test")
    return CLAY_WORKS | {"technologies": technology("brickworks", "brick", *rows)}


def waste_burner(*heating_value: str) -> dict[str, Edit]:
    rows = ("output,steam,,1,,MWh/MWh,test", "input,waste,,0.4,,t/MWh,test")
    return {
        "carriers": append("waste,unit,,t,,", *heating_value),
        "technologies": technology("burner", "steam", *rows),
        "plants": append("waste_burner,burner,north"),
        "trades": append("waste_import,north,waste,import"),
        "assets": append("waste_import,price,,,5,,EUR2025/t,test"),
    }


CIRCLE = {
    "carriers": append("tar,unit,,t,,", "pitch,unit,,t,,"),
    "technologies": both(
        technology("tar_works", "tar", "output,tar,,1,,t/t,test", "input,pitch,,1,,t/t,test"),
        technology("pitch_works", "pitch", "output,pitch,,1,,t/t,test", "input,tar,,1,,t/t,test"),
    ),
    "plants": append("tar_plant,tar_works,north", "pitch_plant,pitch_works,north"),
    "demands": append("roofs,north,tar"),
    "assets": append("roofs,annual_volume,,,1,,kt/year,test"),
}
STEAM_IMPORT = append("steam_import,north,steam,import")
WITHOUT_FUEL = {
    "trades": both(without("gas_import"), without("biomass_import")),
    "assets": both(without("gas_import"), without("biomass_import")),
}
STANDSTILL = ("boiler,minimum_run_rate,,,0.5,,1,test", "boiler,standstill_begin,,,100,,day,test")
STANDSTILL += ("boiler,standstill_days,,,20,,day,test",)
BAD_PRICE = swap("power_import,price,,,50,price", "power_import,price,,,-50,price")
DAYS = {"time": {"resolution": "24h"}}
MODES = both(
    swap("plant,technology,region\n", "plant,technology,region,mode_of\n"),
    append("boiler_on_gas,recipe,north,boiler"),
    lambda text: "".join(
        line if line.count(",") == 3 else line.rstrip("\n") + ",\n" for line in text.splitlines(keepends=True)
    ),
)

ACROSS_CONCERNS = {
    "energy_is_not_created": changed(
        "technologies.csv, row", "loop makes 5.17 MWh from 3.733 MWh in 2030", "correct its ratios",
        technologies=swap("input,hydrogen,,0.18,", "input,hydrogen,,0.1,"),
    ),
    "heat_has_a_source": changed(
        "boiler makes 1 MWh from 0.9 MWh", "0.1 MWh of heat have no source", "set a carnot_share for a heat pump",
        technologies=swap("input,natural_gas,,1.1,", "input,natural_gas,,0.9,"),
        carriers=append("steam,temperature,,150,degC,test"),
    ),
    "energy_has_a_source": changed(
        "waste_burner makes 1 MWh from 0 MWh", "the heating value of waste is unknown", "add a lower_heating_value",
        **waste_burner(),
    ),
    "mass_is_not_created": changed(
        "works makes 1 t from 0.5 t in 2030", "more than its inputs and air can give", "add the missing input",
        **brickworks("0.5"),
    ),
    "carbon_fits_into_its_carrier": changed(
        "carriers.csv, row", "a tonne of ammonia contains carbon for 3.8 t of CO2, more than pure carbon (3.664 t)",
        carriers=append("ammonia,carbon_content,fossil,3.8,t/t,test"),
    ),
    "demand_can_be_served": changed(
        "demands.csv, row 3", "ammonia_demand cannot be supplied with ammonia in north in 2030: loop lacks hydrogen",
        "set an unserved_cost", plants=without("electrolyser_plant"),
    ),
    "demand_is_not_always_unserved": changed(
        "demands.csv, row 2", "steam_demand cannot be supplied with steam in north in 2030",
        "boiler lacks natural_gas; wood_boiler lacks biomass",
        **WITHOUT_FUEL,
    ),
    "demand_is_served_from_outside": changed(
        "roofs gets tar in north in 2030 only from plants that need each other's products", **CIRCLE
    ),
    "plant_can_run": changed(
        "plants.csv, row 4", "boiler can never run: it lacks natural_gas in north", **WITHOUT_FUEL
    ),
    "product_has_a_taker": changed(
        "boiler can never run: it makes slag, and slag cannot be used, sold, transported or vented in north",
        "set a disposal_cost of slag",
        carriers=append("slag,unit,,t,,"), technologies=append("gas_boiler,output,slag,,0.1,,t/MWh,test"),
    ),
    "least_capacity_can_be_reached": changed(
        "assets.csv, row", "line must have 300 in 2030, but can have at most 150: infeasible",
        assets=append("line,minimum_capacity,,,300,,MW,test"),
    ),
    "decided_capacity_has_room": changed(
        "line has 130 of existing and decided capacity in 2030, above its maximum_capacity (100): infeasible",
        "raise maximum_capacity",
        assets=append("line,minimum_new_capacity,,,80,,MW,test", "line,maximum_capacity,,,100,,MW,test"),
    ),
    "share_bounds_leave_room": changed(
        "boiler_on_gas has a minimum_share above its maximum_share in 2030",
        plants=MODES,
        technologies=append("recipe,reference,steam,,,,,", "recipe,input,natural_gas,,0.1,,MWh/MWh,test",
                            "recipe,minimum_share,,,0.5,,1,test", "recipe,maximum_share,,,0.2,,1,test"),
    ),
    "annual_activity_can_be_reached": changed(
        "boiler has a minimum_annual_activity of 1e+06 in 2030, but reaches at most 350400 (8,760 full-load hours",
        "hours of 40): infeasible",
        assets=append("boiler,maximum_new_capacity,,,0,,MW,test", "boiler,minimum_annual_activity,,,1,,TWh/year,test"),
    ),
    "running_fits_into_the_year": changed(
        "boiler has a minimum load of 175200 in 2030, above its maximum_annual_activity (100000): infeasible",
        assets=append("boiler,minimum_run_rate,,,0.5,,1,test", "boiler,maximum_annual_activity,,,100,,GWh/year,test"),
    ),
    "initial_level_has_room": changed(
        "buffer begins the year with 10, but can hold at most 5 in 2030: infeasible",
        assets=append("buffer,maximum_capacity,,,5,,t,test"),
    ),
    "imports_cover_least_use": changed(
        "imports supply at most 10000 MWh/year of natural_gas in 2030", "need at least 192720 MWh/year: infeasible",
        "raise maximum_volume or maximum_rate of gas_import",
        assets=append("boiler,minimum_run_rate,,,0.5,,1,test", "gas_import,maximum_volume,,,10,,GWh/year,test"),
    ),
    "ramps_allow_standstills": changed(
        "boiler must run at 0.5 of its capacity", "its ramp_rate allows only 0.24", "raise ramp_rate",
        assets=append(*STANDSTILL, "boiler,ramp_rate,,,0.01,,1/hour,test"), settings=DAYS,
    ),
    "waste_has_a_limit": changed(
        "steam_import pays up to 5 per amount of steam in 2030, and venting it in north costs 0", "set a maximum_rate",
        trades=STEAM_IMPORT, assets=append("steam_import,price,,,-5,,EUR2025/MWh,test"),
    ),
    "waste_does_not_pay": changed(
        "steam_import pays up to 5 per amount of steam in 2030", "venting is profitable",
        trades=STEAM_IMPORT,
        assets=append("steam_import,price,,,-5,,EUR2025/MWh,test", "steam_import,maximum_rate,,,10,,MW,test"),
    ),
    "losses_do_not_pay": changed(
        "power_import may pay for more electricity than demands and exports in south take", "8,760 hours of a year",
        "line can dump electricity through losses", "losses could be profitable",
        trades=without("power_export"), assets=both(without("power_export"), BAD_PRICE),
    ),
    "segments_keep_prices_apart": changed(
        "power_export earns up to 17.5 more than power_import costs on the same day of 2030",
        "a segment would buy electricity to sell it, up to their limits",
        settings={"time": {"resolution": "1h", "segments": 730}},
    ),
    "policy_counts_something": changed(
        "policies.emission_cap.site", "south cannot emit or take up carbon that it counts",
        settings=cap("1 kt/year", "south")
    ),
    "removals_are_possible": changed(
        "policies.emission_cap.site.limit.2030", "the cap is negative", "cannot be taken up in south: infeasible",
        settings=cap("-1 kt/year", "south"),
    ),
    "carrier_takes_part": changed(
        "carriers.csv, row", "no plant, store, link, trade or demand uses peat", carriers=append("peat,unit,,MWh,,")
    ),
    "asset_can_stand": changed(
        "pipe can never have capacity", assets=append("pipe,maximum_new_capacity,,,0,,t/h,test")
    ),
    "trade_can_flow": changed(
        "gas_import can never flow", assets=append("gas_import,maximum_rate,,,0,,MW,test")
    ),
}  # fmt: skip

OF_CONCERNS = {
    "carbon_is_not_created": changed(
        "wood_boiler hold more carbon than its inputs", technologies=swap("output,co2,,0.39,", "output,co2,,0.5,")
    ),
    "carbon_is_stored_at_the_end": changed(
        "wood_boiler has a stored_share, but has an output",
        technologies=append("biomass_capture,stored_share,,,1,,1,test"),
    ),
    "carbon_is_kept": changed(
        "buffer loses co2", technologies=swap("co2_tank,charge_efficiency,,,1,", "co2_tank,charge_efficiency,,,0.9,")
    ),
    "new_capacity_has_a_cost": changed(
        "line may be built in 2030 but has no overnight_cost", technologies=without("cable,overnight_cost")
    ),
    "existing_capacity_has_room": changed(
        "line has more existing_capacity than maximum_capacity", assets=append("line,maximum_capacity,,,10,,MW,test")
    ),
    "minimum_below_maximum": changed(
        "line has a minimum_capacity above its maximum_capacity",
        assets=append("line,minimum_capacity,,,70,,MW,test", "line,maximum_capacity,,,60,,MW,test"),
    ),
    "buying_to_sell_does_not_pay": changed(
        "power_export earns up to 12.5 more than power_import",
        assets=swap("power_export,price,,,45", "power_export,price,,,60")
    ),
    "transit_is_limited": changed(
        "bought from power_import and sold to power_export earns without any limit",
        trades=both(
            swap("trade,region,carrier,direction\n", "trade,region,carrier,direction,market\n"),
            swap("power_import,south,electricity,import\n", "power_import,south,electricity,import,here\n"),
            swap("power_export,south,electricity,export\n", "power_export,south,electricity,export,there\n"),
            lambda text: "".join(
                line if line.count(",") == 4 else line.rstrip("\n") + ",\n" for line in text.splitlines(keepends=True)
            ),
        ),
        assets=both(swap("power_export,price,,,45", "power_export,price,,,60"), without("power_import,maximum_rate")),
    ),
}  # fmt: skip

WHILE_LOADING = {
    "valid_settings": Change({"case.yaml": swap("title:", "titel:")}, words=("'titel' is not a known key",)),
    "currency_has_its_year": Change(
        {"case.yaml": swap("currency: EUR2025", "currency: EUR")},
        words=("case.yaml, line 3: currency", "with its price year"),
    ),
    "readable_tables": changed("demands.csv", "column", demands=swap("demand,region", "demand,regoin")),
    "whole_profiles": Change(
        {"profiles/hourly.csv": lambda text: text[: text.rstrip("\n").rindex("\n") + 1]}, words=("8,759 hours",)
    ),
    "known_names": changed("the technology 'wnid' is unknown", plants=swap("wind_park,wind", "wind_park,wnid")),
    "known_rows": changed("lifetme", assets=append("line,lifetme,,,20,,year,test")),
    "effective_changes": changed("electroliser", settings={"overrides": {"technologies.electroliser.lifetime": 10}}),
    "convertible_units": changed(
        "'EUR2025/kWh' does not measure the same", technologies=swap("wind,overnight_cost,,2030,1200,,EUR2025/kW",
                                                                     "wind,overnight_cost,,2030,1200,,EUR2025/kWh"),
    ),
    "given_periods": changed("not for 2040", technologies=without("wind,overnight_cost,,2040")),
    "values_within_bounds": changed(
        "above the upper bound, 1",
        technologies=swap("battery,charge_efficiency,,,95,,%", "battery,charge_efficiency,,,95,,1")
    ),
    "nothing_missing": changed("battery has no charge_efficiency", technologies=without("battery,charge_efficiency")),
    "concave_part_load": changed("is not concave", part_load=swap("hydrogen,1.0,0.64", "hydrogen,1.0,0.9")),
    "valid_policies": changed("region nroth is unknown", settings=cap("1 kt/year", "nroth")),
    "one_to_one_reference": changed(
        "refers to steam, but its output of steam is 2",
        technologies=swap("gas_boiler,output,steam,,1,", "gas_boiler,output,steam,,2,"),
    ),
    "plausible_values": changed(
        "technologies.csv, row", "overnight_cost of wind_park is 1,200 EUR2025/MW", "outside the usual range: 5,000 to",
        technologies=swap("wind,overnight_cost,,2030,1200,,EUR2025/kW", "wind,overnight_cost,,2030,1200,,EUR2025/MW"),
    ),
    "plausible_profiles": changed(
        "the shape of rate of household_power has a mean of 0.4 with profile 'wind', not of 0.8 to 1.25",
        assets=swap("household_power,rate,,,10,,", "household_power,rate,,,10,wind,"),
    ),
    "plausible_exchange": Change(
        {"case.yaml": swap("exchange:\n", "exchange:\n  EUR2015: {value: 0.5, source: test}\n")},
        words=("exchange.EUR2015", "one EUR2015 is 0.5 EUR2025"),
    ),
}  # fmt: skip

MISTAKES = ACROSS_CONCERNS | OF_CONCERNS | WHILE_LOADING

NEAR_MISSES = {
    "the case itself": Change(),
    "a case of one plant and one demand": changed(
        settings={"time": {"resolution": "1h", "certified": {"gap": 0.01}}},
        carriers="carrier,parameter,origin,value,unit,source\nelectricity,unit,,MWh,,\n",
        plants="plant,technology,region\nwind_park,wind,north\n",
        **{f"{kind}s": TINY_FILES[f"{kind}s.csv"].splitlines()[0] + "\n" for kind in ("store", "link", "trade")},
        demands="demand,region,carrier\nhousehold_power,north,electricity\n",
        technologies=lambda text: "".join(
            line for line in text.splitlines(keepends=True) if line.split(",")[0] in ("technology", "", "wind")
        ),
        assets=TINY_FILES["assets.csv"].splitlines()[0] + "\nhousehold_power,annual_volume,,,1,,GWh/year,test\n",
        part_load="technology,carrier,load,value,unit,source\n",
    ),
    "all clay is counted": changed(**brickworks("1.0")),
    "waste with a heating value": changed(**waste_burner("waste,lower_heating_value,,3,MWh/t,test")),
    "hydrogen becomes ammonia with nitrogen of the air": changed(
        technologies=swap("input,hydrogen,,0.18,", "input,hydrogen,,0.178,")
    ),
    "a heat pump": changed(
        carriers=append("steam,temperature,,90,degC,test"),
        technologies=technology(
            "pump", "steam", "output,steam,,1,,MWh/MWh,test", "carnot_share,,,0.5,,1,test",
            "source_temperature,,,10,,degC,test", "sink_temperature,,,90,,degC,test",
            "work_share,electricity,,1,,1,test",
        ),
        plants=append("heat_pump,pump,north"),
    ),
    "heat of the surroundings as an input": changed(
        carriers=append("sea_heat,unit,,MWh,,"),
        technologies=technology("pump", "steam", "output,steam,,1,,MWh/MWh,test",
                                "input,electricity,,0.3,,MWh/MWh,test", "input,sea_heat,,0.7,,MWh/MWh,test"),
        plants=append("sea_pump,pump,north"),
        trades=append("sea,north,sea_heat,import"),
        assets=append("sea,price,,,0,,EUR2025/MWh,test"),
    ),
    "a circle with an import": changed(
        **CIRCLE | {"trades": append("pitch_import,north,pitch,import"),
                    "assets": both(CIRCLE["assets"], append("pitch_import,price,,,300,,EUR2025/t,test"))}
    ),
    "minimum capacity that can be built": changed(assets=append("line,minimum_capacity,,,150,,MW,test")),
    "a ramp that is fast enough": changed(
        assets=append(*STANDSTILL, "boiler,ramp_rate,,,0.05,,1/hour,test"), settings=DAYS
    ),
    "imports that just suffice": changed(
        assets=append("boiler,minimum_run_rate,,,0.5,,1,test", "gas_import,maximum_volume,,,192.72,,GWh/year,test")
    ),
    "paid imports that demands and exports take": changed(
        assets=both(BAD_PRICE, swap("power_export,price,,,45", "power_export,price,,,-60"),
                    swap("power_import,maximum_rate,,,200", "power_import,maximum_rate,,,10")),
    ),
    "a cap where something is emitted": changed(settings=cap("-1 kt/year", "north", "south")),
    "an absolute profile": changed(assets=swap("household_power,rate,,,10,,", "household_power,rate,,,1,wind,")),
    "money of earlier years worth more": Change(
        {"case.yaml": swap("exchange:\n", "exchange:\n  EUR2015: {value: 1.3, source: test}\n")}
    ),
}  # fmt: skip


def parametrized(changes: dict[str, Change]):
    return [pytest.param(name, change, id=name) for name, change in changes.items()]
