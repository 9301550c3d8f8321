"""The house: imports run downward only, siblings keep apart, and the files that name dependencies agree."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
import yaml

from h2model.accounts.audit.policies import AUDITS
from h2model.engine import Model, compile_model
from h2model.frame.concern import Sums
from h2model.model import CONCERNS, DUALS, EQUATIONS, PARAMETERS, build, capacity, prepare
from h2model.policies import POLICIES

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "h2model"

# Which rooms a room may import, besides itself. Each room may use only rooms that are listed before it.
FLOORS = {
    "errors": set(),
    "constants": set(),
    "numbers": set(),
    "progress": set(),
    "engine": {"errors"},
    "case": {"errors"},
    "frame": {"errors", "engine", "case"},
    "policies": {"errors", "engine", "case", "frame"},
    "model": {"errors", "engine", "case", "frame", "policies"},
    "checks": {"errors", "case", "frame", "policies", "model"},
    "certified": {"errors", "progress", "engine", "case", "model"},
    "diagnosis": {"errors", "progress", "engine", "case", "frame", "model"},
    "results": {"errors", "case"},
    "accounts": {"errors", "case", "results"},
    "tables": {"errors", "case", "results", "accounts"},
    "reference": {"errors", "case", "frame", "results"},
    "screen": {"errors", "progress", "case", "results", "accounts", "tables", "reference"},
    "exports": {"errors", "case", "results", "accounts", "tables"},
    "start": {"errors", "case"},
    "plots": {"errors", "case", "results", "accounts", "tables"},
    "accessor": {"errors", "results", "tables", "plots"},
    "workflow": {
        *("errors", "progress", "engine", "case", "policies", "model", "checks", "certified", "diagnosis"),
        *("results", "accounts", "tables", "screen"),
    },
    "studies": {
        *("errors", "progress", "engine", "case", "policies", "model", "results", "tables", "screen"),
        "workflow",
    },
    "report": {"errors", "case", "frame", "model", "results", "tables", "screen", "plots", "workflow", "studies"},
    "cli": {
        *("errors", "engine", "case", "model", "policies", "checks", "diagnosis", "results", "accounts", "tables"),
        *("reference", "screen", "exports", "start", "workflow", "studies", "report"),
    },
    "__main__": {"cli"},
}
#: Every room may use these, but the engine: it could be a package of its own.
GROUND = {"constants", "numbers"}
NO_PYOMO = (
    *("case", "results", "accounts", "tables", "reference", "screen", "exports", "start", "plots"),
    *("accessor", "workflow", "studies", "report", "cli"),
)
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported(path: Path) -> set[str]:
    """Full names of all modules a file imports, including those imported inside functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_run_downward(path):
    part = part_of(path)
    used = {name.split(".")[1] for name in imported(path) if name.startswith("h2model.")}
    parts = {p.stem if p.is_file() else p.name for p in PACKAGE.iterdir()}
    assert (used & parts) - {part} <= FLOORS[part] | (GROUND if part != "engine" else set())


def test_rooms_are_listed_from_the_ground_up():
    rooms = list(FLOORS)
    for room, used in FLOORS.items():
        assert used <= set(rooms[: rooms.index(room)]), room


def test_no_file_imports_itself_through_others():
    """Also through imports inside functions and those for type checkers."""
    files = {module_name(path): imported(path) for path in MODULES}
    uses = {}
    for name, names in files.items():
        # `from package import module` uses the module; the package alone only if it takes a name defined there.
        packages = {other.rpartition(".")[0] for other in names if other in files}
        uses[name] = {other for other in names if other in files and other != name and other not in packages}
    assert list(TopologicalSorter(uses).static_order())


@pytest.mark.parametrize("name", ["case", "policies", "model", "checks", "studies.prepare"])
def test_rooms_can_be_entered_first(name):
    """A worker begins with another module than a test does: no room may need that another was imported before."""
    subprocess.run([sys.executable, "-c", f"import h2model.{name}"], check=True, cwd=ROOT)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_pyomo_stays_below(path):
    if part_of(path) in NO_PYOMO:
        assert not any(name.split(".")[0] == "pyomo" for name in imported(path))


@pytest.mark.parametrize("path", sorted((PACKAGE / "model").glob("*.py")), ids=lambda p: p.name)
def test_concerns_do_not_import_one_another(path):
    if path.name in ("__init__.py", "build.py"):
        return
    assert not {name for name in imported(path) if name.startswith("h2model.model.")}


def test_no_file_is_too_long_to_read():
    too_long = {path.name: n for path in MODULES if (n := len(path.read_text(encoding="utf-8").splitlines())) > 400}
    assert not too_long


def test_conda_environment_is_in_step_with_pyproject():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    conda = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    from_pip = next(entry["pip"] for entry in conda if isinstance(entry, dict))
    named = {entry for entry in [*conda, *from_pip] if isinstance(entry, str)}
    assert named - {"pip", "--editable ."} == {
        *project["dependencies"],
        f"python{project['requires-python']}",
    }


def test_every_declared_parameter_is_read(everything):
    """A parameter that the model does not read is an input without effect."""
    for_the_case_only = {"lower_heating_value", "base_year", "discount_rate"}
    for parameter in PARAMETERS:
        if parameter.name not in for_the_case_only:
            with pytest.raises(KeyError, match=parameter.name):
                build(everything.drop_vars(parameter.name))


def test_parameters_are_declared_once():
    names = [parameter.name for parameter in PARAMETERS]
    assert len(names) == len(set(names))


def test_every_equation_states_the_meaning_of_its_dual():
    assert [name for name, meaning in DUALS.items() if not meaning and name != "total_cost"] == []


def test_every_equation_says_why_segments_relax_it():
    assert len(EQUATIONS) > 40
    assert [equation.name for equation in EQUATIONS.values() if not equation.segments] == []


def test_every_policy_has_an_audit_of_its_own():
    assert {name: policy.dimension for name, policy in POLICIES.items()} == {
        name: audit.DIMENSION for name, audit in AUDITS.items()
    }


def test_every_policy_has_a_test_of_its_own():
    for name in POLICIES:
        assert any(f'"{name}"' in path.read_text(encoding="utf-8") for path in (ROOT / "tests/policies").glob("*.py"))


def test_concerns_declare_what_they_need_of_others(everything):
    """Every set or variable of another concern that a file uses is named in `needs`, and nothing else is."""
    owner = owners(everything)
    common = {name for name, concern in owner.items() if concern == "dimensions"}
    for concern in CONCERNS:
        tree = ast.parse(Path(sys.modules[concern.module].__file__).read_text(encoding="utf-8"))
        attributes = (node for node in ast.walk(tree) if isinstance(node, ast.Attribute))
        used = {node.attr for node in attributes if isinstance(node.value, ast.Name) and node.value.id == "m"}
        of_others = {name for name in used if name in owner and owner[name] != concern.name}
        assert set(concern.needs) == of_others - common, concern.name


def owners(data) -> dict[str, str]:
    """Name of each component of the model → name of the concern that declares it."""
    prepared, m, sums = prepare(data), Model(name="owners"), Sums()
    owner: dict[str, str] = {}
    for concern in CONCERNS:
        if concern.declare is not None:
            concern.declare(m, prepared, sums)
        owner |= {name: concern.name for name in m.component_map() if name not in owner}
    return owner


def test_a_concern_before_what_it_needs_is_refused(everything, monkeypatch):
    late = (*(concern for concern in CONCERNS if concern.name != "capacity"), capacity.CONCERN)
    monkeypatch.setattr(sys.modules["h2model.model.build"], "CONCERNS", late)
    with pytest.raises(ValueError, match="conversion is declared before capacity, which it needs"):
        build(everything)


def test_inputs_without_a_policy_that_came_later_can_be_built(everything):
    program = compile_model(build(everything.drop_dims("growth")))
    assert "growth_limit" not in {block.component.local_name for block in program.rows}
