"""The source of a component as `rpmbuild --with` reads it: its spec sets the bcond itself.

So nothing but the source RPM tells a bootstrap build from a full one, and their build ids can never be the same.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from farm.errors import ProjectError
from farm.project.farm_file import FARM_NAME
from farm.project.farm_settings import FarmSettings
from farm.project.origin import Origin
from farm.source_package import RenderedSource
from farm.store.artifact_store import ArtifactStore

_MACRO_FILES = (".inc", ".macros")


class UnknownBcondError(ProjectError):
    """A component's bootstrap bcond is none of its spec."""

    code = "PRJ025"


class BootstrapSpecs:
    """Makes the specs of components with the bootstrap bcond that a project declares for them.

    Args:
        root: directory of farm.toml.
    """

    def __init__(self, settings: FarmSettings, root: Path) -> None:
        self._bconds = {it.component: it.bcond for it in settings.bootstrap}
        self._root = root

    def bcond(self, component: str) -> str:
        """Return the bcond that is declared for a component; empty where none is."""
        return self._bconds.get(component, "")

    def spec(self, component: str, files: Mapping[str, bytes]) -> bytes:
        """Return a component's spec with its bcond switched on, as `rpmbuild --with` would: it has a line more.

        Args:
            files: the spec, and what of the files beside it may hold macros (`holds_macros`).

        Raises:
            UnknownBcondError: none of them names the bcond.
        """
        bcond = self._bconds[component]
        texts = [data for name, data in sorted(files.items()) if holds_macros(component, name)]
        if not any(_knows(text, bcond) for text in texts):
            raise self._unknown(component, bcond, texts)
        return f"%global _with_{bcond} --with-{bcond}\n".encode() + files[f"{component}.spec"]

    def _unknown(self, component: str, bcond: str, texts: Iterable[bytes]) -> UnknownBcondError:
        declared = sorted({found["name"].decode() for text in texts for found in _DECLARED.finditer(text)})
        said_at = Origin(file=self._root / FARM_NAME, keys=("bootstrap", component))
        return UnknownBcondError(
            f"{component}.spec has no bcond {bcond!r}",
            why=f"{said_at}: [bootstrap] names it",
            hint=f"its bconds are {', '.join(declared)}" if declared else "it has none: take the line out",
        )


def bootstrap_source(source: RenderedSource, specs: BootstrapSpecs, store: ArtifactStore) -> RenderedSource:
    """Return a component's source with its bcond switched on.

    Args:
        store: has the files of the source, and gets the spec.

    Raises:
        UnknownBcondError: see `BootstrapSpecs.spec`.
    """
    files = {it.name: store.read(it.digest) for it in source.files if holds_macros(source.component, it.name)}
    changed = store.put_bytes(specs.spec(source.component, files))
    return replace(
        source, files=tuple(replace(it, digest=changed) if it.name == source.spec_name else it for it in source.files)
    )


def holds_macros(component: str, name: str) -> bool:
    """Tell whether a file of a component is its spec, or looks like one of macros."""
    return name == f"{component}.spec" or name.endswith(_MACRO_FILES) or name.startswith("macros.")


_DECLARED = re.compile(rb"%\{?[?!]*bcond(?:_with|_without)?\s+(?P<name>[A-Za-z0-9_]+)")


def _knows(text: bytes, bcond: str) -> bool:
    name = re.escape(bcond.encode())
    forms = (rb"%\{?[?!]*bcond(?:_with|_without)?\s+", rb"%\{[?!]*with(?:out)?\s+", rb"_with(?:out)?_")
    return any(re.search(form + name + rb"(?![A-Za-z0-9_])", text) for form in forms)
