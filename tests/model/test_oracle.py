"""Pyomo's own standard form as the oracle: every equation of the model, row by row."""

from __future__ import annotations

from oracle import assert_same_as_pyomo

import h2model


def test_the_compiled_model_equals_that_of_pyomo(everything):
    assert_same_as_pyomo(h2model.build(everything.isel(time=slice(0, 6))))


def test_the_compiled_model_equals_that_of_pyomo_with_steps_of_unequal_length(everything):
    data = everything.isel(time=slice(0, 5))
    data = data.assign(hours=("time", [6.0, 18.0, 24.0, 9.0, 15.0]), weight=("time", [50.0] * 5))
    assert_same_as_pyomo(h2model.build(data))
