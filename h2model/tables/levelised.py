"""Levelised cost of a carrier, such as hydrogen, by part."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pandas as pd
import xarray as xr

from h2model.accounts.derived import read_run_data
from h2model.accounts.flows import each_flow
from h2model.accounts.ledger import each_carbon_flow
from h2model.accounts.members import FlowLabels, hours_of_year, unit_of
from h2model.accounts.run_data import RunData
from h2model.constants import LEAST_AMOUNT
from h2model.errors import Fault, InputError
from h2model.tables.arguments import require_known, require_named
from h2model.tables.carrier_prices import step_prices
from h2model.tables.co2_price import price_of_co2
from h2model.tables.cost_tables import costs_by_member

TOTAL = "levelised cost"
BY_PRODUCT = " (by-product)"


def levelised_cost(
    run: xr.Dataset, carrier: str, region: str | None = None, technology: str | None = None
) -> pd.DataFrame:
    """Return the cost of making a carrier, in currency per amount, by part (row) and period (column).

    The cost covers every plant that makes the carrier. It includes costs of a year (investment, operation, …) and
    inputs at the price in each step. A by-product with a positive price is a negative cost. Released CO2 has the price
    that results from all caps, budgets and prices together. The sum, in the last row, is divided by the yearly output
    of the plants (`attrs["volume"]`).

    In a plan of one period without limits on building this is the marginal cost of the carrier. Existing capacity has
    no investment cost. If capacity is scarce, the price of the carrier exceeds its levelised cost. If one mode of a
    plant makes the carrier, the table includes all costs of the plant's capacity.

    Parameters
    ----------
    run
        Results with inputs, as `h2model.open_run` returns them.
    carrier
        The product.
    region
        Region of the plants; all regions if not given.
    technology
        Technology of the plants; all technologies if not given.

    Raises
    ------
    InputError
        If the run lacks the carrier, the region or prices, or if no such plant makes the carrier.
    """
    require_named(carrier=carrier)
    require_known(run, carrier=carrier, region=region)
    data = read_run_data(run)
    makers = _makers(run, data, carrier, region, technology)
    if "price_of_carrier" not in run:
        problem = "has no prices, which are needed to value the inputs of plants"
        raise InputError([Fault("run", problem, "use a run that minimises cost, not a near-optimal plan")])
    volume, parts = _flows_of_makers(run, data, carrier, makers)
    costs = costs_by_member(run).xs("plant", level="kind")
    host_of = dict(zip(run["plant"].values.tolist(), run["plant_mode_of"].values.tolist(), strict=True))
    # A mode has no cost of capacity. The plant to which the mode belongs has it.
    payers = makers | {host_of[name] for name in makers}
    costs = costs[costs.index.get_level_values("name").isin(payers)].groupby(level="part").sum()
    table = pd.concat([costs, pd.DataFrame.from_dict(parts, orient="index", columns=costs.columns)])
    table = table[(table.abs() > 0).any(axis="columns")]
    table.loc[TOTAL] = table.sum()
    table = table.div(np.where(volume > LEAST_AMOUNT, volume, np.nan), axis="columns").rename_axis(
        index="part", columns="period"
    )
    table.attrs = {
        "unit": f"{run.attrs['currency']}/{unit_of(run, carrier)}",
        "volume": dict(zip(table.columns.tolist(), volume.tolist(), strict=True)),
        "volume_unit": f"{unit_of(run, carrier)}/year",
        "plants": sorted(makers),
    }
    return table


def _makers(run: xr.Dataset, data: RunData, carrier: str, region: str | None, technology: str | None) -> set[str]:
    """Return the plants that make more of the carrier than they use in some period; InputError if there are none."""
    labels, duration = FlowLabels(run), hours_of_year(run)
    made: dict[tuple[str, str], np.ndarray] = {}
    for flow in each_flow(data):
        of, at, kind, technology_of_flow, name, _ = labels.key(flow)
        if kind == "plant" and of == carrier and region in (None, at):
            key = name, technology_of_flow
            made[key] = made.get(key, 0.0) + flow.values @ duration
    technology_of = {name: label for (name, label), volume in made.items() if (volume > LEAST_AMOUNT).any()}
    makers = {name for name, label in technology_of.items() if technology in (None, label)}
    if not makers:
        problem = f"no plant makes {carrier}" + (f" in {region}" if region else "")
        problem += f" by {technology}" if technology else ""
        technologies = sorted(set(technology_of.values()))
        remedy = (
            f"technologies that do: {', '.join(technologies)}" if technologies else "choose a carrier that plants make"
        )
        raise InputError([Fault(f"carrier={carrier!r}", problem, remedy)])
    return makers


def _flows_of_makers(
    run: xr.Dataset, data: RunData, carrier: str, makers: set[str]
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return the volume of the carrier made in a year, and the cost by part (period).

    Each other carrier used or made is a part. Released CO2 is a part, at the price from all caps, budgets and prices.
    """
    duration, labels, prices = hours_of_year(run), FlowLabels(run), step_prices(run, data)
    volume = np.zeros(run.sizes["period"])
    paid: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(run.sizes["period"]))
    for flow in each_flow(data):
        if flow.kind != "plant" or flow.name not in makers:
            continue
        node = labels.carriers[flow.carrier], labels.regions[flow.region]
        if node[0] == carrier:
            volume += flow.values @ duration
        else:
            part = node[0] if flow.values.sum() < 0 else f"{node[0]}{BY_PRODUCT}"
            paid[part] += -(flow.values * prices.get(node, 0.0)) @ duration
    prices_of_co2, released = price_of_co2(run).values, np.zeros(run.sizes["period"])
    for flow in each_carbon_flow(data):
        if flow.entry == "released" and flow.kind == "plant" and flow.name in makers:
            released += (prices_of_co2[flow.region] * flow.tonnes).sum(axis=0)
    return volume, {**paid, "CO2 released": released}
