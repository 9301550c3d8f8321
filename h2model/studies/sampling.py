"""Samples of uncertain numbers, and sensitivity indices of results; both by SALib.

Samples are drawn in the unit cube; the quantiles of each axis convert them to values (`Range.quantiles`). Indices are
also computed in the unit cube, so an elementary effect (Morris) is the change of a result over one step, scaled to the
whole length of the axis.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from h2model.errors import Fault, InputError
from h2model.studies.designs import LatinHypercube, Morris, Sobol

RESAMPLES = 1000
CONFIDENCE = 0.95


def problem_of(names: Sequence[str]) -> dict[str, Any]:
    """Return the unit cube in the format of SALib."""
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def unit_sample(design: LatinHypercube | Sobol | Morris, names: Sequence[str]) -> np.ndarray:
    """Return the points of a design in the unit cube; shape (run, axis)."""
    # SALib takes a second to import, and most commands of a study do not need it.
    from SALib.sample import latin, morris, sobol

    problem = problem_of(names)
    if isinstance(design, Morris):
        return morris.sample(problem, design.trajectories, num_levels=design.levels, seed=design.seed)
    if isinstance(design, Sobol):
        return sobol.sample(problem, design.samples, calc_second_order=design.second_order, seed=design.seed)
    return latin.sample(problem, design.samples, seed=design.seed)


def size_of_sample(design: LatinHypercube | Sobol | Morris, axes: int) -> int:
    """Return the number of runs of a design."""
    if isinstance(design, LatinHypercube):
        return design.samples
    blocks = design.trajectories if isinstance(design, Morris) else design.samples
    return blocks * runs_of_a_block(design, axes)


def runs_of_a_block(design: Sobol | Morris, axes: int) -> int:
    """Return the number of runs in a block: a Morris trajectory, or the runs of Sobol for one base point.

    If one run of a block fails, indices are computed without the whole block.
    """
    if isinstance(design, Morris):
        return axes + 1
    return 2 * axes + 2 if design.second_order else axes + 2


def indices(design: Sobol | Morris, sample: np.ndarray, names: Sequence[str], values: xr.DataArray) -> xr.Dataset:
    """Compute the sensitivity indices of each result from its complete blocks, with 95 % confidence intervals.

    Parameters
    ----------
    design, sample, names
        The design, its sample in the unit cube, with shape (run, axis), and the names of the axes.
    values
        Results with the dimension `run`, NaN for a run without result. Other dimensions are kept.

    Returns
    -------
    Dataset over `axis` and the other dimensions of `values`, with half-widths of confidence as `…_confidence`.
    Morris: `mean_effect`, `mean_absolute_effect` (mu*), `deviation_of_effects` (sigma), in the unit of `values`.
    Sobol: `first_order`, `total_order` and, if the design asks for it, `second_order` over (axis, other_axis), as
    shares of the variance. The attribute `runs_left_out` counts the runs of incomplete blocks.

    Raises
    ------
    InputError
        If fewer than two blocks are complete.
    """
    size = runs_of_a_block(design, len(names))
    flat = values.transpose("run", ...)
    numbers = flat.values.reshape(flat.shape[0], -1).astype(float)
    # A value that is NaN in all runs, such as the price of an absent cap, does not make its runs incomplete.
    exists = np.isfinite(numbers).any(axis=0)
    whole = np.isfinite(numbers[:, exists]).all(axis=1).reshape(-1, size).all(axis=1) & exists.any()
    if whole.sum() < 2:
        kind = "trajectories" if isinstance(design, Morris) else "blocks of runs"
        problem = f"only {int(whole.sum())} of {len(whole)} {kind} are complete"
        raise InputError(
            [Fault("sensitivity", problem, "run the missing runs, or narrow the ranges so that fewer runs fail")]
        )
    used = np.repeat(whole, size)
    computed = {i: _indices_of(design, sample[used], names, numbers[used, i]) for i in np.flatnonzero(exists)}
    absent = {name: np.full_like(array, np.nan) for name, array in next(iter(computed.values())).items()}
    columns = [computed.get(i, absent) for i in range(len(exists))]
    outer = {dim: flat[dim] for dim in flat.dims[1:] if dim in flat.coords}
    variables = {}
    for name in columns[0]:
        stacked = np.stack([column[name] for column in columns], axis=-1)
        dims = ("axis", "other_axis")[: stacked.ndim - 1]
        shape = (*stacked.shape[:-1], *flat.shape[1:])
        variables[name] = ((*dims, *flat.dims[1:]), stacked.reshape(shape))
    labels = {"axis": list(names)} | ({"other_axis": list(names)} if "second_order" in variables else {})
    attrs = {"of": str(values.name), "units": values.attrs.get("units", ""), "runs_left_out": int((~used).sum())}
    return xr.Dataset(variables, {**labels, **outer}, attrs)


def _indices_of(
    design: Sobol | Morris, sample: np.ndarray, names: Sequence[str], values: np.ndarray
) -> dict[str, np.ndarray]:
    # SALib takes a second to import.
    from SALib.analyze import morris, sobol

    problem = problem_of(names)
    if isinstance(design, Morris):
        analysis = morris.analyze(
            problem, sample, values, num_levels=design.levels, num_resamples=RESAMPLES, conf_level=CONFIDENCE,
            seed=design.seed,
        )  # fmt: skip
        return {
            "mean_effect": np.asarray(analysis["mu"]),
            "mean_absolute_effect": np.asarray(analysis["mu_star"]),
            "mean_absolute_effect_confidence": np.asarray(analysis["mu_star_conf"]),
            "deviation_of_effects": np.asarray(analysis["sigma"]),
        }
    names_of_indices = {"S1": "first_order", "ST": "total_order"} | (
        {"S2": "second_order"} if design.second_order else {}
    )
    if np.ptp(values):
        analysis = sobol.analyze(
            problem, values, calc_second_order=design.second_order, num_resamples=RESAMPLES, conf_level=CONFIDENCE,
            seed=design.seed,
        )  # fmt: skip
    else:
        # A constant result has no variance to share, and SALib would divide by zero.
        count = len(names)
        analysis = {"S1": np.zeros(count), "ST": np.zeros(count), "S2": np.zeros((count, count))}
        analysis |= {f"{key}_conf": np.zeros_like(array) for key, array in analysis.items()}
    result = {}
    for key, name in names_of_indices.items():
        result[name], result[f"{name}_confidence"] = np.asarray(analysis[key]), np.asarray(analysis[f"{key}_conf"])
    return result
