"""A run as tidy tables: one value per row, with its unit and its labels."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from h2model.accounts.derived import read_run_data
from h2model.accounts.flows import each_flow
from h2model.accounts.members import FlowLabels, carriers_of_assets, unit_of
from h2model.tables import summary
from h2model.tables.balance import KEYS, yearly_flows
from h2model.tables.carrier_prices import mean_prices, step_prices
from h2model.tables.co2_price import price_of_co2, prices_of_caps
from h2model.tables.cost_tables import costs_by_member

CARBON = {
    "emissions": "net",
    "carbon_released": "released",
    "carbon_taken_up": "taken up",
    "carbon_moved": "moved to other regions",
    "carbon_imported": "imported",
    "carbon_exported": "exported",
    "carbon_sold": "sold",
    "carbon_stored": "stored for good",
}
#: Meaning of the columns, also written next to exported tables.
COLUMNS = {
    "period": "year of investment; it represents the years of table `periods`",
    "step": "number of the time step; table `steps` has the hours of the year that it represents",
    "time": "moment at which the step begins, in the year of the profiles",
    "asset": "name of a plant, store, link or store's power",
    "class": "plant, store, link or store_power",
    "technology": "name of the technology; of trades and demands a description, such as import of gas",
    "region": "name of the region; of links, where they begin; empty for the whole case",
    "carrier": "name of the carrier",
    "kind": "plant, store, link, trade, demand, recovery, disposal, heat step or policy",
    "name": "name of the plant, store, link, trade, demand, …",
    "part": "of costs: the part of the objective; of flows: charge, discharge, leaves, arrives, packing, or empty",
    "origin": "of the carbon: fossil, biogenic, atmospheric, mineral, pooled; empty for all origins",
    "quantity": "entry of the account of carbon",
    "by": "all caps, budgets and prices together (by region), or one cap",
    "years_represented": "years that the period represents",
    "discount_factor": "mean value of money of these years in the base year",
    "hours": "length of the step in hours",
    "weight": "number of repetitions of the step in the year",
    "hours_of_year": "hours × weight",
    "value": "the number",
    "unit": "unit of the value",
}


@dataclass(frozen=True)
class Tidy:
    """A table, in pieces if the whole would be large."""

    name: str
    meaning: str
    pieces: Callable[[xr.Dataset], Iterator[pd.DataFrame]]


def capacity(run: xr.Dataset, name: str = "capacity") -> pd.DataFrame:
    """Return `capacity`, or another quantity of assets, by asset."""
    table = _wide(run, run[name], {
        "asset": run["asset"].values, "class": run["asset_class"].values,
        "technology": run["asset_technology"].values, "region": run["asset_region"].values,
        "carrier": carriers_of_assets(run), "unit": run["asset_unit"].values,
    })  # fmt: skip
    return melted(table)


def new_capacity(run: xr.Dataset) -> pd.DataFrame:
    """Return the new capacity of each period, by asset."""
    return capacity(run, "new_capacity")


def volumes(run: xr.Dataset) -> pd.DataFrame:
    """Return every flow of a year; supply is positive."""
    table = yearly_flows(run)
    units = [f"{unit_of(run, carrier)}/year" for carrier in table.index.get_level_values("carrier")]
    return melted(table.set_index(pd.Index(units, name="unit"), append=True))


def costs(run: xr.Dataset) -> pd.DataFrame:
    """Return every cost of a year, by part and member (see `h2model.tables.cost_tables`)."""
    table = costs_by_member(run)
    return melted(table.assign(unit=table.attrs["unit"]).set_index("unit", append=True))


def carbon(run: xr.Dataset) -> pd.DataFrame:
    """Return the account of carbon."""
    rows = {}
    for name, quantity in CARBON.items():
        values = run[name].transpose("region", "origin", "period").values
        for region, of_region in zip(run["region"].values.tolist(), values, strict=True):
            for origin, tonnes in zip(run["origin"].values.tolist(), of_region, strict=True):
                rows[quantity, region, origin, "t/year"] = tonnes
    upstream = run["upstream_emissions"].transpose("region", "period").values
    for region, tonnes in zip(run["region"].values.tolist(), upstream, strict=True):
        rows["upstream", region, "", "t/year"] = tonnes
    return melted(_from_rows(run, rows, ["quantity", "region", "origin", "unit"]))


def carbon_price_rows(run: xr.Dataset) -> pd.DataFrame:
    """Return the price of CO2: by region and origin, and of each cap."""
    keys, rows = ["by", "region", "origin", "unit"], {}
    unit = f"{run.attrs['currency']}/t"
    together = price_of_co2(run)
    if together is not None:
        for region, of_region in zip(run["region"].values.tolist(), together.values, strict=True):
            for origin, values in zip(run["origin"].values.tolist(), of_region, strict=True):
                rows["all", region, origin, unit] = values
    rows |= {(f"cap {cap}", "", "", unit): prices.to_numpy() for cap, prices in prices_of_caps(run).iterrows()}
    return melted(_from_rows(run, rows, keys)).dropna(subset="value")


def prices(run: xr.Dataset) -> pd.DataFrame:
    """Return mean prices of the year, weighted by use."""
    means = mean_prices(run, read_run_data(run))
    rows = {(*node, _unit_of_price(run, node[0])): values for node, values in means.items()}
    return melted(_from_rows(run, rows, ["carrier", "region", "unit"])).dropna(subset="value")


def unserved(run: xr.Dataset) -> pd.DataFrame:
    """Return unserved demand."""
    units = [f"{unit_of(run, carrier)}/year" for carrier in run["demand_carrier"].values]
    labels = {"name": run["demand"].values, "region": run["demand_region"].values}
    labels |= {"carrier": run["demand_carrier"].values, "unit": units}
    return melted(_wide(run, summary.annual_amount(run, "unserved_demand"), labels))


def periods(run: xr.Dataset) -> pd.DataFrame:
    """Return the weight of each period in the objective."""
    columns = {name: run[name].values for name in ("period", "years_represented", "discount_factor")}
    return pd.DataFrame(columns)


def steps(run: xr.Dataset) -> pd.DataFrame:
    """Return the time, length and weight of each step."""
    table = {"step": run["time"].values, "time": run["timestamp"].values}
    table |= {"hours": run["hours"].values, "weight": run["weight"].values}
    return pd.DataFrame(table | {"hours_of_year": (run["hours"] * run["weight"]).values})


def hourly_prices(run: xr.Dataset) -> Iterator[pd.DataFrame]:
    """Yield the price of every carrier in every step, a piece for each carrier and region."""
    prices_of_nodes = step_prices(run, read_run_data(run))
    if not prices_of_nodes:
        # Without prices the table has its columns, and no rows.
        yield _hourly(run, np.empty((0, 0)), {"carrier": "", "region": "", "unit": ""})
    for (carrier, region), values in prices_of_nodes.items():
        labels = {"carrier": carrier, "region": region, "unit": _unit_of_price(run, carrier)}
        yield _hourly(run, values, labels)


def hourly_flows(run: xr.Dataset) -> Iterator[pd.DataFrame]:
    """Yield every flow in every step, a piece for each; flows that are always zero are left out."""
    flow_labels = FlowLabels(run)
    for flow in each_flow(read_run_data(run)):
        if flow.values.any():
            labels = dict(zip(KEYS, flow_labels.key(flow), strict=True))
            yield _hourly(run, flow.values, labels | {"unit": f"{unit_of(run, labels['carrier'])}/hour"})


def melted(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with a column for each period as one with a row for each, the unit last."""
    # Not `melt`: the periods of a row stay next to each other.
    long = table.rename_axis(columns="period").stack(future_stack=True).rename("value").reset_index()  # noqa: PD013
    return long[[*(column for column in long if column != "unit"), "unit"]]


def _wide(run: xr.Dataset, values: xr.DataArray, labels: dict[str, object]) -> pd.DataFrame:
    index = pd.MultiIndex.from_arrays([list(map(str, words)) for words in labels.values()], names=list(labels))
    return pd.DataFrame(values.transpose(..., "period").values, index, run["period"].values.tolist())


def _from_rows(run: xr.Dataset, rows: dict[tuple[str, ...], np.ndarray], keys: list[str]) -> pd.DataFrame:
    columns = run["period"].values.tolist()
    values = np.array(list(rows.values()), dtype=float).reshape(len(rows), len(columns))
    words = zip(*rows, strict=True) if rows else [[] for _ in keys]
    return pd.DataFrame(values, pd.MultiIndex.from_arrays([list(word) for word in words], names=keys), columns)


def _hourly(run: xr.Dataset, values: np.ndarray, labels: dict[str, str]) -> pd.DataFrame:
    """Return values over (period, time) as rows, with their common labels."""
    count, length = values.shape
    table = {
        "period": np.repeat(run["period"].values[:count], length),
        "step": np.tile(run["time"].values[:length], count),
        "time": np.tile(run["timestamp"].values[:length], count),
        **{name: label for name, label in labels.items() if name != "unit"},
        "value": values.ravel(),
        "unit": labels["unit"],
    }
    return pd.DataFrame(table)


def _unit_of_price(run: xr.Dataset, carrier: str) -> str:
    return f"{run.attrs['currency']}/{unit_of(run, carrier)}"


def _whole(make: Callable[[xr.Dataset], pd.DataFrame]) -> Callable[[xr.Dataset], Iterator[pd.DataFrame]]:
    return lambda run: iter((make(run),))


TABLES = (
    Tidy("capacity", "Capacity in the period.", _whole(capacity)),
    Tidy("new_capacity", "Capacity built in the period.", _whole(new_capacity)),
    Tidy("yearly_flows", "Every flow of every carrier in a year; supply of the region is positive. Flows below 1 MWh "
         "or t a year in all periods are left out.", _whole(volumes)),
    Tidy("costs", "Cost of a year, undiscounted, by part and by member; revenues are negative.", _whole(costs)),
    Tidy("carbon", "The account of carbon: net = released − taken up + moved + exported without being a removal.",
         _whole(carbon)),
    Tidy("carbon_prices", "Cost of one more tonne of CO2, undiscounted.", _whole(carbon_price_rows)),
    Tidy("prices", "Mean price of the year, undiscounted, weighted by the use of plants, exports and demands (by time "
         "without use); without a region: the mean of all regions.", _whole(prices)),
    Tidy("unserved", "Unserved demand of a year.", _whole(unserved)),
    Tidy("periods", "Weight of a year of each period in the objective: years_represented × discount_factor.",
         _whole(periods)),
    Tidy("steps", "Hours of the year that each time step represents: hours × weight = hours_of_year.", _whole(steps)),
    Tidy("hourly_prices", "Price of every carrier in every step, undiscounted.", hourly_prices),
    Tidy("hourly_flows", "Every flow in every step; supply of the region is positive. Flows that are always zero are "
         "left out.", hourly_flows),
)  # fmt: skip
