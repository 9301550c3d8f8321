"""Checks that need the whole case: missing values, and reference carriers of plants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

import numpy as np
import xarray as xr

from h2model.case.assets import Assets, Entity
from h2model.case.cells import Cells
from h2model.case.declare import REQUIRED
from h2model.case.faults import Faults, listed
from h2model.case.provenance import UNKNOWN_ROW, Provenance
from h2model.case.tables import Row
from h2model.case.units import Units
from h2model.constants import ROUNDING
from h2model.errors import Fault


def check_missing(
    all_cells: Iterable[Cells],
    reported: Mapping[str, set[int]],
    assets: Assets,
    tables: Mapping[str, list[Row]],
    units: Units,
    faults: Faults,
) -> None:
    """Refuse required values missing from both tables and overrides; one fault per technology, asset or carrier.

    `reported` are the positions of entities, by parameter, whose values already have a fault.
    """
    faulty = {fault.where for fault in faults}
    for cells in all_cells:
        if cells.parameter.default is not REQUIRED:
            continue
        seen: set[str] = set()
        for position, entity in enumerate(cells.entities):
            blank = np.isnan(cells.value[position]) & (cells.row[position] == UNKNOWN_ROW)
            known = not entity.technology or entity.technology in assets.technologies
            subject = entity.technology or entity.name
            if not np.any(blank) or not known or subject in seen or position in reported[cells.parameter.name]:
                continue
            seen.add(subject)
            if not _has_faulty_row(cells.parameter.name, entity, tables, faulty):
                faults.append(_missing(cells, entity, blank, assets, tables, units))


def _has_faulty_row(name: str, entity: Entity, tables: Mapping[str, list[Row]], faulty: set[str]) -> bool:
    """Whether a row for the value exists and has a fault, which is then enough to report."""
    if entity.kind == "case":
        return any(where.startswith(f"case.yaml: {name}") for where in faulty)
    subjects = {
        "technologies.csv": ("technology", {entity.technology, ""}),
        "assets.csv": ("asset", {entity.name}),
        "carriers.csv": ("carrier", {entity.name}),
    }
    return any(
        row.where in faulty and row["parameter"] == name and row[column] in whose
        for table, (column, whose) in subjects.items()
        for row in tables[table]
    )


def _missing(
    cells: Cells, entity: Entity, blank: np.ndarray, assets: Assets, tables: Mapping[str, list[Row]], units: Units
) -> Fault:
    """The fault for one missing value: subject and labels, the row to add, and a similar name that has the value."""
    parameter = cells.parameter
    subject = entity.technology or entity.name
    if entity.kind == "case":
        remedy = f"add {parameter.name}: {{value: …, unit: {parameter.unit}, source: …}}; {parameter.description}"
        return Fault(parameter.table, f"{parameter.name} is missing", remedy)
    problem = f"{subject} has no {parameter.name}"
    if not np.all(blank):
        for axis, (dim, names) in enumerate(cells.labels.items()):
            positions = np.unique(np.argwhere(blank)[:, axis])
            problem += f" for {dim} {listed(names[position] for position in positions)}"
    column = "carrier" if entity.kind == "carrier" else "technology" if entity.technology else "asset"
    unit = units.target(parameter.unit, entity.carrier, storage=entity.holds_amount)
    value = f"value={' or '.join(parameter.choices)}" if parameter.choices else f"unit={unit}"
    remedy = f"add a row {column}={subject}, parameter={parameter.name}, {value}; {parameter.description}"
    if entity.kind == "carrier":
        others = [carrier.name for carrier in assets.carriers if carrier.name != entity.name]
        for near in get_close_matches(entity.name, others, n=1, cutoff=0.8):
            remedy += f" (or is it '{near}', misspelt?)"
    elif entity.technology:
        with_value = {row["technology"] for row in tables["technologies.csv"] if row["parameter"] == parameter.name}
        unused = with_value - {asset.technology for asset in assets.all} - {""}
        for near in get_close_matches(entity.technology, sorted(unused), n=1, cutoff=0.75):
            remedy += f" ('{near}' has one, but no asset uses it; is it misspelt?)"
    return Fault(parameter.table, problem, remedy)


def check_reference_ratio(data: xr.Dataset, provenance: Provenance) -> Iterable[Fault]:
    """Refuse plants unless they use or make 1 of their reference carrier, in which their capacity is counted."""
    if "input" not in data or "output" not in data:
        return
    carriers = data["carrier"].to_numpy().tolist()
    is_mode = data["plant_mode_of"].to_numpy() != ""
    for number, plant in enumerate(data["plant"].to_numpy()):
        if is_mode[number]:
            # Ratios of a mode are per amount of the reference carrier of its plant.
            continue
        reference = str(data["plant_carrier"].to_numpy()[number])
        position = carriers.index(reference)
        use, make = (data[name].to_numpy()[number, position] for name in ("input", "output"))
        if np.all((np.abs(use - 1.0) < ROUNDING) | (np.abs(make - 1.0) < ROUNDING)):
            continue
        technology = str(data["plant_technology"].to_numpy()[number])
        parameter = "input" if np.any(use != 0) else "output"
        ratio = float(np.ravel(use if parameter == "input" else make)[0])
        yield Fault(
            provenance.where(parameter, plant, carrier=reference),
            f"{technology} refers to {reference}, but its {parameter} of {reference} is {ratio:g} and not 1",
            f"give {technology} an input or output of 1 for {reference}, and the other carriers per unit of it",
        )
