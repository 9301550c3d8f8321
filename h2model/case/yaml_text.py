"""YAML for people: no repeated keys, 1e3 is a number, and only true and false are truth values."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from h2model.case.faults import Faults
from h2model.errors import Fault, InputError

_RESOLVERS = (
    ("tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), "tTfF"),
    ("tag:yaml.org,2002:int", re.compile(r"^[-+]?[0-9]+$"), "-+0123456789"),
    (
        "tag:yaml.org,2002:float",
        re.compile(
            r"^(?:[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[-+]?[0-9]+[eE][-+]?[0-9]+"
            r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
        ),
        "-+0123456789.",
    ),
    ("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""]),
    ("tag:yaml.org,2002:merge", re.compile(r"^(?:<<)$"), "<"),
)


class _Loader(yaml.SafeLoader):
    """SafeLoader with the rules of YAML 1.2 for plain words (so that NO stays a price zone)."""

    yaml_implicit_resolvers: dict = {}  # noqa: RUF012  (the attribute that PyYAML looks up)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        """A mapping, refused when a key stands in it twice."""
        seen = set()
        for key_node, _ in node.value:
            key = (key_node.tag, key_node.value) if isinstance(key_node, yaml.ScalarNode) else None
            if key is not None and key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key '{key_node.value}' stands twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


class _Dumper(yaml.SafeDumper):
    """SafeDumper that quotes exactly what `_Loader` would otherwise read as something else."""

    yaml_implicit_resolvers: dict = {}  # noqa: RUF012

    def ignore_aliases(self, data: Any) -> bool:
        """Write every value in full; anchors are no help to a reader."""
        return True


def _decimal(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int:
    return int(loader.construct_scalar(node))


for _class in (_Loader, _Dumper):
    for _tag, _pattern, _first in _RESOLVERS:
        _class.add_implicit_resolver(_tag, _pattern, list(_first))
_Loader.add_constructor("tag:yaml.org,2002:int", _decimal)


def parse_yaml(text: str, name: str) -> Any:
    """The content of a YAML text; InputError with file and line when it cannot be read."""
    try:
        return yaml.load(text, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{name}, row {mark.line + 1}" if mark else name
        problem = getattr(error, "problem", None) or str(error)
        remedy = "keep one of them" if "stands twice" in problem else "correct the YAML; check indentation and colons"
        raise InputError([Fault(where, problem, remedy)]) from None


def read_yaml(path: Path, name: str = "") -> dict[str, Any]:
    """The mapping in a YAML file; InputError when it is missing, not UTF-8, not YAML or not a mapping."""
    name = name or path.name
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError:
        raise InputError([Fault(name, "the file is missing", f"add {name}")]) from None
    except UnicodeDecodeError:
        raise InputError([Fault(name, "is not UTF-8 text", "save it with UTF-8 encoding")]) from None
    content = parse_yaml(text, name)
    if not isinstance(content, dict):
        raise InputError([Fault(name, "holds no keys", "write 'key: value' lines")])
    faults = Faults()
    for key in content:
        if not isinstance(key, str):
            faults.add(name, f"the key {key!r} is not a word", "use the names of the settings as keys")
    faults.raise_if_any()
    return content


def to_yaml(content: Any) -> str:
    """A value as YAML text that `parse_yaml` reads back as it was."""
    return yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
