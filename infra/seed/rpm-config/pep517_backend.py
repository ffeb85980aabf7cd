"""The build backend that pyproject.toml names (PEP 517)."""

import contextlib
import importlib
import os
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, cast

# What PEP 518 says a project without [build-system] means.
_DEFAULT_REQUIRES = ("setuptools >= 40.8.0",)
_DEFAULT_BACKEND = "setuptools.build_meta:__legacy__"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildSystem:
    """[build-system] of pyproject.toml."""

    requires: tuple[str, ...]
    backend: str
    path: tuple[str, ...]


def read_build_system(project: Path) -> BuildSystem:
    """Return what a project says of its build, or the defaults."""
    try:
        text = (project / "pyproject.toml").read_text(encoding="utf-8")
    except FileNotFoundError:
        text = ""
    table = tomllib.loads(text).get("build-system", {})
    return BuildSystem(
        requires=tuple(table.get("requires", _DEFAULT_REQUIRES)),
        backend=table.get("build-backend", _DEFAULT_BACKEND),
        path=tuple(table.get("backend-path", ())),
    )


def load_backend(system: BuildSystem, project: Path) -> ModuleType:
    """Import the backend: from the project where it carries its own, else from what is installed.

    Only the legacy backend sees the project's own modules: setup.py there imports from beside itself. Our own modules,
    which stand beside this one, are hidden from all of them.
    """
    here = str(Path(__file__).parent)
    sys.path[:] = [entry for entry in sys.path if entry != here]
    for name, module in list(sys.modules.items()):
        if name != "__main__" and str(getattr(module, "__file__", "")).startswith(f"{here}/"):
            del sys.modules[name]
    inside = [str(project)] if system.backend.endswith(":__legacy__") else []
    sys.path[:0] = [str((project / path).resolve()) for path in system.path] + inside
    name, _, attribute = system.backend.partition(":")
    found: Any = importlib.import_module(name)
    for part in filter(None, attribute.split(".")):
        found = getattr(found, part)
    return cast("ModuleType", found)


@contextlib.contextmanager
def output_to_stderr() -> Iterator[None]:
    """Send what a backend and its children print to standard error: standard output is for the caller's answer."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)
