"""What an amount of a carrier costs to make, by part: the levelised cost, such as that of hydrogen."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pandas as pd
import xarray as xr

from h2model.accounts.derived import read_run_data
from h2model.accounts.flows import Flow, each_flow
from h2model.accounts.ledger import each_carbon_flow
from h2model.accounts.members import Members, hours_of_year, require_known, require_named, unit_of
from h2model.accounts.run_data import RunData
from h2model.constants import LEAST_AMOUNT
from h2model.errors import Fault, InputError
from h2model.tables.cost_tables import cost_rows
from h2model.tables.market import prices_of

TOTAL = "levelised cost"
BY_PRODUCT = " (by-product)"


def levelised_cost(
    run: xr.Dataset, carrier: str, region: str | None = None, technology: str | None = None
) -> pd.DataFrame:
    """Cost of making a carrier, in currency per amount: its parts (rows, which add up to the last) by period.

    All plants that make the carrier count, with what they cost in a year (investment, operation, …), what they use at
    its price in each step, by-products at theirs (a negative cost where they are worth something), and what they
    release at what a tonne costs there under all caps and prices. Divided by what they make in a year
    (`attrs["volume"]`).

    In a plan of one period in which plants are built without a limit this is what the carrier costs at the margin;
    where capacity stood before, investment is missing; where it is scarce, the price is above. Of a plant with modes
    all costs of owning it count.

    Parameters
    ----------
    run
        Results with inputs, as `h2model.open_run` returns them.
    carrier
        What is made.
    region
        Where; in all regions if not given.
    technology
        By which technology; by all that make it if not given.

    Raises
    ------
    InputError
        If there is no such carrier or region, if no such plant makes the carrier, or if the run has no prices.
    """
    require_named(carrier=carrier)
    require_known(run, carrier=carrier, region=region)
    data = read_run_data(run)
    makers = _chosen_makers(run, data, carrier, region, technology)
    if "price_of_carrier" not in run:
        problem = "has no prices, and what plants use cannot be paid for"
        raise InputError([Fault("run", problem, "take a run that found the least cost, not one of the plans near it")])
    volume, parts = _of_carriers(run, data, carrier, makers)
    own = cost_rows(run)
    # By kind, too: what is vented or priced bears the name of a carrier or policy, and a plant may be called the same.
    theirs = own.index.get_level_values("name").isin(makers | _hosts(run, makers))
    own = own[theirs & own.index.get_level_values("kind").isin(["asset", "plant"])].groupby(level="part").sum()
    table = pd.concat([own, pd.DataFrame.from_dict(parts, orient="index", columns=own.columns)])
    table.loc["CO2 released"] = _cost_of_release(run, data, makers)
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


def _chosen_makers(
    run: xr.Dataset, data: RunData, carrier: str, region: str | None, technology: str | None
) -> set[str]:
    """The plants that are asked for; InputError if there are none."""
    by_technology = _makers(data, carrier, region, hours_of_year(run))
    makers = {name for name, own in by_technology.items() if technology in (None, own)}
    if not makers:
        problem = f"no plant makes {carrier}" + (f" in {region}" if region else "")
        problem += f" by {technology}" if technology else ""
        known = sorted(set(by_technology.values()))
        remedy = f"technologies that do: {', '.join(known)}" if known else "choose a carrier that plants make"
        raise InputError([Fault(f"carrier={carrier!r}", problem, remedy)])
    return makers


def _makers(data: RunData, carrier: str, region: str | None, duration: np.ndarray) -> dict[str, str]:
    """Plants that make more of the carrier than they use of it in some period, and their technologies."""
    made: dict[tuple[str, str], np.ndarray] = {}
    members = Members(data)
    for flow in each_flow(data):
        of, where, kind, technology, name, _ = members.key(flow)
        if kind == "plant" and of == carrier and region in (None, where):
            made[name, technology] = made.get((name, technology), 0.0) + flow.values @ duration
    return {name: technology for (name, technology), volume in made.items() if (volume > LEAST_AMOUNT).any()}


def _hosts(run: xr.Dataset, makers: set[str]) -> set[str]:
    """The plants whose modes the makers are: they carry the cost of capacity."""
    host_of = dict(zip(run["plant"].values.tolist(), run["plant_mode_of"].values.tolist(), strict=True))
    return {host_of[name] for name in makers} - {""}


def _of_carriers(
    run: xr.Dataset, data: RunData, carrier: str, makers: set[str]
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """What the makers make of the carrier in a year, and what they pay and get for all others (period)."""
    duration, members = hours_of_year(run), Members(data)
    volume = np.zeros(run.sizes["period"])
    paid: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(run.sizes["period"]))
    for flow in each_flow(data):
        if flow.kind != "plant" or flow.name not in makers:
            continue
        of = members.labels["carrier"][flow.carrier]
        if of == carrier:
            volume += flow.values @ duration
            continue
        price = _price(run, data, members, flow)
        cost = -(flow.values * price) @ duration
        paid[of if flow.values.sum() < 0 else f"{of}{BY_PRODUCT}"] += cost
    return volume, dict(paid)


def _price(run: xr.Dataset, data: RunData, members: Members, flow: Flow) -> np.ndarray:
    price = prices_of(run, data, members.labels["carrier"][flow.carrier], members.labels["region"][flow.region])
    return np.zeros_like(flow.values) if price is None else price


def _cost_of_release(run: xr.Dataset, data: RunData, makers: set[str]) -> np.ndarray:
    """What the releases of the makers cost in a year under all caps and prices (period)."""
    years = (run["years_represented"] * run["discount_factor"]).values
    worth = run["dual_emission_account"].transpose("region", "origin", "period").values / years
    cost = np.zeros(run.sizes["period"])
    for flow in each_carbon_flow(data):
        if flow.entry == "released" and flow.kind == "plant" and flow.name in makers:
            cost += (worth[flow.region] * flow.tonnes).sum(axis=0)
    return cost
