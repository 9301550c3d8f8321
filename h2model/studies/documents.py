"""The JSON documents of `h2model study status` and `h2model study sensitivity`."""

from __future__ import annotations

from typing import Any

import xarray as xr

from h2model.screen.documents import plain
from h2model.studies.status import Status


def status_document(status: Status) -> dict[str, Any]:
    """Return runs by state, the seconds of a run, and every failure with its reason, as plain values."""
    campaign = status.campaign
    return {
        "study": campaign.facts["name"],
        "folder": str(campaign.folder),
        "axes": list(campaign.columns),
        "runs": len(campaign),
        "counts": dict(status.counts),
        "open": status.open,
        "seconds_per_run": plain(status.seconds_per_run),
        "failures": [
            {
                "run": outcome.run,
                "state": outcome.state,
                "reason": outcome.reason,
                "describes": campaign.describe(outcome.run),
            }
            for outcome in status.failures
        ],
    }


def indices_document(indices: xr.Dataset) -> dict[str, Any]:
    """Return sensitivity indices by axis and, as `pairs`, those of two axes together, as plain values."""
    facts = {str(name): plain(value) for name, value in indices.attrs.items()}
    return {**facts, "indices": _rows(indices, ("axis",)), "pairs": _rows(indices, ("axis", "other_axis"))}


def _rows(indices: xr.Dataset, dims: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return one row for each axis, or pair of axes, with all indices over these dimensions."""
    names = [name for name, array in indices.data_vars.items() if set(array.dims) == set(dims)]
    if not names:
        return []
    table = indices[names].reset_coords(drop=True).to_dataframe().reset_index()
    return [plain(row) for row in table.to_dict(orient="records")]
