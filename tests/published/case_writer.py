"""Writes the tables of a case for a published problem: one region, a row a number, each with its source."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

Number = float | str
HOURS = 8760


class CaseWriter:
    """Collects the rows of a case in one region and writes them as h2model's tables.

    `settings` are further keys of case.yaml: discount_rate, cost_moment, investment_moment.
    """

    def __init__(self, currency: str, discount_rate: float, **settings: str) -> None:
        self.case = {"currency": currency, **settings}
        self.case["discount_rate"] = {"value": discount_rate, "unit": "1/year", "source": "problem"}
        self.rows: dict[str, list[dict]] = {"regions": [{"region": "here", "latitude": 0, "longitude": 0}]}
        for table in ("carriers", "technologies", "assets", "plants", "trades", "demands"):
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
    ) -> None:
        """A plant that is the only one of its technology, with its ratios per amount of the reference carrier."""
        self._row("plants", plant=name, technology=name, region="here")
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

    def trade(self, name: str, carrier: str) -> None:
        """An import."""
        self._row("trades", trade=name, region="here", carrier=carrier, direction="import")

    def demand(self, name: str, carrier: str) -> None:
        """What must be delivered."""
        self._row("demands", demand=name, region="here", carrier=carrier)

    def _row(self, table: str, **cells: Number) -> None:
        self.rows[table].append({**cells, "source": "problem"})

    def write(self, folder: Path, profiles: Mapping[str, np.ndarray] | None = None, **scenario) -> Path:
        """Write the case and a scenario on it; returns the path of the scenario."""
        for table, rows in self.rows.items():
            frame = pd.DataFrame(rows)
            if table in ("technologies", "assets"):
                columns = ["technology" if table == "technologies" else "asset", "parameter", "value", "unit", "source"]
                frame = frame.reindex(columns=[*columns, "carrier", "period", "profile"])
                frame["period"] = frame["period"].astype("Int64")
            if not frame.empty and table in ("plants", "trades", "demands"):
                frame = frame.drop(columns="source")
            if not frame.empty:
                frame.to_csv(folder / f"{table}.csv", index=False)
        hours = {"time": pd.date_range("2030-01-01", periods=HOURS, freq="h"), **(profiles or {"flat": 1.0})}
        pd.DataFrame(hours).to_csv(folder / "hourly.csv", index=False)
        case = {"name": folder.name, "profiles": ["hourly.csv"], **self.case}
        (folder / "case.yaml").write_text(yaml.safe_dump(case))
        (folder / "scenarios").mkdir()
        path = folder / "scenarios" / "published.yaml"
        path.write_text(yaml.safe_dump({"case": folder.name} | scenario))
        return path
