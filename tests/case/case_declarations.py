"""Declarations for the tests of the case: one of every kind, with the names that the tiny case uses."""

from __future__ import annotations

from math import inf

from h2model.case import Parameter

COST = "{money}/{capacity}"


def declare(name: str, dims: str, unit: str, default=0.0, **more) -> Parameter:
    return Parameter(name, tuple(dims.split()), unit, f"Meaning of {name}", default, **more)


def required(name: str, dims: str, unit: str, **more) -> Parameter:
    return Parameter(name, tuple(dims.split()), unit, f"Meaning of {name}", **more)


PARAMETERS = (
    declare("existing_capacity", "asset period", "{capacity}"),
    declare("maximum_capacity", "asset period", "{capacity}", inf),
    declare("maximum_new_capacity", "asset period", "{capacity}", inf),
    required("overnight_cost", "asset period", COST),
    declare("fixed_om_cost", "asset period", f"{COST}/year"),
    declare("fixed_om_share", "asset", "1/year"),
    required("lifetime", "asset", "year", lower=1.0),
    required("interest_rate", "asset", "1/year", upper=1.0),
    declare("input", "plant carrier period", "{carrier}/{amount}"),
    declare("output", "plant carrier period", "{carrier}/{amount}"),
    declare("availability", "plant period time", "1", 1.0, upper=1.0, aggregation="min"),
    declare("variable_om_cost", "plant period", "{money}/{amount}", lower=-inf),
    required("charge_efficiency", "store", "1", upper=1.0),
    required("discharge_efficiency", "store", "1", upper=1.0),
    declare("self_discharge", "store", "1/hour"),
    declare("discharge_rate", "store", "1/hour", inf),
    declare("minimum_level", "store", "1"),
    declare("initial_level", "store", "{amount}", None),
    required("loss", "link", "1", upper=1.0),
    declare("energy_use", "link carrier", "{carrier}/{amount}"),
    declare("transport_cost", "link", "{money}/{amount}"),
    required("price", "trade period time", "{money}/{amount}", lower=-inf),
    declare("maximum_rate", "trade period", "{amount}/hour", inf),
    declare("maximum_volume", "trade period", "{amount}/year", inf),
    declare("upstream_emissions", "trade", "t/{amount}"),
    declare("export_stored_share", "trade", "1", upper=1.0),
    declare("rate", "demand period time", "{amount}/hour", 0.0, aggregation="max"),
    declare("annual_volume", "demand period", "{amount}/year"),
    declare("unserved_cost", "demand", "{money}/{amount}", None),
    declare("carbon_content", "carrier origin", "t/{carrier}"),
    declare("disposal_cost", "carrier", "{money}/{amount}", None),
)
