"""The installed package: complete, and found by scripts beside a clone whose folder has the name of the package."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE_FILES = {
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "h2model").rglob("*")
    if path.is_file() and "__pycache__" not in path.parts
}
#: Python as a user starts it: without the import path that a developer may have set.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
#: Prints where the package is, and reads one name from it: an empty namespace package has neither.
SCRIPT = "import h2model; print(h2model.__file__); h2model.load_case"
NOT_IN_THE_WHEEL = ("tests/test_it.py", "inputs/here/case.yaml", "benchmarks/speed.py", "runs/base/results.nc")


@pytest.fixture(scope="module")
def clone(tmp_path_factory) -> Path:
    """A copy of the project in a folder `h2model`, with all that a build reads and some that it must leave out."""
    folder = tmp_path_factory.mktemp("parent") / "h2model"
    shutil.copytree(ROOT / "h2model", folder / "h2model", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "docs", folder / "docs")
    for name in ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "environment.yml", ".gitignore"):
        shutil.copy(ROOT / name, folder)
    for name in NOT_IN_THE_WHEEL:
        (folder / name).parent.mkdir(parents=True)
        (folder / name).touch()
    return folder


def build(hook: str, clone: Path, folder: Path) -> Path:
    """Call a hook of the build backend in the clone, as pip does, and return the file that it writes."""
    backend = tomllib.loads((clone / "pyproject.toml").read_text())["build-system"]["build-backend"]
    code = f"import {backend} as backend; backend.{hook}({str(folder)!r})"
    subprocess.run([sys.executable, "-c", code], cwd=clone, env=ENVIRONMENT, check=True, capture_output=True)
    return next(folder.iterdir())


def files_of_wheel(wheel: Path) -> set[str]:
    """Return the names of all files in a wheel except its metadata."""
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def test_wheel_holds_all_files_of_the_package_and_no_others(clone, tmp_path):
    files = files_of_wheel(build("build_wheel", clone, tmp_path))
    assert files == PACKAGE_FILES
    for data in (
        "report/run.html.jinja",
        "reference/reference_page.html",
        "start/template/scenarios/mycase_capped.yaml",
    ):
        assert f"h2model/{data}" in files


def test_source_distribution_builds_the_same_wheel(clone, tmp_path):
    shutil.unpack_archive(build("build_sdist", clone, tmp_path / "sdist"), tmp_path)
    (unpacked,) = (folder for folder in tmp_path.iterdir() if folder.name.startswith("h2model-"))
    assert not any((unpacked / name).exists() for name in NOT_IN_THE_WHEEL)
    assert files_of_wheel(build("build_wheel", unpacked, tmp_path / "wheel")) == PACKAGE_FILES


@pytest.fixture(scope="module", params=["editable", "regular"])
def installed(request, clone, tmp_path_factory) -> tuple[Path, Path]:
    """The Python of a new environment with h2model installed from the clone, and where its files must come from."""
    folder = tmp_path_factory.mktemp(request.param)
    venv.create(folder, symlinks=True)
    packages = Path(sysconfig.get_path("purelib", vars={"base": folder, "platbase": folder}))
    # The dependencies come from the environment of the tests.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    python = folder / "bin" / "python"
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--ignore-installed", "--quiet", "--no-compile"]
    source = ["--editable", str(clone)] if request.param == "editable" else [str(clone)]
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", *options, *source]
    subprocess.run(command, env=ENVIRONMENT, check=True, capture_output=True)
    return python, clone / "h2model" if request.param == "editable" else packages / "h2model"


@pytest.mark.parametrize(
    "arguments", [("script.py",), ("-c", SCRIPT), ("-m", "script")], ids=["script", "command", "module"]
)
def test_python_beside_a_clone_imports_the_installed_package(arguments, installed, clone):
    """The folder of the clone has the name of the package, and must not be taken for it."""
    python, package = installed
    (clone.parent / "script.py").write_text(SCRIPT)
    done = subprocess.run(
        [python, *arguments], cwd=clone.parent, env=ENVIRONMENT, check=False, capture_output=True, text=True
    )
    assert done.stderr == ""
    assert Path(done.stdout.strip()) == package / "__init__.py"


def test_the_command_runs_beside_a_clone(installed, clone):
    python, _ = installed
    for command in ([python, "-m", "h2model"], [python.with_name("h2model")]):
        done = subprocess.run(
            [*command, "--version"], cwd=clone.parent, env=ENVIRONMENT, check=True, capture_output=True, text=True
        )
        assert done.stdout.startswith("h2model ")
