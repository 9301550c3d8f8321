"""Lines of faults: where the setting that a fault names is in a YAML file.

Content is read without positions, which is faster. A file is read again with positions only if it has a fault.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from h2model.case.faults import Faults
from h2model.case.yaml_text import compose_yaml
from h2model.errors import Fault

_SCENARIO, _OVERRIDE, _OVERRIDES = "scenario: ", "override ", "overrides."


def add_lines(faults: Iterable[Fault], files: Mapping[str, Path]) -> Faults:
    """Return faults with the lines of the files that they are in.

    "first.yaml: time.resolution" becomes "first.yaml, line 5: time.resolution". If a key is missing, the line is that
    of its section. Faults in other files do not change.

    Parameters
    ----------
    faults
        Faults of any files.
    files
        Paths of YAML files, by the names that faults use for them.
    """
    nodes: dict[str, Node | None] = {}
    located = Faults()
    for fault in faults:
        name, _, address = fault.where.partition(": ")
        if address and name in files:
            if name not in nodes:
                nodes[name] = compose_yaml(files[name])
            line = _line_of(nodes[name], _in_file(address).split("."))
            fault = replace(fault, where=f"{name}, line {line}: {address}") if line else fault
        located.append(fault)
    return located


@dataclass(frozen=True)
class ScenarioFile:
    """The file of a scenario, and the addresses that were set after it was read.

    All instances are equal, because scenarios with the same content are equal.
    """

    path: Path | None = field(default=None, compare=False)
    changed: tuple[str, ...] = field(default=(), compare=False)

    def locate(self, faults: Iterable[Fault], name: str) -> Faults:
        """Return faults with the line of the file that they are in, or the `--set` that they come from.

        `name` is the name of the scenario in faults. Faults of the model call it "scenario"; faults of overrides and
        policies omit it.
        """
        return add_lines(
            (self._with_file(fault, name) for fault in faults), {} if self.path is None else {name: self.path}
        )

    def _with_file(self, fault: Fault, name: str) -> Fault:
        prefix = f"{name}: "
        address = fault.where.removeprefix(prefix).removeprefix(_SCENARIO)
        if not fault.where.startswith((prefix, _SCENARIO, _OVERRIDE, "policies.")):
            return fault
        for changed in self.changed:
            if f"{_in_file(address)}.".startswith(f"{changed}."):
                if address.startswith(_OVERRIDE):
                    return fault
                rest = address.removeprefix(changed).removeprefix(".")
                return replace(fault, where=f"--set {changed}: {rest}" if rest else f"--set {changed}")
        return fault if self.path is None else replace(fault, where=prefix + address)


def _in_file(address: str) -> str:
    """The address in the file of what a fault calls an override."""
    return _OVERRIDES + address.removeprefix(_OVERRIDE) if address.startswith(_OVERRIDE) else address


def _line_of(node: Node | None, address: list[str]) -> int | None:
    """The line of the last part of an address that the file contains; keys may contain dots."""
    line = None
    while address and isinstance(node, MappingNode | SequenceNode):
        children = (
            {str(key.value): (key, value) for key, value in node.value}
            if isinstance(node, MappingNode)
            else {str(number): (value, value) for number, value in enumerate(node.value)}
        )
        ends = (end for end in range(len(address), 0, -1) if ".".join(address[:end]) in children)
        # Pydantic also names the kind of a section, as in "design.sobol.samples": such a part is skipped.
        end = next(ends, None)
        if end is not None:
            key, node = children[".".join(address[:end])]
            line = key.start_mark.line + 1
        address = address[end or 1 :]
    return line
