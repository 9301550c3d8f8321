"""Supply and use of a carrier: in every step, in a year, and by technology."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from h2model.accounts.derived import read_run_data
from h2model.accounts.flows import ARRIVES, LEAVES, each_flow
from h2model.accounts.members import TECHNOLOGY_OF_KIND, FlowLabels, hours_of_year, unit_of
from h2model.constants import LEAST_AMOUNT
from h2model.tables.arguments import last_period, require_known, require_named

#: Labels of a flow.
KEYS = ("carrier", "region", "kind", "technology", "name", "part")


def balance(run: xr.Dataset, carrier: str, region: str | None = None) -> xr.DataArray:
    """Return every flow of a carrier in every step, over (flow, period, time), in amount per hour.

    Supply is positive, use negative; over the window of the carrier (`balance_window`) they add up to zero.
    `flow` is the name of the plant, store, link, trade or demand; its `kind`, `technology` and `region` are
    coordinates. A link has a flow at both ends. Flows that are always zero are left out.

    Parameters
    ----------
    run
        Results with inputs, as `h2model.open_run` returns them.
    carrier
        Carrier of the flows.
    region
        Region of the flows; all regions if not given.

    Raises
    ------
    InputError
        If the run lacks the carrier, the region or the inputs.
    """
    require_named(carrier=carrier)
    require_known(run, carrier=carrier, region=region)
    data = read_run_data(run)
    labels = FlowLabels(run)
    joined: dict[tuple[str, ...], np.ndarray] = {}
    for flow in each_flow(data):
        key = labels.key(flow)
        if key[0] == carrier and region in (None, key[1]) and flow.values.any():
            joined[key] = joined.get(key, 0.0) + flow.values
    keys = pd.DataFrame(joined.keys(), columns=list(KEYS))
    shape = (0, run.sizes["period"], run.sizes["time"])
    array = xr.DataArray(
        np.stack(list(joined.values())) if joined else np.zeros(shape),
        dims=("flow", "period", "time"),
        coords={
            "flow": _flow_names(keys, region is None),
            **{name: ("flow", keys[name].to_numpy(dtype=str)) for name in ("kind", "technology", "region")},
            "period": run["period"],
            "time": run["time"],
            "timestamp": run["timestamp"],
        },
        name="balance",
    )
    array.attrs = {
        "units": f"{unit_of(run, carrier)}/hour",
        "long_name": f"supply (+) and use (−) of {carrier} in {region or 'all regions'}",
        "balance_window": dict(zip(data.names("carrier"), data.names("balance"), strict=True))[carrier],
    }
    return array


def dispatch(run: xr.Dataset, carrier: str, region: str | None = None, period: int | None = None) -> pd.DataFrame:
    """Return flows of a carrier by technology (columns) in each step (rows), in amount per hour; use is negative.

    Technologies that only make or only use the carrier come in one column; stores, links and others that do both in
    turn as what is left of both. The period is the last one if not given. `attrs["unit"]` names the unit.
    """
    flows = balance(run, carrier, region).sel(period=last_period(run, period))
    table = pd.DataFrame(flows.values.T, index=pd.DatetimeIndex(flows["timestamp"].values, name="time"))
    table = table.T.groupby(flows["technology"].values, sort=False).sum().T
    volumes = table.abs().mul(hours_of_year(run), axis="index").sum()
    table = table.loc[:, volumes >= LEAST_AMOUNT]
    table = table[volumes[table.columns].sort_values(ascending=False).index]
    table.columns.name = "technology"
    table.attrs = {"unit": flows.attrs["units"], "carrier": carrier, "region": region or "all regions"}
    return table


def yearly_flows(run: xr.Dataset) -> pd.DataFrame:
    """Return the volume per year of every flow of every carrier: one row for each, with a column for each period.

    The index has carrier, region, kind, technology, name and part; supply is positive. Volumes below 1 are left out.
    The unit is that of the carrier, per year (`carrier_unit`).
    """
    labels, duration = FlowLabels(run), hours_of_year(run)
    rows: dict[tuple[str, ...], np.ndarray] = {}
    for flow in each_flow(read_run_data(run)):
        key = labels.key(flow)
        rows[key] = rows.get(key, 0.0) + flow.values @ duration
    index = pd.MultiIndex.from_tuples(list(rows), names=list(KEYS))
    columns = pd.Index(run["period"].values.tolist(), name="period")
    table = pd.DataFrame(np.array(list(rows.values())).reshape(len(index), len(columns)), index, columns)
    table = table[(table.abs() >= LEAST_AMOUNT).any(axis="columns")]
    table.attrs["unit"] = "carrier_unit/year"
    return table


def _flow_names(keys: pd.DataFrame, everywhere: bool) -> list[str]:
    """Return distinct names: of stores with charge or discharge, of links with the end, of others the name alone."""

    def name(row: pd.Series) -> str:
        at = f" {row['region']}" if everywhere or row["part"] in (LEAVES, ARRIVES) else ""
        if row["kind"] == "link":
            return f"{row['name']}: {row['part'] or 'used on the way'}{at}"
        if row["kind"] == "store":
            return f"{row['name']}: {row['part']}"
        if row["kind"] in ("disposal", "heat step"):
            return f"{TECHNOLOGY_OF_KIND[row['kind']]}: {row['name']}{at}"
        return row["name"]

    return [name(row) for _, row in keys.iterrows()]
