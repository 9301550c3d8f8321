"""The cube tells what it holds as the results of a run do."""

from __future__ import annotations

import pytest
from metadata import silences

from h2model import open_study
from h2model.errors import InputError


@pytest.mark.parametrize("name", ["grid", "morris"])
def test_everything_in_a_cube_says_what_it_is_and_in_which_unit(name, request):
    with open_study(request.getfixturevalue(name).folder) as cube:
        assert list(silences(cube)) == []


def test_results_of_several_runs_are_not_a_run(grid):
    with open_study(grid.folder, full=True) as results:
        for ask in (results.h2model.cost_breakdown, results.h2model.key_results):
            with pytest.raises(InputError, match="the Dataset: is not"):
                ask()


def test_all_results_of_all_runs_say_it_too(grid):
    with open_study(grid.folder, full=True) as results:
        assert list(silences(results)) == []
