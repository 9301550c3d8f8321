"""The pure functions of the case: finance, time steps, part-load curves, declarations."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import example, given
from hypothesis import strategies as st

from h2model.case import (
    Parameter,
    aggregate,
    annuity_factor,
    concave_segments,
    discount_factor,
    equal_steps,
    parse_resolution,
    present_value,
    years_represented,
)


class TestFinance:
    def test_annuity_pays_back_the_investment(self):
        payment = annuity_factor(0.07, 25)
        assert sum(payment / 1.07**year for year in range(1, 26)) == pytest.approx(1.0, rel=1e-12)

    def test_annuity_limits(self):
        assert annuity_factor(0.0, 20) == 0.05
        assert annuity_factor(0.05, np.inf) == 0.05
        assert annuity_factor(0.0, np.inf) == 0.0
        assert annuity_factor(1e-12, 20) == pytest.approx(0.05, rel=1e-10)

    def test_annuity_of_labelled_arrays(self):
        rate = xr.DataArray([0.05, 0.0], dims="asset", coords={"asset": ["a", "b"]})
        life = xr.DataArray([20.0, 10.0], dims="asset", coords={"asset": ["a", "b"]})
        factor = annuity_factor(rate, life)
        assert factor["asset"].to_numpy().tolist() == ["a", "b"]
        np.testing.assert_allclose(factor, [0.0802425872, 0.1])
        with pytest.raises(ValueError, match="exact"):
            annuity_factor(rate, life.isel(asset=[0]))

    def test_annuity_of_what_is_not_given_is_not_given(self):
        assert np.isnan(annuity_factor(np.nan, 20.0))

    @pytest.mark.parametrize(("rate", "life"), [(-0.01, 20), (0.05, 0), (0.05, -1)])
    def test_annuity_refuses(self, rate, life):
        with pytest.raises(ValueError, match="at least 0 and the lifetime above 0"):
            annuity_factor(rate, life)

    @example(rate=5e-324, life=1.5)
    @given(st.floats(0, 0.5), st.floats(1, 100))
    def test_annuity_is_at_least_interest_and_at_least_repayment(self, rate, life):
        assert annuity_factor(rate, life) >= max(rate, 1 / life) * (1 - 1e-9)

    def test_years_and_discounting(self):
        assert years_represented([2030, 2040, 2050]).tolist() == [10, 10, 10]
        assert years_represented([2030, 2035], last_period_years=20).tolist() == [5, 20]
        with pytest.raises(ValueError, match="do not rise"):
            years_represented([2030, 2030])
        assert discount_factor([2030, 2040], [10, 10], 0.0, 2025).tolist() == [1.0, 1.0]
        by_hand = (1.04**-5 + 1.04**-6) / 2
        assert discount_factor([2030], [2], 0.04, 2025)[0] == pytest.approx(by_hand, rel=1e-14)

    def test_present_value(self):
        assert present_value(10.0, 0.1, 3) == pytest.approx(10 / 1.1 + 10 / 1.21 + 10 / 1.331)
        assert present_value(10.0, 0.05, np.inf) == pytest.approx(200.0)


class TestSteps:
    @pytest.mark.parametrize(("text", "hours"), [("1h", 1), ("3h", 3), (" 24 h ", 24), ("8760h", 8760)])
    def test_resolutions(self, text, hours):
        assert parse_resolution(text) == hours
        assert equal_steps(hours).sum() == 8760

    @pytest.mark.parametrize("text", ["7h", "0h", "-3h", "1.5h", "h", "3", "9000h"])
    def test_resolutions_that_do_not_fit(self, text):
        with pytest.raises(ValueError, match=r"is not a resolution|no whole number of steps"):
            parse_resolution(text)

    def test_unequal_steps(self):
        values = np.array([[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]])
        expected = {"mean": [1, 2.5, 5], "min": [1, 2, 4], "max": [1, 3, 6], "sum": [1, 5, 15]}
        for rule, steps in expected.items():
            assert aggregate(values, [1, 2, 3], rule).tolist() == [steps]

    def test_steps_of_an_hour_are_a_copy(self):
        values = np.arange(3.0)
        steps = aggregate(values, [1, 1, 1], "max")
        steps[0] = 9
        assert values[0] == 0

    @pytest.mark.parametrize("hours", [[1, 1], [1.5, 1.5], [3, 0], [4]])
    def test_steps_must_cover_the_hours(self, hours):
        with pytest.raises(ValueError, match="whole hours that add up to the 3 hours given"):
            aggregate(np.arange(3.0), hours, "mean")

    def test_unknown_rule(self):
        with pytest.raises(ValueError, match="'median' is not one of mean, sum, min, max"):
            aggregate(np.arange(3.0), [3], "median")

    @given(st.lists(st.integers(1, 5), min_size=1, max_size=20), st.integers(0, 1000))
    def test_means_keep_the_sum_and_lie_between_the_extremes(self, hours, seed):
        values = np.random.default_rng(seed).normal(size=sum(hours))
        mean, low, high = (aggregate(values, hours, rule) for rule in ("mean", "min", "max"))
        assert mean @ np.array(hours) == pytest.approx(values.sum())
        assert np.all(low <= mean + 1e-12)
        assert np.all(mean <= high + 1e-12)


class TestPartLoad:
    @given(st.lists(st.floats(0.01, 0.99), max_size=4, unique=True), st.floats(0.1, 0.9), st.floats(0, 0.5))
    def test_segments_meet_the_points_of_a_concave_curve(self, loads, level, bend):
        load = np.array(sorted({*np.round(loads, 3), 1.0}))
        value = level - bend * level * load
        slopes, intercepts = concave_segments(load, value)
        reached = (slopes[:, None] * load + intercepts[:, None]).min(axis=0)
        np.testing.assert_allclose(reached, load * value, atol=1e-9)
        assert np.all(intercepts >= -1e-12)

    def test_points_may_come_in_any_order(self):
        np.testing.assert_allclose(concave_segments([1, 0.5], [0.6, 0.7])[0], [0.7, 0.5])

    def test_a_curve_that_rises_is_refused_with_the_reason(self):
        with pytest.raises(
            ValueError, match=r"from \(0, 0\) to \(0\.2, 0\.1\) the output rises by 0\.5 per input"
        ) as caught:
            concave_segments([0.2, 1.0], [0.5, 0.6])
        assert "from (0.2, 0.1) to (1, 0.6) by 0.625" in str(caught.value)
        assert "skip the point (0.2, 0.1)" in str(caught.value)


class TestDeclarations:
    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"dims": ("region",)}, "no table has parameters whose first dimension is region"),
            ({"dims": ("asset", "region")}, "are not possible"),
            ({"dims": ("carrier", "carrier")}, "are not possible"),
            ({"dims": ("plant", "time", "period")}, "time must be the last"),
            ({"aggregation": "median"}, "aggregation 'median' is not one of"),
            ({"default": "week", "choices": ("hour", "day")}, "default 'week' is not one of"),
            ({"default": -1.0}, "default -1.0 is not within"),
        ],
    )
    def test_contradictions_are_mistakes_in_code(self, changes, message):
        with pytest.raises(ValueError, match=message):
            Parameter(**{"name": "x", "dims": ("asset",), "unit": "1", "description": "x", **changes})

    def test_tables_by_first_dimension(self):
        tables = {dims: Parameter("x", dims, "1", "x").table for dims in ((), ("store",), ("trade",), ("carrier",))}
        assert list(tables.values()) == ["case.yaml", "technologies.csv", "assets.csv", "carriers.csv"]
