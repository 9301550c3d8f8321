"""A case whose answers can be worked out by hand: hydrogen from power that is cheap for half a year, and from gas."""

TABLES = {
    "regions": "coast,59,9,\ninland,60,10,",
    "carriers": """
        electricity,unit,,MWh,
        hydrogen,unit,,MWh,
        heat,unit,,MWh,
        heat,disposal_cost,,0,EUR2025/MWh
        gas,unit,,MWh,
        gas,carbon_content,fossil,0.2,t/MWh""",
    "technologies": """
        ,interest_rate,,,0.08,,1/year
        electrolyser,reference,hydrogen,,,,
        electrolyser,output,hydrogen,,1,,MWh/MWh
        electrolyser,input,electricity,,1.5,,MWh/MWh
        electrolyser,output,heat,,0.25,,MWh/MWh
        electrolyser,lifetime,,,20,,year
        electrolyser,overnight_cost,,,800,,EUR2025/kW
        electrolyser,fixed_om_cost,,,16,,EUR2025/kW/year
        electrolyser,variable_om_cost,,,2,,EUR2025/MWh
        reformer,reference,hydrogen,,,,
        reformer,output,hydrogen,,1,,MWh/MWh
        reformer,input,gas,,1.25,,MWh/MWh
        reformer,lifetime,,,20,,year
        reformer,overnight_cost,,,400,,EUR2025/kW
        cable,reference,electricity,,,,
        cable,loss,,,0.1,,1
        cable,lifetime,,,40,,year
        cable,overnight_cost,,,100,,EUR2025/kW""",
    "plants": "electrolyser_inland,electrolyser,inland\nreformer_inland,reformer,inland",
    "links": "cable,cable,coast,inland,no",
    "trades": "power_in,coast,electricity,import\ngas_in,inland,gas,import",
    "demands": "works,inland,hydrogen\nhouses,inland,heat",
    "assets": """
        power_in,price,,,1,power,EUR2025/MWh
        gas_in,price,,,30,,EUR2025/MWh
        works,rate,,,100,,MW
        houses,rate,,,5,,MW
        houses,unserved_cost,,,40,,EUR2025/MWh""",
}
HALF_YEAR = 4380
POWER = {"power": [20.0] * HALF_YEAR + [50.0] * HALF_YEAR}
TAX = {"carbon_price": {"tax": {"price": {2030: "100 EUR2025/t"}}}}
#: Power is cheap in the first half of the year, and hydrogen is made from it; in the second half it comes from gas.
HYDROGEN, POWER_USED, GAS_USED, CO2 = 100.0, 150.0, 125.0, 25.0
