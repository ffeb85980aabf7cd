"""Prints what the wheel of the project in the current directory needs to be built, as RPM dependencies.

Goes as far as the installed packages permit: rpm installs what is printed and asks again until nothing is new.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterable, Iterator
from email.message import Message
from email.parser import Parser
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from types import ModuleType
from zipfile import ZipFile

from pep517_backend import load_backend, output_to_stderr, read_build_system
from requirement import Requirement, parse_requirement
from rpm_dependency import dependency


def main() -> int:
    """Print the needs of the build system, of its hook, and of the metadata, round by round."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-runtime", action="store_true")
    parser.add_argument("--extras", default="")
    arguments = parser.parse_args()
    project = Path.cwd()
    system = read_build_system(project)
    if not _installed(system.requires):
        return 0
    with output_to_stderr():
        backend = load_backend(system, project)
        hook = getattr(backend, "get_requires_for_build_wheel", None)
        wanted = hook() if hook else []
    if not _installed(wanted) or arguments.no_runtime:
        return 0
    with output_to_stderr():
        metadata = _metadata(backend)
    extras = ["", *(extra.strip() for extra in arguments.extras.split(",") if extra.strip())]
    _installed([str(line) for line in metadata.get_all("Requires-Dist", [])], extras)
    return 0


def _installed(requirements: Iterable[str], extras: Iterable[str] = ("",)) -> bool:
    """Print requirements, and tell whether all of them are there already (in whatever version: rpm sees to that)."""
    complete = True
    for requirement in (parse_requirement(text) for text in requirements):
        if any(requirement.applies(extra) for extra in extras):
            there = [_print(one) for one in _with_extras(requirement)]
            complete = complete and all(there)
    return complete


def _with_extras(requirement: Requirement) -> Iterator[Requirement]:
    """Yield a requirement and what its extras add, where the installed metadata says so."""
    yield requirement
    for extra in requirement.extras:
        try:
            lines = distribution(requirement.name).requires or []
        except PackageNotFoundError:
            return
        for one in (parse_requirement(line) for line in lines):
            if one.applies(extra) and not one.applies():
                yield from _with_extras(one)


def _print(requirement: Requirement) -> bool:
    sys.stdout.write(f"{dependency(requirement)}\n")
    try:
        distribution(requirement.name)
    except PackageNotFoundError:
        return False
    return True


def _metadata(backend: ModuleType) -> Message:
    """Return the core metadata: from the hook where the backend has it, else from a wheel."""
    with tempfile.TemporaryDirectory() as directory:
        if hasattr(backend, "prepare_metadata_for_build_wheel"):
            name = backend.prepare_metadata_for_build_wheel(directory)
            text = Path(directory, name, "METADATA").read_text(encoding="utf-8")
        else:
            with ZipFile(Path(directory, backend.build_wheel(directory))) as wheel:
                inside = next(entry for entry in wheel.namelist() if entry.endswith(".dist-info/METADATA"))
                text = wheel.read(inside).decode()
    return Parser().parsestr(text, headersonly=True)


if __name__ == "__main__":
    sys.exit(main())
