"""A valley that needs 100 MW, for studies whose answers can be worked out by hand.

`clean` plants cost 1,000 EUR/kW and last ten years: 100,000 EUR per MW and year, and 11.4155 EUR/MWh. `gas_turbine`
stands there with 200 MW, makes 0.5 MWh of a MWh of gas at 5 EUR, and emits 0.4 t of fossil CO2 per MWh: 10 EUR/MWh.
So all power is from gas unless a cap forbids it, and a tonne saved costs 1.4155 / 0.4 = 3.5388 EUR.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from small_case import write_small_case

from h2model.progress import NullObserver
from h2model.studies.campaign import Campaign
from h2model.studies.prepare import campaign_of
from h2model.studies.worker import Worker

HOURS = 8760
DEMAND = 100.0
"""MW in every hour."""
CLEAN = 100_000 * DEMAND
"""EUR per year if all is clean."""
DIRTY = 10 * DEMAND * HOURS
"""EUR per year if all is from gas."""
EMISSIONS = 0.4 * DEMAND * HOURS
"""t per year if all is from gas."""
SAVING = (100_000 / HOURS - 10) / 0.4
"""EUR for a tonne less."""

VALLEY = {
    "regions": "here,59,9,the valley\nthere,60,9,the hills",
    "carriers": "electricity,unit,,MWh,\ngas,unit,,MWh,\ngas,carbon_content,fossil,0.2,t/MWh",
    "technologies": """
        clean,reference,electricity,,,,
        clean,output,electricity,,1,,MWh/MWh
        clean,overnight_cost,,,1000,,EUR2025/kW
        clean,lifetime,,,10,,year
        clean,interest_rate,,,0,,1/year
        gas_turbine,reference,electricity,,,,
        gas_turbine,output,electricity,,1,,MWh/MWh
        gas_turbine,input,gas,,2,,MWh/MWh
        gas_turbine,maximum_new_capacity,,,0,,MW
    """,
    "plants": "clean_here,clean,here\nturbine,gas_turbine,here",
    "trades": "gas_import,here,gas,import",
    "demands": "town,here,electricity",
    "assets": f"""
        turbine,existing_capacity,,,200,,MW
        gas_import,price,,,5,,EUR2025/MWh
        town,rate,,,{DEMAND},,MW
    """,
}
CAP = {"emission_cap": {"all": {"limit": {2030: "100 kt/year"}}}}
LIMIT = "policies.emission_cap.all.limit.2030"
COST = "technologies.clean.overnight_cost"
PRICE = "assets.gas_import.price"


def write_valley(folder: Path, tables: Mapping[str, str] | None = None, profiles=None, **scenario) -> Path:
    """Write the case, with some of its tables replaced; returns the path of its scenario, which has a cap."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = {"policies": CAP, "last_period_years": 1} | scenario
    return write_small_case(folder, {**VALLEY, **(tables or {})}, profiles, **settings)


def with_rows(table: str, *rows: str) -> dict[str, str]:
    """One table of the case with further rows."""
    return {table: VALLEY[table] + "\n" + "\n".join(rows)}


def write_study(path: Path, scenario: Path | str, axes: Mapping[str, Any] | None = None, **rest: Any) -> Path:
    """Write a study file; returns its path."""
    content = {"scenario": str(scenario), **({"axes": dict(axes)} if axes else {}), **rest}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    return path


class Notes(NullObserver):
    """An observer that keeps the notes and counts it receives."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.counts: list[tuple[int, int]] = []

    def note(self, text: str) -> None:
        self.notes.append(text)

    def count(self, done: int, total: int) -> None:
        self.counts.append((done, total))


def make_campaign(folder: Path, scenario: Path, axes: Mapping[str, Any] | None = None, **rest: Any) -> Campaign:
    """The campaign of a study that is written beside it, in `folder`/campaign."""
    study = write_study(folder / "trial.yaml", scenario, axes, **rest)
    return campaign_of(study, folder / "campaign")


def do_runs(campaign: Campaign, runs: Sequence[int] | None = None) -> None:
    """Do runs here, in this process."""
    worker = Worker(campaign)
    for run in range(len(campaign)) if runs is None else runs:
        worker.run(run)


def copy_of(campaign: Campaign, folder: Path) -> Campaign:
    """The same campaign in a folder of its own, where it may be changed."""
    shutil.copytree(campaign.folder, folder / "campaign")
    return replace(campaign, folder=folder / "campaign")
