"""Cases that several tests share."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, settings

import h2model

# Continuous integration tries the same examples every time, without a time limit; elsewhere new ones are searched for.
settings.register_profile("server", derandomize=True, deadline=None)
if os.environ.get("CI"):
    settings.load_profile("server")
# For examples that take seconds. A failing one is not simplified, which would take minutes.
settings.register_profile(
    "few",
    max_examples=8 if os.environ.get("H2MODEL_TESTS") == "all" else 3,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)

EVERYTHING = Path(__file__).parent / "cases" / "everything"


def hourly_profiles() -> pd.DataFrame:
    """A year of made-up wind, load and price with days, seasons and chance in them."""
    rng = np.random.default_rng(7)
    hours = np.arange(8760)
    gusts = np.convolve(rng.normal(size=8760 + 35), np.ones(36) / 6, mode="valid")
    day, year = np.sin(2 * np.pi * (hours - 8) / 24), np.cos(2 * np.pi * hours / 8760)
    columns = {
        "time": pd.date_range("2030-01-01", periods=8760, freq="h"),
        "wind": np.clip(0.35 + 0.15 * year + 0.2 * gusts, 0, 1).round(4),
        "load": (1 + 0.2 * day + 0.2 * year).round(4),
        "price": (1 + 0.3 * day + 0.2 * year - 0.1 * gusts).clip(0).round(4),
    }
    return pd.DataFrame(columns)


@pytest.fixture(scope="session")
def everything_folder(tmp_path_factory) -> Path:
    """A copy of the case that has one of each kind, with its profiles written."""
    folder = tmp_path_factory.mktemp("inputs") / "everything"
    shutil.copytree(EVERYTHING, folder)
    (folder / "profiles").mkdir()
    hourly_profiles().to_csv(folder / "profiles" / "hourly.csv", index=False)
    return folder


@pytest.fixture(scope="session")
def everything(everything_folder):
    """The checked Dataset of that case, first week only: small enough to write out every row."""
    data = h2model.load_case(everything_folder / "scenarios" / "all.yaml")
    return data.isel(time=slice(0, 14))


@pytest.fixture(scope="session")
def small_year(everything):
    """The same week repeated over the year: a whole model that solves in a blink."""
    return everything.assign(weight=everything["weight"] * 8760 / (14 * 12))


@pytest.fixture(scope="session")
def house():
    """The script `benchmarks/house.py` as a module."""
    spec = importlib.util.spec_from_file_location("house", Path(__file__).parents[1] / "benchmarks" / "house.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
