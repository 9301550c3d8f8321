"""What `h2model study` says of a campaign, as plain values for JSON."""

from __future__ import annotations

from typing import Any

import xarray as xr

from h2model.screen.documents import plain
from h2model.studies.status import Status


def status_document(status: Status) -> dict[str, Any]:
    """How many runs are in which state, how long one takes, and every failure with its reason."""
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


def indices_document(found: xr.Dataset) -> dict[str, Any]:
    """Sensitivity indices by axis, as `h2model.sensitivity` returns them; `pairs` are those of two axes together."""
    facts = {str(name): plain(value) for name, value in found.attrs.items()}
    return {**facts, "indices": _rows(found, ("axis",)), "pairs": _rows(found, ("axis", "other_axis"))}


def _rows(found: xr.Dataset, dims: tuple[str, ...]) -> list[dict[str, Any]]:
    """One row for each axis, or pair of axes, with all indices over these dimensions."""
    own = [name for name, array in found.data_vars.items() if set(array.dims) == set(dims)]
    if not own:
        return []
    table = found[own].reset_coords(drop=True).to_dataframe().reset_index()
    return [plain(row) for row in table.to_dict(orient="records")]
