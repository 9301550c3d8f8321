"""Charts of a run: dispatch, levels, prices, capacities, and what changes from the first period to a later one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import xarray as xr

from h2model.accounts.members import last_period, require_known, unit_of
from h2model.constants import LEAST_CAPACITY
from h2model.errors import Fault, InputError
from h2model.numbers import number
from h2model.plots.chart import Chart, Panel, Style, Trace
from h2model.plots.colours import COSTS, DOWN, LINE, NET, ORIGINS, REST, UP, colours_of
from h2model.plots.words import words
from h2model.results.kinds import RUN, require
from h2model.tables import balance, carbon_tables, cost_tables, market, summary

#: More series than this cannot be told apart: the smallest are drawn as one.
MOST_SERIES = 9
OTHERS = "all others"


def dispatch(run: xr.Dataset, carrier: str, region: str | None, period: int | None, window: slice) -> Chart:
    """Who makes and uses a carrier, its price below, and the level of its stores below that."""
    period = last_period(run, period)
    table = balance.dispatch(run, carrier, region, period)
    table = grouped(_within(table, window).T).T
    if table.empty:
        problem = f"nothing of {carrier} flows" + (f" in {region}" if region else "") + " in this time"
        first, last = (str(moment)[:10] for moment in run["timestamp"].values[[0, -1]])
        remedy = f"choose another region or period, or a time from {first} to {last}"
        raise InputError([Fault("dispatch", problem, remedy)])
    colours = palette(run)
    traces = tuple(
        Trace(words(name), table.index.values, table[name].to_numpy(), colours.get(name, REST), Style.AREA)
        for name in table
    )
    panels = [Panel(f"{carrier}, {table.attrs['unit']}", traces)]
    prices = _price_traces(run, carrier, region, period, window)
    if prices:
        panels.append(Panel(f"price, {run.attrs['currency']}/{unit_of(run, carrier)}", prices, height=0.45))
    levels = level_traces(run, carrier, region, period, window)
    if levels:
        panels.append(Panel(f"in stores, {unit_of(run, carrier)}", levels, height=0.45))
    where = region or "all regions"
    return Chart(f"Who makes (+) and uses (−) {words(carrier)} in {words(where)}, {period}", tuple(panels))


def storage_levels(run: xr.Dataset, carrier: str | None, period: int | None) -> Chart:
    """What is in the stores, a panel for each carrier that is stored."""
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
        problem = f"no store of {carrier or 'any carrier'} has a level in {period}"
        raise InputError([Fault("storage_levels", problem, "choose another carrier or period")])
    return Chart(f"What is in the stores, {period}", tuple(panels))


def price_duration(run: xr.Dataset, carrier: str, region: str) -> Chart:
    """Prices from the highest to the lowest, a line for each period."""
    table = market.price_duration(run, carrier, region)
    shades = colours_of([f"wind {period}" for period in table.columns])
    begins = np.insert(table.index.to_numpy(dtype=float), 0, 0.0)[:-1]
    traces = tuple(
        Trace(str(period), begins, table[period].to_numpy(), colour, Style.STEPS)
        for period, colour in zip(table.columns, shades.values(), strict=True)
    )
    title = f"Price of {words(carrier)} in {words(region)}, from high to low"
    return Chart(title, (Panel(f"price, {table.attrs['unit']}", traces),), "hours of the year")


def capacities(run: xr.Dataset, of: str) -> Chart:
    """Capacity by technology and period, a panel for each unit."""
    table = summary.capacities(run, of)
    colours = palette(run)
    panels = []
    for unit in table.index.unique("unit"):
        own = table.xs(unit, level="unit").groupby(level="technology", sort=False).sum()
        panels.append(Panel(f"{words(of)}, {unit}", _bars(grouped(own), colours)))
    if not panels:
        raise InputError([Fault("capacities", f"the run has no {words(of)}", "choose another quantity")])
    return Chart(f"{words(of).capitalize()} by period", tuple(panels))


def costs(run: xr.Dataset) -> Chart:
    """Annual cost by part and period, with the sum."""
    table = cost_tables.cost_breakdown(run)
    total = table.loc["total"]
    parts = table.drop("total")
    colours = colours_of(parts.index, COSTS)
    traces = (*_bars(parts, colours), _net(total))
    return Chart("Annual cost", (Panel(f"cost, {table.attrs['unit']}", traces),))


def emissions(run: xr.Dataset, regions: list[str] | None = None) -> Chart:
    """Net emissions by origin and period, with the net of all."""
    table = carbon_tables.emissions_table(run, regions)
    net = table.loc[[carbon_tables.NET]].droplevel("entry")
    traces = (*_bars(net.drop("all"), ORIGINS), _net(net.loc["all"]))
    title = "Net emissions" + (f": {', '.join(map(words, regions))}" if regions else "")
    return Chart(title, (Panel("CO2, released less taken up, kt/year", traces),))


def _within(table: pd.DataFrame, window: slice) -> pd.DataFrame:
    """The rows from one date to another."""
    for key, date in (("start", window.start), ("end", window.stop)):
        try:
            pd.Timestamp(date)
        except (ValueError, TypeError) as error:
            problem = f"is no date ({error})"
            raise InputError([Fault(f"{key}={date!r}", problem, "write such as '2030-07-01'")]) from error
    return table.loc[window]


def waterfall(before: pd.Series, after: pd.Series, title: str, y_title: str) -> Chart:
    """From one sum to another, by what changes; the names of both say what they are the sum of."""
    before, after = before.align(after, fill_value=0.0)
    change = (after - before).sort_values(key=np.abs, ascending=False)
    large = change.iloc[:MOST_SERIES].sort_values()
    steps = pd.concat([large, pd.Series({OTHERS: change.iloc[MOST_SERIES:].sum()})])
    steps = steps[steps.abs() > 1e-3 * max(1.0, float(change.abs().max()))]
    ends = before.sum() + steps.cumsum()
    names = [str(before.name), *map(words, steps.index), str(after.name)]
    heights = np.array([before.sum(), *steps, after.sum()])
    base = np.array([0.0, *(ends - steps), 0.0])
    text = [number(heights[0]), *(number(value, sign="+") for value in steps), number(heights[-1])]
    kinds = {"total": [0, len(names) - 1], "more": [], "less": []}
    for place, value in enumerate(steps, start=1):
        kinds["more" if value > 0 else "less"].append(place)
    colours = {"total": LINE, "more": UP, "less": DOWN}
    # Bars of no height, which hold the names in their order.
    zero = np.zeros(len(names))
    traces = [Trace("", names, zero, LINE, Style.FLOATING, zero, text=[""] * len(names), shown=False)]
    for kind, places in kinds.items():
        if places:
            chosen = [names[place] for place in places]
            shown = [text[place] for place in places]
            traces.append(Trace(kind, chosen, heights[places], colours[kind], Style.FLOATING, base[places], text=shown))
    return Chart(title, (Panel(y_title, tuple(traces)),))


def cost_waterfall(run: xr.Dataset, period: int | None, since: xr.Dataset | None) -> Chart:
    """What makes the annual cost of a period differ from that of the first one, of this run or of another one."""
    before, after = _ends(run, period, since, lambda data: cost_tables.cost_breakdown(data, "technology").drop("total"))
    title = f"Annual cost from {before.name} to {after.name}, by what changes"
    return waterfall(before, after, title, f"cost, million {run.attrs['currency']}/year")


def emission_waterfall(
    run: xr.Dataset, period: int | None, regions: list[str] | None, since: xr.Dataset | None
) -> Chart:
    """What makes the net emissions of a period differ from those of the first one, of this run or of another one."""
    before, after = _ends(
        run, period, since,
        lambda data: carbon_tables.emission_sources(data, regions).groupby(level="technology", sort=False).sum(),
    )  # fmt: skip
    where = f" of {', '.join(map(words, regions))}" if regions else ""
    title = f"Net emissions{where} from {before.name} to {after.name}, by what changes"
    return waterfall(before, after, title, "CO2, kt/year")


def _ends(
    run: xr.Dataset, period: int | None, since: xr.Dataset | None, table_of: Callable[[xr.Dataset], pd.DataFrame]
) -> tuple[pd.Series, pd.Series]:
    """Where a waterfall begins and ends: the first period (of another run: with its name), and the one asked for."""
    end = last_period(run, period)
    if since is None and end == int(run["period"][0]):
        problem = "is the first period, so that nothing has changed"
        raise InputError([Fault(f"period={end}", problem, "choose a later one, or begin with another run: since=run")])
    after = table_of(run)[end].rename(str(end))
    if since is None:
        start = int(run["period"][0])
        return table_of(run)[start].rename(str(start)), after
    if require(since, RUN).attrs["currency"] != run.attrs["currency"]:
        problem = f"counts in {since.attrs['currency']}, the run in {run.attrs['currency']}"
        raise InputError([Fault("since", problem, "compare runs of one case")])
    start = int(since["period"][0])
    return table_of(since)[start].rename(f"{since.attrs['scenario']} {start}"), after


def level_traces(run: xr.Dataset, carrier: str, region: str | None, period: int, window: slice) -> tuple[Trace, ...]:
    """The level of each store of a carrier that holds something."""
    at = np.flatnonzero(
        (run["store_carrier"].values == carrier)
        & ((run["store_region"].values == region) if region else np.ones(run.sizes["store"], dtype=bool))
    )
    names = run["store"].values[at].tolist()
    colours = colours_of(names)
    levels = run["storage_level"].transpose("store", "period", "time")
    place = run.get_index("period").get_loc(period)
    time = pd.DatetimeIndex(run["timestamp"].values)
    found = []
    for name, position in zip(names, at, strict=True):
        series = pd.Series(levels.values[position, place], index=time).loc[window]
        if (series > LEAST_CAPACITY).any():
            found.append(Trace(words(name), series.index.values, series.to_numpy(), colours[name], Style.LINE))
    return tuple(found)


def palette(run: xr.Dataset) -> dict[str, str]:
    """The colour of every technology and trade of a run, the same in all its plots."""
    trades = zip(run["trade_direction"].values, run["trade_carrier"].values, strict=True)
    names = [
        *(str(name) for kind in ("plant", "store", "link") for name in run[f"{kind}_technology"].values),
        *(str(name) for name in run["asset_technology"].values),
        *(f"{way} of {carrier}" for way, carrier in trades),
        "demand",
        "vented or dumped",
    ]
    return colours_of(names, {OTHERS: REST})


def grouped(table: pd.DataFrame) -> pd.DataFrame:
    """The largest rows, by their largest value; what is left is added up as "all others"."""
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


def _price_traces(run: xr.Dataset, carrier: str, region: str | None, period: int, window: slice) -> tuple[Trace, ...]:
    if region is None:
        return ()
    try:
        found = market.price(run, carrier, region).sel(period=period)
    except InputError:
        # Plans near the least cost have no prices.
        return ()
    series = pd.Series(found.values, index=pd.DatetimeIndex(found["timestamp"].values)).loc[window]
    return (Trace("price", series.index.values, series.to_numpy(), LINE, Style.STEPS),)
