"""Cases of two days of hours, for what is shown of segments and of certified plans."""

from __future__ import annotations

import pytest
from segment_cases import two_days, works

import h2model


@pytest.fixture(scope="module")
def hourly_cases(everything_folder, tmp_path_factory):
    """The case that has one of each kind, and a works where hours matter most."""
    everything = h2model.load_case(everything_folder / "scenarios" / "all.yaml", {"time.resolution": "1h"})
    return {"everything": two_days(everything), "works": works(tmp_path_factory.mktemp("works"))}
