"""A run in the IAMC format: model, scenario, region, variable, unit and a column for each year, as pyam reads it.

Regions are those of the case and, under the name of the case, their sum. Every variable with parts is their sum,
because each is added up from the same numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from h2model.accounts.derived import read_run_data
from h2model.accounts.flows import LEAVES
from h2model.accounts.members import carriers_of_assets, unit_of
from h2model.accounts.run_data import RunData
from h2model.case import ORIGINS
from h2model.constants import MILLION
from h2model.errors import Fault, InputError
from h2model.exports.scheme import CAPACITY, CARBON, CARBON_PRICE, STORE, VOLUME, Titles, money, per_year
from h2model.tables import summary
from h2model.tables.balance import yearly_flows
from h2model.tables.carrier_prices import mean_prices
from h2model.tables.co2_price import price_of_co2, prices_of_caps
from h2model.tables.cost_tables import costs_by_member

MODEL = "h2model"
COLUMNS = ["Model", "Scenario", "Region", "Variable", "Unit"]
ROOTS = {"store": "Storage Capacity", "store_power": "Storage Power", "link": "Transport Capacity"}
ENDINGS = (".csv", ".xlsx")


def iamc(run: xr.Dataset) -> pd.DataFrame:
    """Return the run in IAMC's wide format, as `pyam.IamDataFrame` takes it; docs/exports.md lists the variables.

    Parameters
    ----------
    run
        Results with inputs, as `h2model.open_run` returns them.

    Raises
    ------
    InputError
        If the inputs are missing, or if two names give the same words of variables.
    """
    rows = _Rows(run)
    for add in (add_capacities, add_flows, add_unserved, add_carbon, add_costs, add_prices):
        add(rows, run)
    return rows.table()


def write_iamc(run: xr.Dataset, path: Path, target: Path) -> None:
    """Write the table to `path`, as CSV or Excel as the name of `target` says (see `ENDINGS`)."""
    table = iamc(run)
    if target.suffix == ".csv":
        table.to_csv(path, index=False)
    else:
        with path.open("wb") as file:
            table.to_excel(file, sheet_name="data", index=False, engine="openpyxl", freeze_panes=(1, len(COLUMNS)))


class _Rows:
    """Rows by region, variable and unit: the value of a variable with parts grows with each part."""

    def __init__(self, run: xr.Dataset) -> None:
        self._run, self._whole = run, str(run.attrs["case"])
        self.regions = run["region"].values.tolist()
        if self._whole in self.regions:
            problem = "is the name of the case, used for the sum of all regions"
            raise InputError([Fault(f"region {self._whole!r}", problem, "rename the case or the region")])
        kinds = ("carrier", "demand", "trade", "cap")
        self._titles = Titles(
            [
                *((kind, run[kind].values.tolist()) for kind in kinds if kind in run.coords),
                ("technology", dict.fromkeys(run["asset_technology"].values.tolist())),
            ]
        )
        self._values: dict[tuple[str, str, str], np.ndarray] = {}

    def add(self, region: str, words: tuple[str, ...], unit: str, values: np.ndarray, summed: int = 2) -> None:
        """Add values over periods to a variable and to the sums it is part of, in the region and in the whole case."""
        named = tuple(map(self._titles.of, words))
        for name in dict.fromkeys((region or self._whole, self._whole)):
            for length in range(summed, len(named) + 1):
                key = (name, "|".join(named[:length]), unit)
                # `+ 0.0` makes −0 a zero.
                self._values[key] = self._values.get(key, 0.0) + np.asarray(values, dtype=float) + 0.0

    def put(self, region: str, words: tuple[str, ...], unit: str, values: np.ndarray) -> None:
        """Set values without adding them to sums; the region "" is the whole case."""
        variable = "|".join(map(self._titles.of, words))
        self._values[region or self._whole, variable, unit] = np.asarray(values, dtype=float)

    def table(self) -> pd.DataFrame:
        """Return all rows, by variable and region, the whole case first."""
        order = {region: number for number, region in enumerate((self._whole, *self.regions))}
        keys = sorted(self._values, key=lambda key: (key[1], order[key[0]]))
        facts = [[MODEL, self._run.attrs["scenario"], *key] for key in keys]
        years = pd.DataFrame([self._values[key] for key in keys], columns=self._run["period"].values.tolist())
        return pd.concat([pd.DataFrame(facts, columns=COLUMNS), years], axis="columns")


def add_capacities(rows: _Rows, run: xr.Dataset) -> None:
    """Add capacity, additions and investment of every asset, in the carrier of its capacity."""
    run_data = read_run_data(run)
    capacity, built = (run[name].transpose("asset", "period").values for name in ("capacity", "new_capacity"))
    # Assets that cannot be built may lack a cost.
    cost = np.nan_to_num(run_data.input("overnight_cost").transpose("asset", "period").values)
    years, unit_of_money = run["years_represented"].values, f"million {money(run.attrs['currency'])}/yr"
    makes = _makes_its_reference(run_data)
    for asset, carrier in enumerate(carriers_of_assets(run)):
        name, kind, technology, region = (
            str(run[column].values[asset]) for column in ("asset", "asset_class", "asset_technology", "asset_region")
        )
        root = ROOTS.get(kind) or ("Capacity" if makes[name] else "Input Capacity")
        unit, factor = (STORE if kind == "store" else CAPACITY)[unit_of(run, carrier)]
        rows.add(region, (root, carrier, technology), unit, factor * capacity[asset])
        added = factor * built[asset] / years
        rows.add(region, (f"{root} Additions", carrier, technology), per_year(unit), added)
        spent = cost[asset] * built[asset] / years / MILLION
        rows.add(region, ("Investment", carrier, technology), unit_of_money, spent)


def _makes_its_reference(run_data: RunData) -> dict[str, bool]:
    """Return True for plants that make the carrier of their capacity, False for those that use it."""
    net = (run_data.input("output") - run_data.input("input")).transpose("plant", "carrier", "period").values
    references = run_data.positions("carrier", run_data.names("plant_carrier"))
    made = {name: bool((net[plant, references[plant]] > 0).any()) for plant, name in enumerate(run_data.names("plant"))}
    pairs = (run_data.results[f"curved_output_{part}"].values.tolist() for part in ("plant", "carrier"))
    reference_of = dict(zip(run_data.names("plant"), run_data.names("plant_carrier"), strict=True))
    return made | {plant: True for plant, carrier in zip(*pairs, strict=True) if carrier == reference_of[plant]}


def add_flows(rows: _Rows, run: xr.Dataset) -> None:
    """Add every flow of every carrier once."""
    for (carrier, region, *member), values in zip(*_items(yearly_flows(run)), strict=True):
        unit, factor = VOLUME[unit_of(run, carrier)]
        for words, sign in _variables(unit == "TWh/yr", carrier, *member):
            volumes = sign * factor * values
            # A plant may make a carrier in one year and use it in another: two variables.
            one_way = member[0] == "plant"
            if not one_way or (volumes > 0).any():
                rows.add(region, words, unit, np.maximum(volumes, 0.0) if one_way else volumes)


def _variables(
    is_energy: bool, carrier: str, kind: str, technology: str, name: str, part: str
) -> Iterator[tuple[tuple[str, ...], int]]:
    """Yield the words of a variable for a flow, and its sign there; for a plant in both directions."""
    made, used, final = (
        ("Secondary Energy", "Energy Input", "Final Energy")
        if is_energy
        else ("Production", "Material Input", "Final Material")
    )
    if kind == "plant":
        yield (made, carrier, technology), 1
        yield (used, carrier, technology), -1
    elif kind == "link":
        root, sign = {LEAVES: ("Transport Out", -1), "": (used, -1)}.get(part, ("Transport In", 1))
        yield (root, carrier, technology), sign
    elif kind == "store":
        yield (f"Storage {part}", carrier, technology), 1 if part == "discharge" else -1
    elif kind == "trade":
        yield ("Trade", carrier, f"{technology.partition(' ')[0]}s", name), -1
    elif kind == "demand":
        yield (final, carrier, name), -1
    elif kind == "recovery":
        yield ("Recovery", carrier, name), 1
    elif kind == "disposal":
        yield ("Disposal", carrier), -1
    else:
        down = name.startswith(f"{carrier} to ")
        yield ("Heat To Lower Level" if down else "Heat From Higher Level", carrier, name), -1 if down else 1


def add_unserved(rows: _Rows, run: xr.Dataset) -> None:
    """Add unserved demand."""
    amounts = summary.annual_amount(run, "unserved_demand").transpose("demand", "period").values
    labels = (run[name].values.tolist() for name in ("demand", "demand_carrier", "demand_region"))
    for demand, carrier, region, values in zip(*labels, amounts, strict=True):
        unit, factor = VOLUME[unit_of(run, carrier)]
        rows.add(region, ("Unserved Demand", carrier, demand), unit, factor * values)


def add_carbon(rows: _Rows, run: xr.Dataset) -> None:
    """Add the account of carbon, by origin."""
    unit, factor = CARBON
    roots = {
        "emissions": ("Emissions", "CO2"),
        "carbon_released": ("Gross Emissions", "CO2"),
        "carbon_taken_up": ("Gross Removals", "CO2"),
        "carbon_stored": ("Carbon Sequestration",),
    }
    for name, root in roots.items():
        for region in rows.regions:
            for origin in run["origin"].values.tolist():
                values = factor * run[name].sel(region=region, origin=origin).values
                rows.add(region, (*root, origin), unit, values, summed=len(root))
    for region in rows.regions:
        rows.add(
            region, ("Upstream Emissions", "CO2"), unit, factor * run["upstream_emissions"].sel(region=region).values
        )


def add_costs(rows: _Rows, run: xr.Dataset) -> None:
    """Add costs by part, undiscounted."""
    unit = f"million {money(run.attrs['currency'])}/yr"
    for (part, _, _, region, _), values in zip(*_items(costs_by_member(run)), strict=True):
        rows.add(region, ("Cost", "Total", part.removesuffix("_cost")), unit, values / MILLION)


def add_prices(rows: _Rows, run: xr.Dataset) -> None:
    """Set prices, which are means and not sums; a run without prices (a near-optimal plan) lacks these rows."""
    currency = money(run.attrs["currency"])
    for (carrier, region), values in mean_prices(run, read_run_data(run)).items():
        if not np.isnan(values).all():
            rows.put(region, ("Price", carrier), f"{currency}/{unit_of(run, carrier)}", values)
    together = price_of_co2(run)
    if together is not None:
        for region, values in zip(rows.regions, together.sel(origin=ORIGINS[0]).values, strict=True):
            rows.put(region, ("Price", CARBON_PRICE), f"{currency}/t CO2", values)
    for cap, prices in prices_of_caps(run).iterrows():
        rows.put("", ("Price", CARBON_PRICE, cap), f"{currency}/t CO2", prices.to_numpy())


def _items(table: pd.DataFrame) -> tuple[list[tuple[str, ...]], np.ndarray]:
    return table.index.tolist(), table.to_numpy()
