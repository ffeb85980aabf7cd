"""The source of a component as `rpmbuild --with` reads it: its spec sets the bcond itself.

So nothing but the source RPM tells a bootstrap build from a full one, and their build ids can never be the same.
"""

import re
from dataclasses import replace
from pathlib import Path

from farm.errors import ProjectError
from farm.project.farm_file import FARM_NAME
from farm.project.farm_settings import FarmSettings
from farm.project.origin import Origin
from farm.source_package import RenderedSource, SourceFile
from farm.store.artifact_store import ArtifactStore

_MACRO_FILES = (".inc", ".macros")


class UnknownBcondError(ProjectError):
    """A component's bootstrap bcond is none of its spec."""

    code = "PRJ025"


class BootstrapSources:
    """Makes the sources of components with the bootstrap bcond that a project declares for them.

    Args:
        root: directory of farm.toml.
        store: has the files of sources, and gets the specs.
    """

    def __init__(self, settings: FarmSettings, root: Path, store: ArtifactStore) -> None:
        self._bconds = {it.component: it.bcond for it in settings.bootstrap}
        self._root = root
        self._store = store

    def bcond(self, component: str) -> str:
        """Return the bcond that is declared for a component; empty where none is."""
        return self._bconds.get(component, "")

    def source(self, source: RenderedSource) -> RenderedSource:
        """Return a component's source with its bcond switched on, as `rpmbuild --with` would; the spec has a line more.

        Raises:
            UnknownBcondError: neither its spec nor a file of macros beside it names the bcond.
        """
        bcond = self._bconds[source.component]
        self._check(source, bcond)
        (spec,) = (file for file in source.files if file.name == source.spec_name)
        text = f"%global _with_{bcond} --with-{bcond}\n".encode() + self._store.read(spec.digest)
        changed = replace(spec, digest=self._store.put_bytes(text))
        return replace(source, files=tuple(changed if file == spec else file for file in source.files))

    def _check(self, source: RenderedSource, bcond: str) -> None:
        texts = [self._store.read(file.digest) for file in source.files if _has_macros(source, file)]
        if any(_knows(text, bcond) for text in texts):
            return
        declared = sorted({found["name"].decode() for text in texts for found in _DECLARED.finditer(text)})
        said_at = Origin(file=self._root / FARM_NAME, keys=("bootstrap", source.component))
        raise UnknownBcondError(
            f"{source.spec_name} has no bcond {bcond!r}",
            why=f"{said_at}: [bootstrap] names it",
            hint=f"its bconds are {', '.join(declared)}" if declared else "it has none: take the line out",
        )


_DECLARED = re.compile(rb"%\{?[?!]*bcond(?:_with|_without)?\s+(?P<name>[A-Za-z0-9_]+)")


def _knows(text: bytes, bcond: str) -> bool:
    name = re.escape(bcond.encode())
    forms = (rb"%\{?[?!]*bcond(?:_with|_without)?\s+", rb"%\{[?!]*with(?:out)?\s+", rb"_with(?:out)?_")
    return any(re.search(form + name + rb"(?![A-Za-z0-9_])", text) for form in forms)


def _has_macros(source: RenderedSource, file: SourceFile) -> bool:
    return file.name == source.spec_name or file.name.endswith(_MACRO_FILES) or file.name.startswith("macros.")
