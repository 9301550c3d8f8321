"""The ledger of carbon: every tonne imported, released, stored, moved or exported, by the member that causes it.

The audit adds up its entries and compares them with the results of the model, so that the ledger is complete.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from h2model.accounts.flows import ends_of_ways, link_of_way
from h2model.accounts.run_data import RunData
from h2model.constants import ROUNDING

FROM_AIR, NO_REMOVAL = ("biogenic", "atmospheric"), ("biogenic", "atmospheric", "pooled")


@dataclass(frozen=True)
class CarbonFlow:
    """Carbon of one member in one entry of the ledger, in tonnes of CO2 per year over (origin, period).

    `entry` is released, stored, moved, imported or exported; `region` a position; `kind` is plant, link, trade,
    demand or disposal, `name` that of the member (of disposal: the carrier).
    """

    entry: str
    region: int
    kind: str
    name: str
    tonnes: np.ndarray


class Contents:
    """Carbon content by origin of carriers and of the ratios of plants."""

    def __init__(self, data: RunData) -> None:
        """Read the content of every carrier."""
        self.data = data
        self.content = data.input("carbon_content").transpose("carrier", "origin").values
        origins = data.name_array("origin")
        self.from_air, self.no_removal = np.isin(origins, FROM_AIR), np.isin(origins, NO_REMOVAL)
        self.is_pooled = origins == "pooled"

    def of_carriers(self, names: list[str]) -> np.ndarray:
        """Return the carbon content of carriers by name (member, origin)."""
        return self.content[self.data.positions("carrier", names)]

    def left_in_plants(self) -> np.ndarray:
        """Return the carbon of inputs less that of outputs, per amount of activity (plant, origin, period)."""
        taken, made = (
            np.einsum("pcy,co->poy", self.data.input(name).transpose("plant", "carrier", "period").values, self.content)
            for name in ("input", "output")
        )
        kept = taken - np.where(self.is_pooled[None, :, None], 0.0, made)
        pooled = made[:, self.is_pooled].sum(axis=1)
        total = kept.sum(axis=1)
        # Pooled CO2 takes the same share of each origin.
        share = np.divide(pooled, total, out=np.zeros_like(total), where=total > 0)
        left = kept * (1 - share[:, None, :])
        # Ratios that cancel out leave rounding.
        return np.where(np.abs(left) > ROUNDING, left, 0.0)


def volumes(data: RunData) -> tuple[np.ndarray, np.ndarray]:
    """Return the yearly volumes of trades (trade, period) and deliveries (demand, period), from their flows."""
    traded = data.over_year(data.result("trade_flow")).transpose("trade", "period").values
    missing = data.over_year(data.result("unserved_demand") + data.result("interrupted", "demand"))
    asked = data.over_year(data.input("rate")) + data.input("annual_volume")
    return traded, (asked - missing).transpose("demand", "period").values


def each_carbon_flow(data: RunData) -> Iterator[CarbonFlow]:
    """Yield every entry of the ledger."""
    contents = Contents(data)
    traded, delivered = volumes(data)
    yield from plant_carbon(contents)
    yield from disposal_carbon(contents)
    yield from link_carbon(contents)
    yield from trade_carbon(contents, traded)
    yield from demand_carbon(contents, delivered)


def _entry(
    entry: str,
    kind: str,
    names: list[str],
    regions: np.ndarray,
    per_amount: np.ndarray,
    volume: np.ndarray,
) -> Iterator[CarbonFlow]:
    """Yield carbon per amount (member, origin[, period]) times volume per year (member, period), by member."""
    if per_amount.ndim == 2:
        per_amount = per_amount[:, :, None]
    for name, region, tonnes in zip(names, regions.tolist(), per_amount * volume[:, None, :], strict=True):
        if tonnes.any():
            yield CarbonFlow(entry, region, kind, name, tonnes)


def plant_carbon(contents: Contents) -> Iterator[CarbonFlow]:
    """Yield the carbon that plants release or store permanently."""
    data = contents.data
    activity = data.over_year(data.result("activity")).transpose("plant", "period").values
    left, stored = contents.left_in_plants(), data.input("stored_share").values[:, None, None]
    names, regions = data.names("plant"), data.positions("region", data.names("plant_region"))
    yield from _entry("released", "plant", names, regions, left * (1 - stored), activity)
    yield from _entry("stored", "plant", names, regions, left * stored, activity)


def disposal_carbon(contents: Contents) -> Iterator[CarbonFlow]:
    """Yield the carbon of vented carriers."""
    data = contents.data
    vented = data.over_year(data.result("disposal")).transpose("disposable", "period").values
    carriers, names = (data.results[f"disposable_{part}"].values.tolist() for part in ("carrier", "region"))
    regions, content = data.positions("region", names), contents.of_carriers(carriers)
    yield from _entry("released", "disposal", carriers, regions, content, vented)


def link_carbon(contents: Contents) -> Iterator[CarbonFlow]:
    """Yield the carbon of losses and uses of links, and the carbon from the air that they move between regions."""
    data = contents.data
    link, (start, end) = link_of_way(data), ends_of_ways(data)
    sent = data.over_year(data.result("flow")).transpose("way", "period").values
    content = contents.of_carriers(data.names("link_carrier"))[link]
    loss = data.input("loss").values[link][:, None]
    used = (data.input("energy_use").transpose("link", "carrier").values @ contents.content)[link]
    names = np.array(data.names("link"), dtype=object)[link].tolist()
    yield from _entry("released", "link", names, start, loss * content + used, sent)
    arriving = (1 - loss) * content * contents.from_air
    yield from _entry("moved", "link", names, start, arriving, sent)
    yield from _entry("moved", "link", names, end, -arriving, sent)


def trade_carbon(contents: Contents, traded: np.ndarray) -> Iterator[CarbonFlow]:
    """Yield the carbon of imports and exports; `traded` holds yearly volumes (trade, period)."""
    data = contents.data
    buys = (data.name_array("trade_direction") == "import")[:, None]
    names, regions = data.names("trade"), data.positions("region", data.names("trade_region"))
    content = contents.of_carriers(data.names("trade_carrier"))
    stored = data.input("export_stored_share").values[:, None]
    yield from _entry("imported", "trade", names, regions, content * buys, traded)
    yield from _entry("exported", "trade", names, regions, content * ~buys * (1 - stored), traded)
    yield from _entry("stored", "trade", names, regions, content * ~buys * stored, traded)


def demand_carbon(contents: Contents, delivered: np.ndarray) -> Iterator[CarbonFlow]:
    """Yield the carbon that fuels release and products contain, less recovery; `delivered` is (demand, period)."""
    data = contents.data
    names, regions = data.names("demand"), data.positions("region", data.names("demand_region"))
    content = contents.of_carriers(data.names("demand_carrier"))
    burnt = np.nan_to_num(data.input("released_share").values)[:, None]
    yield from _entry("released", "demand", names, regions, burnt * content, delivered)
    yield from _entry("exported", "demand", names, regions, (1 - burnt) * content, delivered)
    back = data.over_year(data.result("recovered")).transpose("recovery", "period").values
    demands, carriers = (data.results[f"recovery_{part}"].values.tolist() for part in ("demand", "carrier"))
    recovery_regions = regions[data.positions("demand", demands)]
    yield from _entry("exported", "demand", demands, recovery_regions, -contents.of_carriers(carriers), back)
