"""Fixtures that the tests of policies share."""

from __future__ import annotations

import pytest
from small_case import write_small_case

import h2model


@pytest.fixture
def report(tmp_path):
    """A function that loads a small case with faults and returns the report of them."""

    def of(tables, policies, profiles=None, **scenario) -> str:
        with pytest.raises(h2model.InputError) as caught:
            h2model.load_case(write_small_case(tmp_path, tables, profiles, policies=policies, **scenario))
        return str(caught.value)

    return of
