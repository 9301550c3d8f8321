"""Charts of a run: dispatch, storage levels, prices, capacities, and changes from the first period to a later one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import xarray as xr

from h2model.accounts.members import unit_of
from h2model.constants import LEAST_CAPACITY
from h2model.errors import Fault, InputError
from h2model.numbers import number
from h2model.plots.chart import Chart, Panel, Style, Trace
from h2model.plots.colours import COSTS, DOWN, LINE, NET, ORIGINS, REST, UP, colours_of
from h2model.plots.words import words
from h2model.results.kinds import RUN, require
from h2model.tables import balance, carbon_tables, carrier_prices, cost_tables, summary
from h2model.tables.arguments import last_period, require_known

#: More series cannot be distinguished: the smallest ones are drawn as one.
MOST_SERIES = 9
OTHERS = "all others"


def dispatch(run: xr.Dataset, carrier: str, region: str | None, period: int | None, window: slice) -> Chart:
    """Return supply and use of a carrier, with its price and the level of its stores below."""
    period = last_period(run, period)
    table = balance.dispatch(run, carrier, region, period)
    table = grouped(_in_window(table, window).T).T
    if table.empty:
        problem = f"{carrier} does not flow" + (f" in {region}" if region else "") + " in this time"
        first, last = (str(moment)[:10] for moment in run["timestamp"].values[[0, -1]])
        remedy = f"choose another region or period, or a time from {first} to {last}"
        raise InputError([Fault("dispatch", problem, remedy)])
    colours = palette(run)
    traces = tuple(
        Trace(words(name), table.index.values, table[name].to_numpy(), colours.get(name, REST), Style.AREA)
        for name in table
    )
    panels = [Panel(f"{carrier}, {table.attrs['unit']}", traces)]
    if region is not None and (price := _price_trace(run, carrier, region, period, window)):
        panels.append(Panel(f"price, {run.attrs['currency']}/{unit_of(run, carrier)}", (price,), height=0.45))
    levels = level_traces(run, carrier, region, period, window)
    if levels:
        panels.append(Panel(f"in stores, {unit_of(run, carrier)}", levels, height=0.45))
    where = region or "all regions"
    return Chart(f"{words(carrier).capitalize()} supply (+) and use (−) in {words(where)}, {period}", tuple(panels))


def storage_levels(run: xr.Dataset, carrier: str | None, period: int | None) -> Chart:
    """Return the level of each store, with a panel for each stored carrier."""
    period = last_period(run, period)
    require_known(run, carrier=carrier)
    stored = dict.fromkeys(run["store_carrier"].values.tolist())
    wanted = [name for name in stored if carrier in (None, name)]
    panels = []
    for name in wanted:
        traces = level_traces(run, name, None, period, slice(None))
        if traces:
            panels.append(Panel(f"{words(name)}, {unit_of(run, name)}", traces))
    if not panels:
        problem = f"the stores of {carrier or 'all carriers'} are empty in {period}"
        raise InputError([Fault("storage_levels", problem, "choose another carrier or period")])
    return Chart(f"Storage levels, {period}", tuple(panels))


def price_duration(run: xr.Dataset, carrier: str, region: str) -> Chart:
    """Return prices from the highest to the lowest, with a line for each period."""
    table = carrier_prices.price_duration(run, carrier, region)
    shades = colours_of([f"wind {period}" for period in table.columns])
    begins = np.insert(table.index.to_numpy(dtype=float), 0, 0.0)[:-1]
    traces = tuple(
        Trace(str(period), begins, table[period].to_numpy(), colour, Style.STEPS)
        for period, colour in zip(table.columns, shades.values(), strict=True)
    )
    title = f"Price of {words(carrier)} in {words(region)}, from highest to lowest"
    return Chart(title, (Panel(f"price, {table.attrs['unit']}", traces),), "hours of the year")


def capacities(run: xr.Dataset, of: str) -> Chart:
    """Return capacity by technology and period, with a panel for each unit."""
    table = summary.capacities(run, of)
    colours = palette(run)
    panels = []
    for unit in table.index.unique("unit"):
        by_technology = table.xs(unit, level="unit").groupby(level="technology", sort=False).sum()
        panels.append(Panel(f"{words(of)}, {unit}", _bars(grouped(by_technology), colours)))
    if not panels:
        raise InputError([Fault("capacities", f"{words(of)} is 0 everywhere in the run", "choose another quantity")])
    return Chart(f"{words(of).capitalize()} by period", tuple(panels))


def costs(run: xr.Dataset) -> Chart:
    """Return annual cost by part and period, with the total."""
    table = cost_tables.cost_breakdown(run)
    total = table.loc["total"]
    parts = table.drop("total")
    colours = colours_of(parts.index, COSTS)
    traces = (*_bars(parts, colours), _net(total))
    return Chart("Annual cost", (Panel(f"cost, {table.attrs['unit']}", traces),))


def emissions(run: xr.Dataset, regions: list[str] | None = None) -> Chart:
    """Return net emissions by origin and period, with the sum of all origins."""
    table = carbon_tables.emissions_table(run, regions)
    net = table.loc[[carbon_tables.NET]].droplevel("entry")
    traces = (*_bars(net.drop("all"), ORIGINS), _net(net.loc["all"]))
    title = "Net emissions" + (f": {', '.join(map(words, regions))}" if regions else "")
    return Chart(title, (Panel("net CO2 emissions, kt/year", traces),))


def _in_window(table: pd.DataFrame, window: slice) -> pd.DataFrame:
    """Return the rows from one date to another; InputError if these are not dates."""
    for key, date in (("start", window.start), ("end", window.stop)):
        try:
            pd.Timestamp(date)
        except (ValueError, TypeError) as error:
            raise InputError(
                [Fault(f"{key}={date!r}", f"is not a date ({error})", "write dates such as '2030-07-01'")]
            ) from error
    return table.loc[window]


def waterfall(before: pd.Series, after: pd.Series, title: str, y_title: str) -> Chart:
    """Return the changes that lead from the sum of one series to the sum of another, the largest ones by name.

    The names of the series label both sums.
    """
    before, after = before.align(after, fill_value=0.0)
    change = (after - before).sort_values(key=np.abs, ascending=False)
    largest = change.iloc[:MOST_SERIES].sort_values()
    steps = pd.concat([largest, pd.Series({OTHERS: change.iloc[MOST_SERIES:].sum()})])
    steps = steps[steps.abs() > 1e-3 * max(1.0, float(change.abs().max()))]
    ends = before.sum() + steps.cumsum()
    names = [str(before.name), *map(words, steps.index), str(after.name)]
    heights = np.array([before.sum(), *steps, after.sum()])
    base = np.array([0.0, *(ends - steps), 0.0])
    texts = [number(heights[0]), *(number(value, sign="+") for value in steps), number(heights[-1])]
    more, less = (1 + np.flatnonzero(sign * steps.to_numpy() > 0) for sign in (1, -1))
    # Bars without height, which fix the order of the names.
    zero = np.zeros(len(names))
    traces = [Trace("", names, zero, LINE, Style.FLOATING_BAR, zero, text=[""] * len(names), shown=False)]
    for kind, positions, colour in (("total", [0, len(names) - 1], LINE), ("more", more, UP), ("less", less, DOWN)):
        if len(positions):
            bars, labels = ([list_[position] for position in positions] for list_ in (names, texts))
            traces.append(
                Trace(kind, bars, heights[positions], colour, Style.FLOATING_BAR, base[positions], text=labels)
            )
    return Chart(title, (Panel(y_title, tuple(traces)),))


def cost_waterfall(run: xr.Dataset, period: int | None, since: xr.Dataset | None) -> Chart:
    """Return the change in annual cost from the first period, of this run or of `since`, to a later one."""
    before, after = _ends(run, period, since, lambda data: cost_tables.cost_breakdown(data, "technology").drop("total"))
    title = f"Change in annual cost from {before.name} to {after.name}, by technology"
    return waterfall(before, after, title, f"cost, million {run.attrs['currency']}/year")


def emission_waterfall(
    run: xr.Dataset, period: int | None, regions: list[str] | None, since: xr.Dataset | None
) -> Chart:
    """Return the change in net emissions from the first period, of this run or of `since`, to a later one."""
    before, after = _ends(
        run, period, since,
        lambda data: carbon_tables.emission_sources(data, regions).groupby(level="technology", sort=False).sum(),
    )  # fmt: skip
    where = f" in {', '.join(map(words, regions))}" if regions else ""
    title = f"Change in net emissions{where} from {before.name} to {after.name}, by technology"
    return waterfall(before, after, title, "CO2, kt/year")


def _ends(
    run: xr.Dataset, period: int | None, since: xr.Dataset | None, table_of: Callable[[xr.Dataset], pd.DataFrame]
) -> tuple[pd.Series, pd.Series]:
    """Return both ends of a waterfall: the first period, with the name of another run, and the requested period."""
    end = last_period(run, period)
    if since is None and end == int(run["period"][0]):
        problem = "is the first period of the run, which has no earlier one to compare with"
        raise InputError(
            [Fault(f"period={end}", problem, "choose a later period, or start from another run with since=run")]
        )
    after = table_of(run)[end].rename(str(end))
    if since is None:
        start = int(run["period"][0])
        return table_of(run)[start].rename(str(start)), after
    if require(since, RUN).attrs["currency"] != run.attrs["currency"]:
        problem = f"has the currency {since.attrs['currency']}, and the run has {run.attrs['currency']}"
        raise InputError([Fault("since", problem, "compare runs of one case")])
    start = int(since["period"][0])
    return table_of(since)[start].rename(f"{since.attrs['scenario']} {start}"), after


def level_traces(run: xr.Dataset, carrier: str, region: str | None, period: int, window: slice) -> tuple[Trace, ...]:
    """Return the level of each store of a carrier; stores that are empty in the whole window are left out."""
    matches = run["store_carrier"].values == carrier
    if region:
        matches &= run["store_region"].values == region
    names = run["store"].values[matches].tolist()
    colours = colours_of(names)
    levels = run["storage_level"].sel(period=period).transpose("store", "time").values[matches]
    time = pd.DatetimeIndex(run["timestamp"].values)
    traces = []
    for name, level in zip(names, levels, strict=True):
        series = pd.Series(level, index=time).loc[window]
        if (series > LEAST_CAPACITY).any():
            traces.append(Trace(words(name), series.index.values, series.to_numpy(), colours[name], Style.LINE))
    return tuple(traces)


def palette(run: xr.Dataset) -> dict[str, str]:
    """Return the colour of every technology and trade of a run, the same in all its plots."""
    trades = zip(run["trade_direction"].values, run["trade_carrier"].values, strict=True)
    names = [
        *(str(name) for kind in ("plant", "store", "link") for name in run[f"{kind}_technology"].values),
        *(str(name) for name in run["asset_technology"].values),
        *(f"{direction} of {carrier}" for direction, carrier in trades),
        "demand",
        "vented or dumped",
    ]
    return colours_of(names, {OTHERS: REST})


def grouped(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with the largest values, and the sum of the remaining ones as "all others"."""
    attrs = dict(table.attrs)
    if len(table) > MOST_SERIES + 1:
        order = table.abs().max(axis="columns").sort_values(ascending=False, kind="stable").index
        kept = table.loc[[name for name in table.index if name in set(order[:MOST_SERIES])]]
        table = pd.concat([kept, table.drop(index=kept.index).sum().rename(OTHERS).to_frame().T])
    table.attrs = attrs
    return table


def _bars(table: pd.DataFrame, colours: dict[str, str]) -> tuple[Trace, ...]:
    periods = [str(period) for period in table.columns]
    return tuple(
        Trace(words(name), periods, row.to_numpy(dtype=float), colours.get(name, REST), Style.BAR)
        for name, row in table.iterrows()
        if (row.abs() > 1e-9).any()
    )


def _net(total: pd.Series) -> Trace:
    text = [number(value) for value in total]
    return Trace("net", [str(period) for period in total.index], total.to_numpy(), NET, Style.POINTS, text=text)


def _price_trace(run: xr.Dataset, carrier: str, region: str, period: int, window: slice) -> Trace | None:
    try:
        price = carrier_prices.price(run, carrier, region).sel(period=period)
    except InputError:
        # Near-optimal plans have no prices.
        return None
    series = pd.Series(price.values, index=pd.DatetimeIndex(price["timestamp"].values)).loc[window]
    return Trace("price", series.index.values, series.to_numpy(), LINE, Style.STEPS)
