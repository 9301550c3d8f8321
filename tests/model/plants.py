"""Table rows that several hand-worked cases share."""

from __future__ import annotations

ONE_REGION = "here,59,9,the only region"
HOURS = 8760


def fixed_plant(name: str, carrier: str, cost: float = 0, unit: str = "MWh", inputs: str = "") -> str:
    """Rows of technologies.csv for a plant that stands and cannot be built; `inputs` are further rows without name."""
    flow = {"MWh": "MW", "t": "t/hour"}[unit]
    rows = [
        f"{name},reference,{carrier},,,,",
        f"{name},output,{carrier},,1,,{unit}/{unit}",
        f"{name},variable_om_cost,,,{cost},,EUR2025/{unit}",
        f"{name},maximum_new_capacity,,,0,,{flow}",
    ]
    return "\n".join([*rows, *(f"{name},{line.strip()}" for line in inputs.splitlines() if line.strip())]) + "\n"
