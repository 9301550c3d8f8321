"""Who is who in a run: the technology, region and carrier of every plant, store, link, trade and demand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from h2model.accounts.flows import Flow
from h2model.accounts.run_data import RunData
from h2model.case import did_you_mean
from h2model.errors import Fault, InputError

IN_WORDS = {"demand": "demand", "recovery": "recovery", "disposal": "vented or dumped", "heat step": "to lower heat"}


@dataclass
class Members:
    """Names for the positions in flows."""

    data: RunData

    def __post_init__(self) -> None:
        """Look up once what technology each asset is, and which way a trade goes."""
        data = self.data
        self.labels = {name: data.names(name) for name in ("carrier", "region")}
        self._technology = {
            kind: dict(zip(data.names(kind), data.names(f"{kind}_technology"), strict=True))
            for kind in ("plant", "store", "link")
        }
        ways = zip(data.names("trade_direction"), data.names("trade_carrier"), strict=True)
        self._technology["trade"] = dict(zip(data.names("trade"), (f"{way} of {of}" for way, of in ways), strict=True))

    def technology(self, kind: str, name: str) -> str:
        """The technology of an asset; for others what they do, such as "import of gas" or "demand"."""
        return self._technology.get(kind, {}).get(name, IN_WORDS.get(kind, kind))

    def key(self, flow: Flow) -> tuple[str, ...]:
        """Carrier, region, kind, technology, name and part of a flow."""
        place = self.labels["carrier"][flow.carrier], self.labels["region"][flow.region]
        return (*place, flow.kind, self.technology(flow.kind, flow.name), flow.name, flow.part)


def unit_of(run: xr.Dataset, carrier: str) -> str:
    """The unit in which a carrier is counted: MWh or t."""
    return str(run["carrier_unit"].values[run.get_index("carrier").get_loc(carrier)])


def hours_of_year(run: xr.Dataset) -> np.ndarray:
    """Hours of the year that each step stands for."""
    return (run["hours"] * run["weight"]).values


def require_known(run: xr.Dataset, **wanted: object) -> None:
    """InputError, with all that is unknown, unless every name is a label of its dimension; None means any."""
    faults = []
    for dimension, label in given(**wanted):
        known = run[dimension].values.tolist()
        if label not in known:
            remedy = did_you_mean(str(label), list(map(str, known)))
            if str(label) in map(str, known):
                remedy = f"write it as a number: {label}"
            faults.append(Fault(f"{dimension}={label!r}", f"the run has no such {dimension}", remedy))
    if faults:
        raise InputError(faults)


def require_regions(run: xr.Dataset, regions: str | Sequence[str] | None) -> list[str] | None:
    """The regions that are asked for, one or several; None stands for all of them. InputError with all unknown ones."""
    if regions is None:
        return None
    chosen = [regions] if isinstance(regions, str) else list(regions)
    if not chosen:
        raise InputError([Fault("regions=[]", "names no region", "leave it out for all of them")])
    faults = []
    for region in chosen:
        try:
            require_known(run, region=region)
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    return chosen


def require_named(**wanted: object) -> None:
    """InputError unless something is asked for."""
    faults = [
        Fault(f"{name}=None", f"a {name} is needed", "name one") for name, label in wanted.items() if label is None
    ]
    if faults:
        raise InputError(faults)


def given(**wanted: object) -> Iterator[tuple[str, object]]:
    """What is asked for and is not None."""
    return ((name, label) for name, label in wanted.items() if label is not None)


def last_period(run: xr.Dataset, period: int | None) -> int:
    """The period that is asked for, or the last one."""
    require_known(run, period=period)
    return int(run["period"][-1]) if period is None else period
