"""Steps that a case brings itself: how they are read, and what is said of those that cannot be used."""

from __future__ import annotations

import numpy as np
import pytest

import h2model
from h2model.case.faults import Faults
from h2model.case.step_table import read_step_table
from h2model.errors import InputError

GOOD = """step,hours,weight,sequence,wind,note
a,12,200,winter,0.8,
b,12,200,winter,0.6,windy
c,24,165,summer,0.2,
"""


def read(folder, text: str):
    """The steps of a table, and its faults as text."""
    (folder / "days.csv").write_text(text)
    faults = Faults()
    return read_step_table(folder, "days.csv", faults), [str(fault) for fault in faults]


def test_reads_steps_sequences_and_profiles(tmp_path):
    steps, faults = read(tmp_path, GOOD)
    assert not faults
    assert steps.hours.tolist() == [12, 12, 24]
    assert steps.weight.tolist() == [200, 200, 165]
    assert steps.sequence.tolist() == [0, 0, 1]
    assert list(steps.profiles.series) == ["wind"]
    assert steps.profiles.mean("wind") == pytest.approx((0.7 * 200 * 24 + 0.2 * 165 * 24) / 8760)
    assert steps.profiles.in_steps("wind", steps.hours, "mean").tolist() == [0.8, 0.6, 0.2]
    assert steps.profiles.in_steps("wind", steps.hours, "sum") == pytest.approx([9.6, 7.2, 4.8])
    assert np.diff(steps.timestamps).astype("timedelta64[h]").astype(int).tolist() == [12, 12]


def test_without_sequences_all_steps_follow_each_other(tmp_path):
    steps, faults = read(tmp_path, "hours,weight\n4380,1\n4380,1\n")
    assert not faults
    assert steps.sequence.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hours,wind\n8760,1\n", "days.csv, row 1: columns are missing: weight"),
        ("hours,weight,wind,wind\n8760,1,1,1\n", "give every column its own name"),
        ("hours,weight\n", "days.csv: has no steps"),
        ("", "days.csv: is empty"),
        ("hours,weight\n8760\n", "days.csv, row 2: has 1 cells where the header has 2"),
        ("hours,weight\nlong,1\n", "days.csv, row 2: column 'hours': 'long' is not a finite number"),
        ("hours,weight,wind\n8760,1,\n", "days.csv, row 2: column 'wind': the cell is empty"),
        ("hours,weight,wind\n8760,1,inf\n", "'inf' is not a finite number"),
        ("hours,weight\n8760,1\n0,1\n", "days.csv, row 3: column 'hours': 0 is not above zero"),
        ("hours,weight\n24,365\n24,-1\n", "row 3: column 'weight': -1 is not above zero"),
        ("hours,weight\n24,366\n", "represent 8,784 hours .*multiply every weight by 0.9972677596"),
        (
            "hours,weight,sequence\n24,100,a\n24,100,b\n24,165,a\n",
            "days.csv, row 4: the sequence 'a' continues here after other sequences → put its steps together",
        ),
    ],
)  # fmt: skip
def test_refuses(tmp_path, text, message):
    steps, faults = read(tmp_path, text)
    assert steps is None
    assert len(faults) == 1
    with pytest.raises(AssertionError, match=message):
        raise AssertionError(faults[0])


def test_all_bad_cells_are_reported_at_once(tmp_path):
    _, faults = read(tmp_path, "hours,weight,wind\nx,1,y\n8760,,1\n")
    assert len(faults) == 3


def test_a_table_that_is_not_there(tmp_path):
    faults = Faults()
    assert read_step_table(tmp_path, "days.csv", faults) is None
    assert str(faults[0]).startswith("scenario: time.steps: cannot find 'days.csv'")


def test_a_step_table_excludes_other_settings_of_steps(tmp_path):
    scenario = tmp_path / "days.yaml"
    scenario.write_text("case: any\nperiods: [2030]\ntime: {steps: days.csv, resolution: 3h, segments: 400}\n")
    with pytest.raises(InputError, match="defines all steps; remove resolution and segments"):
        h2model.read_scenario(scenario)
