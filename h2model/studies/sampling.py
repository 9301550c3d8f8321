"""Samples of uncertain numbers, and what the results say about them; both by SALib.

All samples are drawn in the unit cube and turned into values by the quantiles of each axis (`Range.quantiles`). The
indices are computed in the unit cube too, so an effect of Morris is the change of a result from one end of the
distribution of an axis to the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from h2model.errors import Fault, InputError
from h2model.studies.definition import LatinHypercube, Morris, Sobol

RESAMPLES = 1000
CONFIDENCE = 0.95


def problem_of(names: Sequence[str]) -> dict[str, Any]:
    """The unit cube as SALib wants it."""
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def unit_sample(design: LatinHypercube | Sobol | Morris, names: Sequence[str]) -> np.ndarray:
    """The points of a design in the unit cube, an array (run, axis)."""
    from SALib.sample import latin, morris, sobol

    problem = problem_of(names)
    if isinstance(design, Morris):
        return morris.sample(problem, design.trajectories, num_levels=design.levels, seed=design.seed)
    if isinstance(design, Sobol):
        return sobol.sample(problem, design.samples, calc_second_order=design.second_order, seed=design.seed)
    return latin.sample(problem, design.samples, seed=design.seed)


def size_of_sample(design: LatinHypercube | Sobol | Morris, axes: int) -> int:
    """How many runs a design has."""
    if isinstance(design, LatinHypercube):
        return design.samples
    blocks = design.trajectories if isinstance(design, Morris) else design.samples
    return blocks * runs_of_a_block(design, axes)


def runs_of_a_block(design: Sobol | Morris, axes: int) -> int:
    """How many runs belong together: a block with a run that failed is left out of the indices."""
    if isinstance(design, Morris):
        return axes + 1
    return 2 * axes + 2 if design.second_order else axes + 2


def indices(design: Sobol | Morris, sample: np.ndarray, names: Sequence[str], values: xr.DataArray) -> xr.Dataset:
    """Sensitivity indices of every value that depends on `run`, with 95 % confidence intervals.

    Parameters
    ----------
    design, sample, names
        How the runs were drawn: `sample` is an array (run, axis) in the unit cube.
    values
        Results with the dimension `run`, NaN for a run without result. Other dimensions are kept.

    Returns
    -------
    Dataset over `axis` (and the other dimensions of `values`), with half-widths of confidence as `…_confidence`.
    Morris: `mean_effect`, `mean_absolute_effect` (mu*), `deviation_of_effects` (sigma), in the unit of `values`.
    Sobol: `first_order`, `total_order` and, if asked for, `second_order` over (axis, other_axis); shares of variance.
    The attribute `runs_left_out` counts runs that could not be used because one of their block has no result.
    """
    size = runs_of_a_block(design, len(names))
    flat = values.transpose("run", ...)
    numbers = flat.values.reshape(flat.shape[0], -1).astype(float)
    # What no run has, such as a price where there is no cap, has no indices; it does not make runs incomplete.
    there = np.isfinite(numbers).any(axis=0)
    whole = np.isfinite(numbers[:, there]).all(axis=1).reshape(-1, size).all(axis=1) & there.any()
    if whole.sum() < 2:
        kind = "trajectories" if isinstance(design, Morris) else "blocks of runs"
        problem = f"only {int(whole.sum())} of {len(whole)} {kind} are complete"
        raise InputError([Fault("sensitivity", problem, "run what is missing, or keep failures out of the ranges")])
    used = np.repeat(whole, size)
    computed = {i: _indices_of(design, sample[used], names, numbers[used, i]) for i in np.flatnonzero(there)}
    absent = {name: np.full_like(array, np.nan) for name, array in next(iter(computed.values())).items()}
    columns = [computed.get(i, absent) for i in range(len(there))]
    outer = {dim: flat[dim] for dim in flat.dims[1:] if dim in flat.coords}
    found = {}
    for name in columns[0]:
        stacked = np.stack([column[name] for column in columns], axis=-1)
        dims = ("axis", "other_axis")[: stacked.ndim - 1]
        shape = (*stacked.shape[:-1], *flat.shape[1:])
        found[name] = ((*dims, *flat.dims[1:]), stacked.reshape(shape))
    labels = {"axis": list(names)} | ({"other_axis": list(names)} if "second_order" in found else {})
    attrs = {"of": str(values.name), "units": values.attrs.get("units", ""), "runs_left_out": int((~used).sum())}
    return xr.Dataset(found, {**labels, **outer}, attrs)


def _indices_of(
    design: Sobol | Morris, sample: np.ndarray, names: Sequence[str], values: np.ndarray
) -> dict[str, np.ndarray]:
    from SALib.analyze import morris, sobol

    problem = problem_of(names)
    if isinstance(design, Morris):
        found = morris.analyze(
            problem, sample, values, num_levels=design.levels, num_resamples=RESAMPLES, conf_level=CONFIDENCE,
            seed=design.seed,
        )  # fmt: skip
        return {
            "mean_effect": np.asarray(found["mu"]),
            "mean_absolute_effect": np.asarray(found["mu_star"]),
            "mean_absolute_effect_confidence": np.asarray(found["mu_star_conf"]),
            "deviation_of_effects": np.asarray(found["sigma"]),
        }
    if not np.ptp(values):
        # Nothing varies, so no axis has a share in it; SALib would divide by zero.
        return _no_shares(design, len(names))
    found = sobol.analyze(
        problem, values, calc_second_order=design.second_order, num_resamples=RESAMPLES, conf_level=CONFIDENCE,
        seed=design.seed,
    )  # fmt: skip
    words = {"S1": "first_order", "ST": "total_order"} | ({"S2": "second_order"} if design.second_order else {})
    result = {}
    for key, word in words.items():
        result[word], result[f"{word}_confidence"] = np.asarray(found[key]), np.asarray(found[f"{key}_conf"])
    return result


def _no_shares(design: Sobol, count: int) -> dict[str, np.ndarray]:
    words = ("first_order", "total_order", *(("second_order",) if design.second_order else ()))
    shapes = {word: (count, count) if word == "second_order" else (count,) for word in words}
    return {f"{word}{suffix}": np.zeros(shapes[word]) for word in words for suffix in ("", "_confidence")}
