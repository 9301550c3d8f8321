"""One colour for each technology and carrier: the same in every plot of a case, and distinct for colour-blind people.

Hues are those of Okabe and Ito (2008, jfly.uni-koeln.de/color) and of Paul Tol's muted scheme (2021,
personal.sron.nl/~pault), both made for colour-blind readers. A family, such as all technologies that capture CO2, has
one hue in several shades. Shades differ in lightness, which everybody sees.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

#: Parts of names, each with the hue of its family; the first one that a name contains counts.
FAMILIES = (
    ("venting", "#BBBBBB"),
    ("capture", "#332288"),
    ("direct_air", "#332288"),
    ("electrolys", "#44AA99"),
    ("hydrogen", "#009E73"),
    ("co2", "#555555"),
    ("carbon price", "#000000"),
    ("wind", "#56B4E9"),
    ("solar", "#F0E442"),
    ("photovoltaic", "#F0E442"),
    ("hydro", "#0072B2"),
    ("reservoir", "#0072B2"),
    ("battery", "#AA4499"),
    ("inverter", "#AA4499"),
    ("heat", "#D55E00"),
    ("boiler", "#D55E00"),
    ("steam", "#D55E00"),
    ("bio", "#117733"),
    ("wood", "#117733"),
    ("electricity", "#E69F00"),
    ("power", "#E69F00"),
    ("gas", "#999933"),
    ("ethane", "#999933"),
    ("coal", "#000000"),
    ("coke", "#000000"),
    ("ammonia", "#CC79A7"),
    ("ethylene", "#882255"),
    ("cracker", "#882255"),
    ("cement", "#CC6677"),
    ("clinker", "#CC6677"),
    ("kiln", "#CC6677"),
    ("limestone", "#CC6677"),
    ("demand", "#BBBBBB"),
)
ORIGINS = {
    "fossil": "#555555",
    "mineral": "#CC79A7",
    "pooled": "#E69F00",
    "biogenic": "#009E73",
    "atmospheric": "#56B4E9",
}
COSTS = {
    "investment_cost": "#0072B2",
    "fixed_om_cost": "#56B4E9",
    "variable_om_cost": "#009E73",
    "import_cost": "#E69F00",
    "export_revenue": "#CC79A7",
    "transport_cost": "#555555",
    "carbon_price_cost": "#000000",
    "unserved_cost": "#D55E00",
}
#: Hues for names without a family, in turn.
OTHER_HUES = ("#DDCC77", "#88CCEE", "#CC6677", "#0072B2", "#AA4499", "#44AA99", "#999933", "#882255")
#: Shares by which the shades of one hue are mixed with white (positive) or black (negative).
SHADES = (0.0, 0.45, -0.35, 0.65, -0.6, 0.25, -0.2)
REST, NET, LINE = "#DDDDDD", "#000000", "#222222"
UP, DOWN = "#D55E00", "#0072B2"


def colours_of(names: Iterable[str], fixed: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return a colour for each name. It depends on the names and their order only; `fixed` colours take precedence.

    >>> colours_of(["wind_onshore", "wind_offshore"])
    {'wind_onshore': '#56B4E9', 'wind_offshore': '#a2d6f3'}
    """
    used: dict[str, int] = {}
    colours: dict[str, str] = {}
    taken: set[str] = set()
    others = 0
    for name in dict.fromkeys(names):
        hue = next((hue for word, hue in FAMILIES if word in name.lower()), None)
        if hue is None:
            hue, others = OTHER_HUES[others % len(OTHER_HUES)], others + 1
        number = used.get(hue, 0)
        while (colour := _shade(hue, number)) in taken:
            number += 1
        colours[name], used[hue] = colour, number + 1
        taken.add(colour)
    return colours | {name: colour for name, colour in (fixed or {}).items() if name in colours}


def _shade(hue: str, number: int) -> str:
    """Return the shade of a hue with a number; every number has its own lightness."""
    # Beyond the listed shades, the golden ratio spreads any number of them evenly.
    share = SHADES[number] if number < len(SHADES) else -0.6 + 1.3 * (number * 0.618034 % 1.0)
    if share == 0:
        return hue
    target = 255 if share > 0 else 0
    parts = (int(hue[start : start + 2], 16) for start in (1, 3, 5))
    return "#" + "".join(f"{round(part + (target - part) * abs(share)):02x}" for part in parts)
