"""Writes the tables of a case for a published problem: a row a number, each with its source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

Number = float | str
HOURS = 8760


def over_year(hours: Sequence[float]) -> dict[str, Sequence[float] | float]:
    """Columns of a table of steps, each repeated until the year is filled."""
    return {"hours": hours, "weight": HOURS / sum(hours)}


class CaseWriter:
    """Collects the rows of a case and writes them as h2model's tables.

    `regions` are its regions; assets without a region are in the first. `settings` are further keys of
    case.yaml: cost_moment, investment_moment.
    """

    def __init__(
        self, currency: str, discount_rate: float = 0.0, regions: Sequence[str] = ("here",), **settings: str
    ) -> None:
        self.home = regions[0]
        self.case = {"currency": currency, **settings}
        self.case["discount_rate"] = {"value": discount_rate, "unit": "1/year", "source": "problem"}
        rows = [{"region": region, "latitude": 0, "longitude": 0} for region in regions]
        self.rows: dict[str, list[dict]] = {"regions": rows}
        for table in ("carriers", "technologies", "assets", "plants", "stores", "links", "trades", "demands"):
            self.rows[table] = []

    def carrier(self, name: str, unit: str, **parameters: tuple[Number, str]) -> None:
        """A carrier counted in MWh or t, with further parameters as (value, unit)."""
        self._row("carriers", carrier=name, parameter="unit", origin="", value=unit, unit="")
        for parameter, (value, of) in parameters.items():
            origin = "fossil" if parameter == "carbon_content" else ""
            self._row("carriers", carrier=name, parameter=parameter, origin=origin, value=value, unit=of)

    def plant(
        self,
        name: str,
        reference: str,
        input: Mapping[str, Number] | None = None,
        output: Mapping[str, Number] | None = None,
        ratio_unit: str = "MWh/MWh",
        region: str = "",
    ) -> None:
        """A plant that is the only one of its technology, with its ratios per amount of the reference carrier."""
        self._row("plants", plant=name, technology=name, region=region or self.home)
        self.technology(name, "reference", "", carrier=reference)
        for parameter, ratios in (("input", input or {}), ("output", output or {})):
            for carrier, ratio in ratios.items():
                self.technology(name, parameter, ratio, ratio_unit, carrier=carrier)

    def technology(self, name: str, parameter: str, value: Number, unit: str = "", **place: Number) -> None:
        """A row of technologies.csv; `place` may name carrier, period and profile."""
        self._row("technologies", technology=name, parameter=parameter, value=value, unit=unit, **place)

    def asset(self, name: str, parameter: str, value: Number, unit: str, **place: Number) -> None:
        """A row of assets.csv; `place` may name carrier, period and profile."""
        self._row("assets", asset=name, parameter=parameter, value=value, unit=unit, **place)

    def store(
        self, name: str, carrier: str, charge: float = 1, discharge: float = 1, region: str = "", **powers: str
    ) -> None:
        """A store that is the only one of its technology; `powers` are its charger and discharger."""
        self._row("stores", store=name, technology=name, region=region or self.home, **powers)
        self.technology(name, "reference", "", carrier=carrier)
        self.technology(name, "charge_efficiency", charge, "1")
        self.technology(name, "discharge_efficiency", discharge, "1")

    def link(self, name: str, carrier: str, start: str, end: str, loss: float = 0, two_way: str = "yes") -> None:
        """A link that is the only one of its technology."""
        self._row("links", link=name, technology=name, from_region=start, to_region=end, two_way=two_way)
        self.technology(name, "reference", "", carrier=carrier)
        self.technology(name, "loss", loss, "1")

    def invest(self, name: str, overnight_cost: Number, unit: str, lifetime: int, interest_rate: float) -> None:
        """What a technology costs to build."""
        self.technology(name, "overnight_cost", overnight_cost, unit)
        self.technology(name, "lifetime", lifetime, "year")
        self.technology(name, "interest_rate", interest_rate, "1/year")

    def stands(self, name: str, capacity: Number, unit: str) -> None:
        """An asset that exists and cannot be built."""
        self.asset(name, "existing_capacity", capacity, unit)
        self.asset(name, "maximum_new_capacity", 0, unit)

    def trade(self, name: str, carrier: str, region: str = "", direction: str = "import") -> None:
        """An import or export."""
        self._row("trades", trade=name, region=region or self.home, carrier=carrier, direction=direction)

    def demand(self, name: str, carrier: str, region: str = "") -> None:
        """What must be delivered."""
        self._row("demands", demand=name, region=region or self.home, carrier=carrier)

    def _row(self, table: str, **cells: Number) -> None:
        self.rows[table].append({**cells, "source": "problem"})

    def write(
        self,
        folder: Path,
        steps: Mapping[str, np.ndarray | float] | None = None,
        profiles: Mapping[str, np.ndarray] | None = None,
        **scenario,
    ) -> Path:
        """Write the case and a scenario on it, with a table of `steps` or hourly `profiles`; returns its path."""
        for table, rows in self.rows.items():
            frame = pd.DataFrame(rows)
            if table in ("technologies", "assets"):
                columns = ["technology" if table == "technologies" else "asset", "parameter", "value", "unit", "source"]
                frame = frame.reindex(columns=[*columns, "carrier", "period", "profile"])
                frame["period"] = frame["period"].astype("Int64")
            if not frame.empty and table in ("plants", "stores", "links", "trades", "demands"):
                frame = frame.drop(columns="source")
            if not frame.empty:
                frame.to_csv(folder / f"{table}.csv", index=False)
        case = {"name": folder.name, "profiles": ["hourly.csv"] if profiles else [], **self.case}
        if profiles:
            hours = pd.date_range("2030-01-01", periods=HOURS, freq="h")
            pd.DataFrame({"time": hours, **profiles}).to_csv(folder / "hourly.csv", index=False)
        if steps is not None:
            pd.DataFrame(steps).to_csv(folder / "steps.csv", index=False)
            scenario["time"] = {"steps": "steps.csv"}
        (folder / "case.yaml").write_text(yaml.safe_dump(case))
        (folder / "scenarios").mkdir()
        path = folder / "scenarios" / "published.yaml"
        path.write_text(yaml.safe_dump({"case": folder.name} | scenario))
        return path
