"""Eleven ways to get the case of Grenland wrong: one clear report, exit code 2, and no run folder."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from h2model import cli

INPUTS = Path(__file__).parents[1] / "inputs"
SCENARIO = "scenarios/climate_positive.yaml"

# File, pattern to replace (once), new text, the report: where, what, remedy.
MISTAKES = {
    "unknown key": (
        SCENARIO,
        "time:",
        "tyme:",
        ["climate_positive.yaml, line 7: tyme", "not a known key", "did you mean"],
    ),
    "misspelt technology": (
        "plants/heat.csv",
        "electric_boiler_heroya,electric_boiler,",
        "electric_boiler_heroya,electric_boyler,",
        ["plants/heat.csv, row 3", "the technology 'electric_boyler' is unknown", "did you mean 'electric_boiler'?"],
    ),
    "missing efficiency": (
        "technologies/power.csv",
        r"battery,charge_efficiency,.*\n",
        "",
        ["technologies.csv", "battery has no charge_efficiency", "add a row technology=battery"],
    ),
    "wrong unit": (
        "technologies/power.csv",
        r"(battery,overnight_cost,,2030,[^,]*,,)EUR2025/kWh",
        r"\1EUR2025/kW",
        [
            "technologies/power.csv, row",
            "'EUR2025/kW' does not measure the same quantity as EUR2025/MWh",
            "kW and energy such as kWh",
        ],
    ),
    "negative lifetime": (
        "technologies/ammonia.csv",
        r"(gas_reformer,lifetime,,,)30",
        r"\g<1>-30",
        ["technologies/ammonia.csv, row 9", "lifetime of gas_reformer_heroya is -30 year", "below the lower bound"],
    ),
    "a profile of 8,759 hours": (
        "profiles/normal.csv",
        r"[^\n]*\n\Z",
        "",
        ["profiles/normal.csv", "has 8,759 hours, a year has 8,760", "give every hour of one year"],
    ),
    "not a number": (
        "assets/cement.csv",
        r"(coal_import_brevik,price,,2030,)[^,]*",
        r"\1NaN",
        ["assets/cement.csv, row", "'NaN'", "is not a number"],
    ),
    "a row twice": (
        "technologies/ammonia.csv",
        r"(gas_reformer,lifetime,[^\n]*\n)",
        r"\1\1",
        [
            "technologies/ammonia.csv, row 10",
            "lifetime a second time, after technologies/ammonia.csv, row 9",
            "keep one of the two rows",
        ],
    ),
    "unknown region": (
        "plants/heat.csv",
        "gas_boiler_heroya,gas_boiler,heroya",
        "gas_boiler_heroya,gas_boiler,herøya",
        ["plants/heat.csv, row 2", "the region 'herøya' is unknown", "did you mean 'heroya'?"],
    ),
    "carbon from nowhere": (
        "technologies/ammonia.csv",
        r"(gas_reformer,output,process_co2,,)0\.255",
        r"\g<1>0.355",
        [
            "technologies/ammonia.csv, row 5",
            "outputs of gas_reformer_heroya hold more carbon than its inputs",
            "lower the output",
        ],
    ),
    "currency without a rate": (
        "technologies/ammonia.csv",
        r"(gas_reformer,overnight_cost,,,[^,]*,,)EUR2025/MW",
        r"\1SEK2021/MW",
        ["technologies/ammonia.csv, row 7", "SEK2021", "exchange"],
    ),
}


@pytest.fixture
def grenland(tmp_path, monkeypatch) -> Path:
    """A copy of the case in an empty working directory."""
    shutil.copytree(INPUTS / "grenland", tmp_path / "inputs" / "grenland")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "inputs" / "grenland"


def spoil(folder: Path, mistake: str) -> list[str]:
    file, pattern, new, words = MISTAKES[mistake]
    text = (folder / file).read_text(encoding="utf-8")
    spoilt, count = re.subn(pattern, new, text, count=1)
    assert count == 1, f"{file} has no {pattern}"
    (folder / file).write_text(spoilt, encoding="utf-8")
    return words


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_bad_input_is_reported_and_leaves_no_run_folder(mistake, grenland):
    words = spoil(grenland, mistake)
    ended = CliRunner().invoke(cli.app, ["run", "climate_positive"])
    assert ended.exit_code == 2
    assert all(word in ended.stderr for word in words), ended.stderr
    assert "Traceback" not in ended.stderr
    assert not Path("runs").exists()


def test_all_faults_come_in_one_report(grenland):
    together = ("wrong unit", "negative lifetime", "missing efficiency", "currency without a rate", "unknown region")
    words = [word for mistake in together for word in spoil(grenland, mistake)]
    ended = CliRunner().invoke(cli.app, ["check", "climate_positive"])
    assert ended.exit_code == 2
    assert "5 faults in the inputs" in ended.stderr
    assert all(word in ended.stderr for word in words), ended.stderr
