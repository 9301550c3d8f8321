"""YAML for people: repeated keys are refused, 1e3 is a number, only true and false are truth values.

ruamel.yaml reads and writes. Fewer plain words are numbers or dates than in YAML 1.2: `2030-01-01`, `1_000` and `0x1F`
stay words, as `NO`, `yes` and `12:30` do. `010` is ten.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.composer import MaxDepthExceededError
from ruamel.yaml.constructor import ConstructorError, DuplicateKeyError, SafeConstructor
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode
from ruamel.yaml.representer import SafeRepresenter
from ruamel.yaml.resolver import VersionedResolver

from h2model.errors import Fault, InputError

#: Levels of nested lists and mappings that are read; the deepest setting of a scenario is on the seventh.
DEEPEST = 50
LINE_WIDTH = 110

_TAGS = (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
    (
        "float",
        r"^(?:[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[-+]?[0-9]+[eE][-+]?[0-9]+"
        r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$",
        "-+0123456789.",
    ),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("merge", r"^(?:<<)$", "<"),
)


_WORD_TAGS = ("tag:yaml.org,2002:str", "tag:yaml.org,2002:merge")


class _Resolver(VersionedResolver):
    """The tags of plain words by their first letter, for all versions of YAML."""

    versioned_resolver: Mapping[str | None, list] = {
        letter: [(f"tag:yaml.org,2002:{tag}", re.compile(pattern)) for tag, pattern, first in _TAGS if letter in first]
        for letter in dict.fromkeys(letter for _, _, first in _TAGS for letter in first)
    }


class _Constructor(SafeConstructor):
    """Plain Python values; a repeated key is refused with both of its lines."""

    def construct_mapping(self, node: MappingNode, deep: bool = False) -> dict:
        """Return the mapping of a node."""
        first: dict[tuple[str, str], Node] = {}
        merged = getattr(node, "merge", None) or ()
        for key, _ in node.value[len(merged) :]:
            if not isinstance(key, ScalarNode):
                raise ConstructorError(None, None, "a list or mapping cannot be a key", key.start_mark)
            same = first.setdefault((str(key.tag), str(key.value)), key)
            if same is not key:
                lines = f"on lines {same.start_mark.line + 1} and {key.start_mark.line + 1}"
                raise DuplicateKeyError(None, None, f"the key '{key.value}' is repeated, {lines}", key.start_mark)
        return super().construct_mapping(node, deep=deep)


class _Representer(SafeRepresenter):
    """Write each value in full: anchors would not help a reader."""

    def ignore_aliases(self, data: Any) -> bool:
        """Return True for every value."""
        return True


_Constructor.add_constructor("tag:yaml.org,2002:int", lambda constructor, node: int(constructor.construct_scalar(node)))


def _yaml() -> YAML:
    yaml = YAML(typ="safe", pure=True)
    yaml.Resolver, yaml.Constructor, yaml.Representer = _Resolver, _Constructor, _Representer
    yaml.max_depth, yaml.width = DEEPEST, LINE_WIDTH
    yaml.composer.warn_double_anchors = False
    yaml.default_flow_style = yaml.sort_base_mapping_type_on_output = False
    return yaml


def compose_yaml(path: Path) -> Node | None:
    """Return the content of a YAML file as nodes that know their lines; None if it cannot be read."""
    try:
        return _yaml().compose(path.read_bytes().decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError, YAMLError, AssertionError):
        return None


def parse_yaml(text: str, name: str) -> Any:
    """Return the content of a YAML text.

    Raises InputError with `name` and the line if the text cannot be read.
    """
    try:
        return _yaml().load(text)
    except (YAMLError, AssertionError) as error:  # ruamel.yaml asserts that it knows the version of YAML
        mark = getattr(error, "problem_mark", None)
        where = f"{name}, line {mark.line + 1}" if mark else name
        problem = getattr(error, "problem", None) or str(error)
        remedy = "correct the YAML; check indentation and colons"
        if isinstance(error, DuplicateKeyError):
            remedy = "keep one of them"
        elif isinstance(error, MaxDepthExceededError):
            problem, remedy = f"lists and mappings are nested more than {DEEPEST} deep", "use fewer brackets"
        raise InputError([Fault(where, problem, remedy)]) from None


def read_yaml(path: Path, name: str = "") -> dict[str, Any]:
    """Return the mapping in a YAML file, which faults call `name`.

    Raises InputError if the file is missing, or is not UTF-8, not YAML or not a mapping.
    """
    name = name or path.name
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError:
        raise InputError([Fault(name, "the file is missing", f"add {name}")]) from None
    except UnicodeDecodeError:
        raise InputError([Fault(name, "is not UTF-8 text", "save it with UTF-8 encoding")]) from None
    content = parse_yaml(text, name)
    if not isinstance(content, dict):
        raise InputError([Fault(name, "contains no keys", "write 'key: value' lines")])
    if not all(isinstance(key, str) for key in content):
        keys = [key for key, _ in _yaml().compose(text).value if key.tag not in _WORD_TAGS]
        places = [(f"{name}, line {key.start_mark.line + 1}", key.value) for key in keys]
        remedy = "use the names of the settings as keys"
        raise InputError([Fault(where, f"the key '{value}' is not a word", remedy) for where, value in places])
    return content


def to_yaml(content: Any) -> str:
    """Return a value as YAML text, from which `parse_yaml` returns an equal value."""
    text = io.StringIO()
    _yaml().dump(content, text)
    return text.getvalue()
