"""Convert the tables of an OSeMOSYS model in `data/` to the tables of a case of h2model.

How each part is converted:

- A *technology* is a plant. Its activity is counted in the first of its fuels whose ratio is 1, its capacity in GW
  where 31.536 PJ a year come of one unit of it, else in PJ or Mt a year. Fuels that are no energy (land, water, sugar)
  are counted in Mt, one for each unit.
- A *mode* that only uses fuels is left out: surplus fuel may be dumped free of charge, and such a mode costs at least
  as much. No technology has more than one mode left.
- *CO2* is that of the carbon in fuels. OSeMOSYS counts it where a fuel comes from; here such a fuel is bought (a
  trade), and what burns it releases it. All fuel that is bought is burnt or dumped, so that both counts are the same.
  Technologies that become trades have no cost or limit but a variable cost and a largest capacity.
- Any *other emission* is a by-product that may be dumped free of charge.
- *Investments* are paid by annuities at the end of each year of life within the horizon, with the discount rate as
  interest rate: that is the overnight cost less the salvage value by a sinking fund. All other costs fall in the middle
  of their year.
- *Time slices* are steps, in a table of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from case_writer import HOURS, CaseWriter
from year_answers import DATA

import h2model

ENERGY_OF_A_GIGAWATT_YEAR = 31.536
UNLIMITED = 1e9
TABLES = (
    "activity_ratios", "capacity_factor", "demand_annual", "demand_profile", "emission_factors", "emission_years",
    "slices", "technologies", "technology_years", "variable_cost",
)  # fmt: skip


class OsemosysCase:
    """The tables of one model, and the case that is written of them.

    `materials` are the fuels that are counted in Mt, `money` the currency with its year, `carbon` the emission that is
    CO2.
    """

    def __init__(self, folder: str, money: str, discount_rate: float, materials: Iterable[str], carbon: str) -> None:
        self.tables = {name: pd.read_csv(DATA / folder / f"{name}.csv") for name in TABLES}
        self.money, self.carbon, self.rate = money, carbon, discount_rate
        self.unit_of = dict.fromkeys(self.tables["activity_ratios"]["fuel"], "PJ") | dict.fromkeys(materials, "Mt")
        self.years = sorted(self.tables["technology_years"]["year"].unique().tolist())
        self.case = CaseWriter(money, discount_rate, cost_moment="middle", investment_moment="end")
        self.profiles: dict[str, np.ndarray] = {}
        factors = self.tables["emission_factors"]
        self.fuel_of_source = self._outputs(factors.query("emission == @carbon")["technology"])
        self._carriers()
        for row in self.tables["technologies"].itertuples():
            self._technology(row)
        self._demands()

    def policies(self) -> dict:
        """Price and limit of CO2, where there are any; exogenous emissions take their part of the limit."""
        own = self.tables["emission_years"].query("emission == @self.carbon").set_index("year")
        limit = (own["limit"] - own["exogenous"]).dropna()
        found = {}
        if own["penalty"].any():
            found["carbon_price"] = {
                "penalty": {"price": {y: f"{p!r} {self.money}/t" for y, p in own["penalty"].to_dict().items()}}
            }
        if len(limit):
            found["emission_cap"] = {"limit": {"limit": {y: f"{v!r} Mt/year" for y, v in limit.to_dict().items()}}}
        return found

    def load(self, folder: Path, **policies: Mapping) -> xr.Dataset:
        """Write the case with a scenario of all years, and read it with the slices as steps."""
        hours = self.tables["slices"]["year_fraction"].values * HOURS
        steps = {"hours": hours, "weight": 1, **self.profiles}
        return h2model.load_case(
            self.case.write(folder, steps=steps, periods=self.years, policies=self.policies() | policies)
        )

    def _outputs(self, technologies: Iterable[str]) -> dict[str, str]:
        """The one fuel that each of these technologies makes."""
        ratios = self.tables["activity_ratios"]
        made = ratios[ratios["technology"].isin(set(technologies)) & (ratios["side"] == "output")]
        assert not made["technology"].duplicated().any()
        return dict(zip(made["technology"], made["fuel"], strict=True))

    def _carriers(self) -> None:
        content = {
            self.fuel_of_source[row.technology]: row.per_activity
            for row in self.tables["emission_factors"].itertuples()
            if row.emission == self.carbon
        }
        free = {"PJ": (0, f"{self.money}/MWh"), "Mt": (0, f"{self.money}/t")}
        for fuel, unit in self.unit_of.items():
            carbon = {"carbon_content": (content[fuel], f"Mt/{unit}")} if fuel in content else {}
            self.case.carrier(fuel, "MWh" if unit == "PJ" else "t", disposal_cost=free[unit], **carbon)
        emissions = self.tables["emission_factors"]["emission"].drop_duplicates()
        for emission in emissions[emissions != self.carbon]:
            self.unit_of[emission] = "Mt"
            self.case.carrier(emission, "t", disposal_cost=free["Mt"])

    def _technology(self, row) -> None:
        ratios = self._ratios(row.technology)
        if ratios is None:
            return
        costs = self._costs(row.technology, int(ratios["mode"].iloc[0]))
        if row.technology in self.fuel_of_source:
            self._source(row, costs)
            return
        reference = ratios[ratios["ratio"] == 1].sort_values("side", ascending=False)["fuel"].iloc[0]
        amount = self.unit_of[reference]
        self.case.plant(row.technology, reference)
        for ratio in ratios.itertuples():
            unit = f"{self.unit_of[ratio.fuel]}/{amount}"
            self.case.technology(row.technology, ratio.side, ratio.ratio, unit, carrier=ratio.fuel)
        for factor in self.tables["emission_factors"].query("technology == @row.technology").itertuples():
            unit = f"Mt/{amount}"
            self.case.technology(row.technology, "output", factor.per_activity, unit, carrier=factor.emission)
        self._over_years(row.technology, "variable_om_cost", costs, f"M{self.money}/{amount}")
        self._capacity(row, amount)
        self._availability(row.technology)

    def _ratios(self, technology: str) -> pd.DataFrame | None:
        """The ratios of the mode that makes something; None for a technology that does nothing."""
        own = self.tables["activity_ratios"].query("technology == @technology")
        making = own.groupby("mode").filter(lambda mode: (mode["side"] == "output").any())
        assert self.tables["variable_cost"]["cost_per_activity"].min() >= 0, "a mode that makes nothing may earn"
        assert len(set(making["mode"])) <= 1, f"{technology} has several modes"
        if making.empty:
            limits = self.tables["technology_years"].query("technology == @technology")
            assert not limits[["capital_cost", "residual_capacity", "min_capacity"]].fillna(0).any(axis=None)
            return None
        return making

    def _costs(self, technology: str, mode: int) -> pd.Series:
        """Variable cost of a mode by year."""
        own = self.tables["variable_cost"].query("technology == @technology and mode == @mode")
        if own["year"].eq("all").any():
            return pd.Series(float(own["cost_per_activity"].iloc[0]), self.years)
        return own.set_index(own["year"].astype(int))["cost_per_activity"].reindex(self.years, fill_value=0.0)

    def _source(self, row, costs: pd.Series) -> None:
        """A technology that brings a fuel with carbon: it is bought."""
        fuel, limits = self.fuel_of_source[row.technology], self._limits(row.technology)
        given = limits.drop(columns=["technology", "max_capacity"]).fillna(0.0)
        assert not given.any(axis=None), f"{row.technology} is more than a price"
        assert (row.fixed_cost, row.activity_per_capacity) == (0, 1), f"{row.technology} is more than a price"
        self.case.trade(row.technology, fuel)
        self._over_years(row.technology, "price", costs, f"M{self.money}/{self.unit_of[fuel]}", of_asset=True)
        self._over_years(
            row.technology, "maximum_rate", limits["max_capacity"], f"{self.unit_of[fuel]}/year", of_asset=True
        )

    def _limits(self, technology: str) -> pd.DataFrame:
        return self.tables["technology_years"].query("technology == @technology").set_index("year")

    def _capacity(self, row, amount: str) -> None:
        in_power = row.activity_per_capacity == ENERGY_OF_A_GIGAWATT_YEAR and amount == "PJ"
        assert in_power or row.activity_per_capacity == 1
        assert row.availability_factor == 1
        unit = "GW" if in_power else f"({amount}/year)"
        limits = self._limits(row.technology)
        self.case.technology(row.technology, "lifetime", row.life_a, "year")
        self.case.technology(row.technology, "interest_rate", self.rate, "1/year")
        self.case.technology(row.technology, "fixed_om_cost", row.fixed_cost, f"M{self.money}/{unit}/year")
        self._over_years(row.technology, "overnight_cost", limits["capital_cost"].fillna(0), f"M{self.money}/{unit}")
        for parameter, column, of in (
            ("existing_capacity", "residual_capacity", unit),
            ("minimum_capacity", "min_capacity", unit),
            ("maximum_capacity", "max_capacity", unit),
            ("minimum_new_capacity", "min_new_capacity", unit),
            ("maximum_new_capacity", "max_new_capacity", unit),
            ("minimum_annual_activity", "min_activity", f"{amount}/year"),
            ("maximum_annual_activity", "max_activity", f"{amount}/year"),
        ):
            self._over_years(row.technology, parameter, limits[column], of)

    def _over_years(self, name: str, parameter: str, values: pd.Series, unit: str, of_asset: bool = False) -> None:
        """A row for each year, or one for all if they are alike; an empty limit is none."""
        if values.isna().all():
            return
        blank = np.inf if parameter.startswith("maximum") else 0.0
        values = values.fillna(blank)
        values = values.where(values < UNLIMITED, np.inf)
        add = self.case.asset if of_asset else self.case.technology
        if len(set(values)) == 1:
            add(name, parameter, float(values.iloc[0]), unit)
            return
        for year, value in values.items():
            add(name, parameter, float(value), unit, period=int(year))

    def _availability(self, technology: str) -> None:
        own = self.tables["capacity_factor"].query("technology == @technology")
        if len(own):
            self._profile(technology, own.set_index("slice")["factor"])
            self.case.technology(technology, "availability", 1, "1", profile=technology)

    def _profile(self, name: str, by_slice: pd.Series) -> None:
        """A profile with a value for each slice."""
        values = by_slice.reindex(self.tables["slices"]["slice"]).values
        assert not np.isnan(values).any()
        self.profiles[name] = np.asarray(values)

    def _demands(self) -> None:
        slices = self.tables["slices"].set_index("slice")["year_fraction"]
        for fuel, own in self.tables["demand_annual"].groupby("fuel"):
            unit = f"{self.unit_of[fuel]}/year"
            self.case.demand(f"{fuel} demand", fuel)
            own = own.set_index("year")
            if own["unprofiled_annual_demand"].any():
                assert not own["profiled_demand"].any()
                for year, volume in own["unprofiled_annual_demand"].reindex(self.years, fill_value=0).items():
                    self.case.asset(f"{fuel} demand", "annual_volume", float(volume), unit, period=int(year))
                continue
            shape = self.tables["demand_profile"].query("fuel == @fuel").set_index("slice")["fraction_of_annual"]
            self._profile(fuel, shape / slices)
            for year, volume in own["profiled_demand"].reindex(self.years, fill_value=0).items():
                self.case.asset(f"{fuel} demand", "rate", float(volume), unit, period=int(year), profile=fuel)
