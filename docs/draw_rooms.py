"""Draw the rooms of the package, their floors and their imports, as docs/rooms.png.

python docs/draw_rooms.py
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

PACKAGE = Path(__file__).parents[1] / "h2model"
TARGET = Path(__file__).with_name("rooms.png")
#: Rooms that everything above may use are drawn as the ground, and modules without other rooms as one.
GROUND = ("errors", "constants", "numbers", "progress")
LEFT_OUT = ("__init__", "__main__")
SUBJECTS = {
    "inputs and equations": ("#0072B2", ("engine", "case", "frame", "policies", "model", "checks")),
    "solving in other ways": ("#CC79A7", ("certified", "diagnosis")),
    "results": ("#009E73", ("results", "accounts", "tables", "exports", "accessor")),
    "people": ("#E69F00", ("screen", "reference", "plots", "report", "start")),
    "runs": ("#D55E00", ("workflow", "studies", "cli")),
}
MEANING = {
    "engine": "Pyomo rules to\nLP and arrays",
    "case": "tables and YAML\nto one Dataset",
    "frame": "typed concern,\nshared sets",
    "policies": "one file\nper policy",
    "model": "one file\nper concern",
    "checks": "rules across\nconcerns",
    "certified": "hourly plans\nwith a proof",
    "diagnosis": "why there is\nno plan",
    "results": "a run's Dataset\nand folder",
    "accounts": "flows, ledger,\naudit",
    "tables": "tables\nfor people",
    "exports": "CSV, Excel,\nIAMC",
    "accessor": "run.h2model\nin notebooks",
    "screen": "terminal\nand JSON",
    "reference": "parameters,\nequations",
    "plots": "matplotlib\nand plotly",
    "report": "HTML reports",
    "start": "a new case",
    "workflow": "load, solve,\naudit",
    "studies": "campaigns\nand workers",
    "cli": "commands",
}
#: Column of each room; another room goes to the right of all.
COLUMNS = {
    "engine": 1, "frame": 1, "policies": 1, "model": 1, "diagnosis": 0, "certified": 1, "checks": 2,
    "case": 3.2, "results": 3.2, "accounts": 3.2, "tables": 3.2, "screen": 3.2, "exports": 4.25, "plots": 5.25,
    "accessor": 6.2, "reference": 4.6, "start": 7.05, "workflow": 1.6, "studies": 1.6, "report": 2.9, "cli": 2.9,
}  # fmt: skip
WIDTH, HEIGHT, COLUMN, STOREY = 2.05, 1.02, 2.35, 1.55
#: An arrow over this many floors runs beside the rooms.
ELBOW = 3
INK, PALE, STRIP, PAPER = "#222222", "#999999", "#F6F6F6", "#FFFFFF"
BOX = "round,pad=0,rounding_size=0.1"
Point = tuple[float, float]


def rooms() -> dict[str, list[Path]]:
    """Return the modules of each room: a folder, or a single module."""
    found: dict[str, list[Path]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        found.setdefault(path.relative_to(PACKAGE).parts[0].removesuffix(".py"), []).append(path)
    return {name: paths for name, paths in found.items() if name not in LEFT_OUT}


def used_by(paths: Iterable[Path], names: Iterable[str]) -> set[str]:
    """Return the rooms that modules import, also inside functions."""
    modules: set[str] = set()
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                modules |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {parts[1] for parts in (name.split(".") for name in modules) if parts[0] == "h2model" and parts[1:]} & set(
        names
    )


def floors(uses: Mapping[str, set[str]]) -> dict[str, int]:
    """Return the floor of each room: one above the highest room that it imports."""
    floor: dict[str, int] = {}

    def of(name: str) -> int:
        if name not in floor:
            floor[name] = 1 + max((of(other) for other in uses[name]), default=0)
        return floor[name]

    for name in uses:
        of(name)
    return floor


def direct(uses: Mapping[str, set[str]]) -> set[tuple[str, str]]:
    """Return the imports (upper, lower) that no path through other rooms implies."""

    def below(name: str) -> set[str]:
        return set().union(*({other} | below(other) for other in uses[name]))

    return {
        (name, low) for name, used in uses.items() for low in used if not any(low in below(o) for o in used - {low})
    }


def draw(target: Path) -> None:
    """Draw all rooms by floor, with an arrow for each import that no other import implies."""
    modules = rooms()
    names = [name for name in modules if name not in GROUND]
    uses = {name: used_by(modules[name], names) - {name} for name in names}
    floor = floors(uses)
    right = max(COLUMNS.values())
    position = {name: (COLUMNS.get(name, right + 1) * COLUMN, floor[name] * STOREY) for name in names}
    colour = {name: shade for shade, group in SUBJECTS.values() for name in group}
    figure, axis = plt.subplots(figsize=(17, 13))
    draw_floors(axis, max(floor.values()), right * COLUMN)
    for upper, lower in sorted(direct(uses)):
        elbow = floor[upper] - floor[lower] >= ELBOW
        draw_arrow(axis, position[upper], position[lower], elbow, colour.get(upper, INK))
    for name in names:
        draw_room(axis, name, *position[name], colour.get(name, INK))
    for label, (shade, _) in SUBJECTS.items():
        axis.plot([], [], "s", color=shade, markersize=12, label=label)
    axis.legend(loc="upper left", frameon=False, fontsize=13, bbox_to_anchor=(0.07, 0.985), labelspacing=0.7)
    axis.set_axis_off()
    axis.set_aspect("equal")
    axis.set_xlim(-WIDTH, right * COLUMN + WIDTH)
    axis.set_ylim(-HEIGHT, max(floor.values()) * STOREY + HEIGHT)
    figure.savefig(target, dpi=90, bbox_inches="tight", facecolor=PAPER)


def draw_floors(axis: plt.Axes, count: int, right: float) -> None:
    """Draw a pale strip for each floor, and the ground that every room may import."""
    left, width = -WIDTH * 0.62, right + WIDTH * 1.24
    for level in range(1, count + 1):
        strip = (left, level * STOREY - HEIGHT * 0.62)
        axis.add_patch(plt.Rectangle(strip, width, HEIGHT * 1.24, facecolor=STRIP, zorder=0))
        axis.text(left - 0.12, level * STOREY, str(level), ha="right", va="center", fontsize=12, color=PALE)
    ground = FancyBboxPatch((left, -0.32), width, 0.64, facecolor="#E4E4E4", edgecolor=PALE, boxstyle=BOX, zorder=0)
    axis.add_patch(ground)
    text = "   ·   ".join(GROUND) + "        for every room (the engine uses errors only)"
    axis.text(left + width / 2, 0, text, ha="center", va="center", fontsize=11.5, color=INK)


def draw_arrow(axis: plt.Axes, upper: Point, lower: Point, elbow: bool, colour: str) -> None:
    """Draw an arrow from a room to a room below: straight, or sideways and then down."""
    style = {"color": colour, "linewidth": 1.5, "alpha": 0.8, "zorder": 1}
    start, end = (upper[0], upper[1] - HEIGHT / 2), (lower[0], lower[1] + HEIGHT / 2)
    if elbow:
        # Several arrows to the right leave a room at different heights.
        height = upper[1] + 0.12 * (end[0] - upper[0]) / COLUMN - 0.22
        axis.plot([upper[0] + WIDTH / 2, end[0]], [height, height], **style)
        start = (end[0], height)
    axis.add_patch(FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=13, shrinkA=0, shrinkB=1, **style))


def draw_room(axis: plt.Axes, name: str, x: float, y: float, colour: str) -> None:
    """Draw one room as a box with its name and its subject."""
    box = (x - WIDTH / 2, y - HEIGHT / 2)
    style = {"boxstyle": BOX, "linewidth": 1.8, "zorder": 2}
    axis.add_patch(FancyBboxPatch(box, WIDTH, HEIGHT, facecolor=PAPER, edgecolor=colour, **style))
    axis.add_patch(FancyBboxPatch(box, WIDTH, HEIGHT, facecolor=colour, edgecolor="none", alpha=0.12, **style))
    axis.text(x, y + 0.27, name, ha="center", va="center", fontsize=13, fontweight="bold", color=INK, zorder=3)
    words = MEANING.get(name, "")
    axis.text(x, y - 0.16, words, ha="center", va="center", fontsize=9.5, color=INK, zorder=3, linespacing=1.2)


if __name__ == "__main__":
    draw(TARGET)
