"""Rows of the long tables become entries: parameter, subject, labels, number and unit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import isinf

from h2model.case.assets import STRUCTURAL_TECHNOLOGY_ROW, Assets, Entity
from h2model.case.declare import ASSET_DIMS, ORIGINS, Parameter
from h2model.case.faults import Faults, did_you_mean, listed
from h2model.case.tables import Row, parse_number

EVERY_TECHNOLOGY, ONE_TECHNOLOGY, ONE_NAME = 0, 1, 2


@dataclass(frozen=True)
class Entry:
    """One row of a long table, read. `positions` point along the first dimension of the parameter.

    `level` is the specificity of the subject: every technology, one technology, or one name (asset, carrier, case).
    """

    parameter: Parameter
    level: int
    subject: str
    positions: tuple[int, ...]
    carrier: str
    origin: str
    period: int | None
    number: float
    unit: str
    profile: str
    where: str
    text: str

    @property
    def key(self) -> tuple:
        """The identity of the value; two rows with the same key are duplicates."""
        return self.level, self.subject, self.carrier, self.origin, self.period

    @property
    def labels(self) -> dict[str, list | None]:
        """The label of each dimension after the first one; None for all labels."""
        return {
            "carrier": [self.carrier] if self.carrier else None,
            "origin": [self.origin] if self.origin else None,
            "period": None if self.period is None else [self.period],
        }


class EntryReader:
    """Reads rows of technologies.csv, assets.csv, carriers.csv and case.yaml against the declarations."""

    def __init__(
        self,
        parameters: Mapping[str, Parameter],
        assets: Assets,
        profiles: Iterable[str],
        faults: Faults,
    ) -> None:
        self.parameters, self.assets, self.faults = parameters, assets, faults
        self.profiles = tuple(profiles)
        self.carriers = tuple(carrier.name for carrier in assets.carriers)
        self._entities: dict[str, list[Entity]] = {
            name: assets.with_parameter(parameter) for name, parameter in parameters.items()
        }

    def technologies(self, rows: Iterable[Row]) -> list[Entry]:
        """Return the entries of technologies.csv, for all assets of each technology."""
        rows = (row for row in rows if row["parameter"] != STRUCTURAL_TECHNOLOGY_ROW)
        return self._read(rows, ASSET_DIMS, self._subject)

    def named_assets(self, rows: Iterable[Row]) -> list[Entry]:
        """Return the entries of assets.csv."""
        return self._read(rows, (*ASSET_DIMS, "trade", "demand"), self._subject)

    def carrier_rows(self, rows: Iterable[Row]) -> list[Entry]:
        """Return the entries of carriers.csv."""
        number = {carrier: position for position, carrier in enumerate(self.carriers)}
        return self._read(
            rows, ("carrier",), lambda row, parameter: (ONE_NAME, row["carrier"], (number[row["carrier"]],))
        )

    def scalars(self, rows: Iterable[Row]) -> list[Entry]:
        """Return the entries of case.yaml."""
        return self._read(rows, ("",), lambda row, parameter: (ONE_NAME, "case", (0,)))

    def _read(
        self,
        rows: Iterable[Row],
        first_dims: tuple[str, ...],
        subject_of: Callable[[Row, Parameter], tuple[int, str, tuple[int, ...]] | None],
    ) -> list[Entry]:
        known = {name: p for name, p in self.parameters.items() if (p.dims or ("",))[0] in first_dims}
        entries = []
        for row in rows:
            name = row["parameter"]
            parameter = known.get(name)
            if parameter is None and name in self.parameters:
                problem = f"the parameter '{name}' does not belong in {row.table}"
                self.faults.add(row.where, problem, f"give it in {self.parameters[name].table}")
                continue
            if parameter is None:
                known_names = [*known, STRUCTURAL_TECHNOLOGY_ROW] if row.table == "technologies.csv" else known
                self.faults.add(row.where, f"the parameter '{name}' is unknown", did_you_mean(name, known_names))
                continue
            before = len(self.faults)
            subject = subject_of(row, parameter)
            positions = subject[2] if subject else ()
            labels = self._labels(row, parameter, positions)
            number = self._number(row, parameter)
            self._unit_source_profile(row, parameter)
            if len(self.faults) == before and subject is not None and number is not None:
                carrier, origin, period = labels
                unit = "" if parameter.choices or row["unit"] == "1" else row["unit"]
                value = f"{row['value']} {unit}".strip()
                entries.append(
                    Entry(
                        parameter, subject[0], subject[1], positions, carrier, origin, period, number,
                        row["unit"], row["profile"], row.where, value,
                    )
                )  # fmt: skip
        return entries

    def _subject(self, row: Row, parameter: Parameter) -> tuple[int, str, tuple[int, ...]] | None:
        """Level, name and positions of a technology or an asset; None, with a fault, if it is wrong."""
        of_technology = row.table == "technologies.csv"
        name = row["technology" if of_technology else "asset"]
        entities = self._entities[parameter.name]
        if of_technology and not name:
            return EVERY_TECHNOLOGY, "", tuple(range(len(entities)))
        positions = tuple(i for i, e in enumerate(entities) if name == (e.technology if of_technology else e.name))
        if positions:
            return ONE_TECHNOLOGY if of_technology else ONE_NAME, name, positions
        named = self.assets.named()
        kinds = {
            f"mode of {e.mode_of}, which has the capacity" if e.mode_of else e.kind.replace("_", " ")
            for e in named
            if name == (e.technology if of_technology else e.name)
        }
        if of_technology and not kinds:
            # check_idle checks the rows of technologies that no asset uses.
            return ONE_TECHNOLOGY, name, ()
        if kinds:
            owner = parameter.dims[0]
            article = "an" if owner == "asset" else "a"
            problem = f"{parameter.name} belongs to {article} {owner}, but {name} is a {listed(sorted(kinds))}"
            self.faults.add(row.where, problem, "remove the row, or move it to its owner")
        else:
            self.faults.add(row.where, f"the asset '{name}' is unknown", did_you_mean(name, (e.name for e in named)))
        return None

    def _labels(self, row: Row, parameter: Parameter, positions: tuple[int, ...]) -> tuple[str, str, int | None]:
        """Carrier, origin and period of a row, for the dimensions of the parameter."""
        carrier, origin, period = self._carrier_label(row, parameter, positions), row["origin"], row["period"]
        if "origin" in parameter.label_dims and origin not in ORIGINS:
            problem = f"the origin '{origin}' is unknown" if origin else f"{parameter.name} needs an origin"
            self.faults.add(row.where, problem, did_you_mean(origin, ORIGINS))
        if origin and "origin" not in parameter.label_dims:
            self.faults.add(row.where, f"{parameter.name} has no origin", "leave the cell 'origin' empty")
        if period and "period" not in parameter.label_dims:
            self.faults.add(row.where, f"{parameter.name} has no period", "leave the cell 'period' empty")
        elif period and not (period.isdecimal() and len(period) == 4):
            self.faults.add(row.where, f"the period '{period}' is not a year", "write a year such as 2030")
        elif period:
            return carrier, origin, int(period)
        return carrier, origin, None

    def _carrier_label(self, row: Row, parameter: Parameter, positions: tuple[int, ...]) -> str:
        carrier = row["carrier"]
        if parameter.dims[:1] in (("carrier",), ()):
            return ""
        if carrier and carrier not in self.carriers:
            self.faults.add(row.where, f"the carrier '{carrier}' is unknown", did_you_mean(carrier, self.carriers))
        elif "carrier" in parameter.label_dims:
            if not carrier:
                self.faults.add(row.where, f"{parameter.name} needs a carrier", "fill in the cell 'carrier'")
            return carrier
        elif carrier:
            entities = self._entities[parameter.name]
            others = {entities[i].carrier for i in positions} - {carrier, ""}
            if others:
                problem = f"names {carrier}, but {parameter.name} refers to {listed(sorted(others))}"
                self.faults.add(row.where, problem, "name the reference carrier or leave the cell 'carrier' empty")
        return ""

    def _number(self, row: Row, parameter: Parameter) -> float | None:
        """The value of a row; for a choice its position among the choices."""
        text = row["value"]
        if not text:
            self.faults.add(row.where, f"{parameter.name} has an empty value", "fill in the cell 'value'")
            return None
        if parameter.choices:
            if text in parameter.choices:
                return float(parameter.choices.index(text))
            problem = f"{parameter.name} is '{text}'"
            self.faults.add(row.where, problem, f"use one of: {listed(parameter.choices)}")
            return None
        try:
            number = parse_number(text)
        except ValueError as error:
            self.faults.add(row.where, f"{parameter.name}: {error}", "write a number")
            return None
        if row["profile"] and isinf(number):
            self.faults.add(row.where, f"{parameter.name} is {text} times a profile", "write a finite number")
        return number

    def _unit_source_profile(self, row: Row, parameter: Parameter) -> None:
        if not parameter.choices:
            if not row["unit"]:
                self.faults.add(row.where, f"{parameter.name} has no unit", "fill in the unit; 1 if it has none")
            if not row["source"]:
                self.faults.add(
                    row.where, f"{parameter.name} has no source", "add the source, or write that it is an assumption"
                )
        profile = row["profile"]
        if profile and not parameter.varies_in_time:
            self.faults.add(row.where, f"{parameter.name} does not vary in time", "leave the cell 'profile' empty")
        elif profile and profile not in self.profiles:
            self.faults.add(row.where, f"the profile '{profile}' is unknown", did_you_mean(profile, self.profiles))
