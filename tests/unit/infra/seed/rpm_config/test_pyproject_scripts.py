"""The scripts as rpm runs them: as programs, in the directory of a project."""

import sys
from pathlib import Path

import pytest
from builders.rpm_config import SCRIPTS

from farm.process import BASE_ENVIRONMENT, Finished, run

BACKEND = """
print("chatter of the backend")
def get_requires_for_build_wheel(settings=None):
    return ["pytest>=1"]
def prepare_metadata_for_build_wheel(directory, settings=None):
    import pathlib
    info = pathlib.Path(directory, "x-1.dist-info")
    info.mkdir()
    (info / "METADATA").write_text("Name: x\\nRequires-Dist: missing-thing<2\\nRequires-Dist: big; extra == 'all'\\n")
    return info.name
def build_wheel(directory, settings=None, metadata=None):
    open(directory + "/x-1-py3-none-any.whl", "w").close()
    return "x-1-py3-none-any.whl"
"""
PYPROJECT = '[build-system]\nrequires = [{requires}]\nbuild-backend = "requirement"\nbackend-path = ["."]\n'


def make_project(root: Path, requires: str = "'hypothesis'") -> Path:
    (root / "pyproject.toml").write_text(PYPROJECT.format(requires=requires))
    (root / "requirement.py").write_text(BACKEND)  # named like a module of ours
    return root


def script(name: str, *arguments: str, directory: Path, stdin: bytes = b"") -> Finished:
    argv = [sys.executable, "-s", str(SCRIPTS / name), *arguments]
    environment = {**BASE_ENVIRONMENT, "PYTHONDONTWRITEBYTECODE": "1"}
    return run(argv, directory=directory, environment=environment, stdin=stdin, timeout=60)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], ["python3dist(hypothesis)", "python3dist(pytest) >= 1", "python3dist(missing-thing) < 2~~"]),
        (["--no-runtime"], ["python3dist(hypothesis)", "python3dist(pytest) >= 1"]),
        (
            ["--extras", "all"],
            [
                "python3dist(hypothesis)",
                "python3dist(pytest) >= 1",
                "python3dist(missing-thing) < 2~~",
                "python3dist(big)",
            ],
        ),
    ],
)
def test_needs_come_from_the_table_the_hook_and_the_metadata(
    tmp_path: Path, options: list[str], expected: list[str]
) -> None:
    finished = script("pyproject_buildrequires.py", *options, directory=make_project(tmp_path))
    assert finished.ok, finished.stderr
    assert finished.stdout.decode().splitlines() == expected
    assert "chatter of the backend" in finished.stderr


def test_what_is_missing_ends_the_round(tmp_path: Path) -> None:
    project = make_project(tmp_path, requires="'no-such-backend>=2', 'other; python_version < \"3\"'")
    finished = script("pyproject_buildrequires.py", directory=project)
    assert (finished.status, finished.stdout.decode()) == (0, "python3dist(no-such-backend) >= 2\n")


def test_a_wheel_is_built_into_the_directory(tmp_path: Path) -> None:
    finished = script("pyproject_wheel.py", "wheels", directory=make_project(tmp_path))
    assert finished.stdout.decode() == f"{tmp_path}/wheels/x-1-py3-none-any.whl\n"
    assert Path(finished.stdout.decode().strip()).is_file()


def test_metadata_files_give_provides_and_requires(tmp_path: Path) -> None:
    metadata = tmp_path / "Some_Thing-1.0.dist-info" / "METADATA"
    metadata.parent.mkdir()
    metadata.write_text("Name: Some_Thing\nVersion: 1.0\nRequires-Dist: pluggy<2,>=1.5\n\nRequires-Dist: body\n")
    stdin = f"{metadata}\n{tmp_path}/elsewhere/METADATA\n".encode()
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    provides = script("python_dist.py", "--provides", directory=tmp_path, stdin=stdin)
    assert provides.stdout.decode().split("\n") == [
        f"python{python}dist(some-thing) = 1",
        "python3dist(some-thing) = 1",
        "",
    ]
    requires = script("python_dist.py", "--requires", directory=tmp_path, stdin=stdin)
    assert requires.stdout.decode().split("\n") == [
        "(python3dist(pluggy) < 2~~ with python3dist(pluggy) >= 1.5)",
        f"python(abi) = {python}",
        "",
    ]


def test_modules_are_imported_but_for_those_excluded(tmp_path: Path) -> None:
    (tmp_path / "modules").write_text("json\njson.decoder\nno_such.thing\nno_such\n")
    listed = ["--list", str(tmp_path / "modules")]
    finished = script("import_check.py", *listed, "--exclude", "no_such*", directory=tmp_path)
    assert finished.stdout.decode() == "import json\nimport json.decoder\n"
    assert script("import_check.py", *listed, "--top-level", "--exclude", "no_such", directory=tmp_path).ok
    assert "No module named 'no_such'" in script("import_check.py", *listed, directory=tmp_path).stderr
