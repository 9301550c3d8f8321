"""Production of a carrier by plant, recomputed from activities and part-load curves."""

from __future__ import annotations

import numpy as np

from h2model.accounts.run_data import RunData


def production(data: RunData, carrier: int) -> np.ndarray:
    """Return the annual production of a carrier by each plant, by fixed ratio or curve (plant, period)."""
    ratio = data.input("output").transpose("plant", "carrier", "period").values[:, carrier]
    made = ratio * data.over_year(data.result("activity")).transpose("plant", "period").values
    curved = data.over_year(data.result("part_load_output")).values
    plants = data.positions("plant", data.results["curved_output_plant"].values)
    of_carrier = data.positions("carrier", data.results["curved_output_carrier"].values) == carrier
    np.add.at(made, plants[of_carrier], curved[of_carrier])
    return made
