"""Sensitivity indices of functions whose indices are known."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pytest
import xarray as xr

from h2model.errors import InputError
from h2model.studies.designs import Morris, Sobol
from h2model.studies.ranges import Range
from h2model.studies.sampling import indices, runs_of_a_block, unit_sample

NAMES = ("one", "two", "three")
ANGLE = Range.model_validate({"from": -np.pi, "to": np.pi})


def over_runs(values, name="result", **attrs) -> xr.DataArray:
    return xr.DataArray(values, dims=("run",), name=name, attrs=attrs)


def ishigami(sample: np.ndarray) -> np.ndarray:
    """sin x₁ + 7 sin² x₂ + 0.1 x₃⁴ sin x₁, each x uniform between −π and π."""
    one, two, three = (ANGLE.quantiles(shares) for shares in sample.T)
    return np.sin(one) + 7 * np.sin(two) ** 2 + 0.1 * three**4 * np.sin(one)


@pytest.fixture(scope="module")
def found() -> xr.Dataset:
    """The indices of Ishigami's function."""
    design = Sobol(samples=1024, second_order=True)
    sample = unit_sample(design, NAMES)
    return indices(design, sample, NAMES, over_runs(ishigami(sample)))


MORRIS = Morris(trajectories=6, levels=4, seed=2)


@pytest.fixture(scope="module")
def sample() -> np.ndarray:
    """Six trajectories."""
    return unit_sample(MORRIS, NAMES)


class TestSobol:
    """Variance of Ishigami's function: V₁ = (1 + bπ⁴/5)² / 2, V₂ = a²/8, V₁₃ = 8 b² π⁸ / 225."""

    VARIANCES: ClassVar = {
        "one": (1 + 0.1 * np.pi**4 / 5) ** 2 / 2,
        "two": 49 / 8,
        "one and three": 8 * 0.01 * np.pi**8 / 225,
    }

    def test_known_shares_are_those_of_the_literature(self):
        whole = sum(self.VARIANCES.values())
        assert [share / whole for share in self.VARIANCES.values()] == pytest.approx([0.3139, 0.4424, 0.2437], abs=5e-5)

    @pytest.mark.parametrize(
        ("kind", "known"), [("first_order", (0.3139, 0.4424, 0.0)), ("total_order", (0.5576, 0.4424, 0.2437))]
    )
    def test_indices_are_known_within_their_confidence(self, found, kind, known):
        error = np.abs(found[kind].values - known)
        assert (error <= 1.5 * found[f"{kind}_confidence"].values).all()
        assert (error < 0.03).all()
        assert (found[f"{kind}_confidence"] > 0).all()
        assert found["axis"].values.tolist() == list(NAMES)

    def test_second_order_belongs_to_the_first_and_third(self, found):
        pairs = found["second_order"]
        assert pairs.dims == ("axis", "other_axis")
        assert pairs.sel(axis="one", other_axis="three").item() == pytest.approx(0.2437, abs=0.05)
        assert pairs.sel(axis="one", other_axis="two").item() == pytest.approx(0, abs=0.05)
        assert pairs.sel(axis="two", other_axis="three").item() == pytest.approx(0, abs=0.05)

    def test_a_constant_result_has_shares_of_zero(self):
        design = Sobol(samples=8, second_order=True)
        sample = unit_sample(design, NAMES)
        found = indices(design, sample, NAMES, over_runs(np.full(len(sample), 3.0)))
        assert set(found.data_vars) == {
            f"{order}_order{suffix}" for order in ("first", "total", "second") for suffix in ("", "_confidence")
        }
        assert all((array == 0).all() for array in found.data_vars.values())

    def test_without_second_order_the_indices_are_omitted(self):
        design = Sobol(samples=64)
        sample = unit_sample(design, NAMES)
        assert len(sample) == 64 * runs_of_a_block(design, 3) == 64 * 5
        assert "second_order" not in indices(design, sample, NAMES, over_runs(ishigami(sample)))

    def test_a_block_without_all_results_is_left_out(self):
        design = Sobol(samples=256)
        sample = unit_sample(design, NAMES)
        values = ishigami(sample)
        whole = indices(design, sample, NAMES, over_runs(values))
        values[[7, 203 * 5 + 4]] = np.nan, np.inf
        found = indices(design, sample, NAMES, over_runs(values))
        assert (whole.attrs["runs_left_out"], found.attrs["runs_left_out"]) == (0, 10)
        np.testing.assert_allclose(found["total_order"], whole["total_order"], atol=0.02)
        assert (found["total_order"] != whole["total_order"]).all()


class TestMorris:
    """3 + 2 x₁ − 5 x₂ has the effects 2, −5 and 0 wherever one looks."""

    @staticmethod
    def linear(sample):
        return 3 + 2 * sample[:, 0] - 5 * sample[:, 1]

    def test_effects_of_a_linear_function_are_exact(self, sample):
        found = indices(MORRIS, sample, NAMES, over_runs(self.linear(sample), "cost", units="EUR"))
        np.testing.assert_allclose(found["mean_effect"], [2, -5, 0], atol=1e-12)
        np.testing.assert_allclose(found["mean_absolute_effect"], [2, 5, 0], atol=1e-12)
        np.testing.assert_allclose(found["deviation_of_effects"], 0, atol=1e-12)
        np.testing.assert_allclose(found["mean_absolute_effect_confidence"], 0, atol=1e-12)
        assert found.attrs == {"of": "cost", "units": "EUR", "runs_left_out": 0}

    def test_a_curve_has_effects_that_deviate(self, sample):
        found = indices(MORRIS, sample, NAMES, over_runs(sample[:, 0] * sample[:, 1]))
        assert found["deviation_of_effects"].sel(axis="one").item() > 0.1
        assert found["deviation_of_effects"].sel(axis="three").item() == 0

    def test_a_trajectory_without_all_results_is_left_out(self, sample):
        values = self.linear(sample)
        values[5] = np.nan
        found = indices(MORRIS, sample, NAMES, over_runs(values))
        assert found.attrs["runs_left_out"] == 4
        np.testing.assert_allclose(found["mean_effect"], [2, -5, 0], atol=1e-12)

    def test_too_few_trajectories_are_no_basis(self, sample):
        values = self.linear(sample)
        values[:20] = np.nan
        with pytest.raises(InputError, match="only 1 of 6 trajectories are complete → run the missing runs"):
            indices(MORRIS, sample, NAMES, over_runs(values))

    def test_other_dimensions_are_kept(self, sample):
        slopes = xr.DataArray([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], {"period": [2030, 2040]}, ("period", "asset"))
        values = xr.DataArray(self.linear(sample), dims="run") * slopes
        found = indices(MORRIS, sample, NAMES, values.transpose("period", "run", "asset").rename("cost"))
        assert found["mean_effect"].dims == ("axis", "period", "asset")
        np.testing.assert_allclose(found["mean_effect"].sel(axis="two"), -5 * slopes, atol=1e-11)
        assert found["period"].values.tolist() == [2030, 2040]
        assert "asset" not in found.coords

    def test_a_value_missing_in_all_runs_does_not_make_runs_incomplete(self, sample):
        """Such as the price of a cap in a period without one."""
        values = np.stack([self.linear(sample), np.full(len(sample), np.nan)], axis=-1)
        given = xr.DataArray(values, {"period": [2030, 2040]}, ("run", "period"), name="price")
        found = indices(MORRIS, sample, NAMES, given)
        assert found.attrs["runs_left_out"] == 0
        assert np.isfinite(found["mean_effect"].sel(period=2030)).all()
        assert np.isnan(found["mean_effect"].sel(period=2040)).all()
