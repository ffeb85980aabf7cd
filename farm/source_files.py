"""Gathers the files of a rendered component in the store: its own, and those that `sources` names."""

from farm.digest import Digest
from farm.overlay.files import Files
from farm.project.model import Component
from farm.source_package import SourceFile
from farm.sources.lookaside import Lookaside
from farm.sources.source_hash import verify_bytes
from farm.sources.sources_file import SOURCES_NAME, SourceEntry, parse_sources
from farm.sources.url_template import expand_lookaside
from farm.store.artifact_store import ArtifactStore


class SourceGatherer:
    """Puts files of components into a store; safe to use from several threads."""

    def __init__(self, *, store: ArtifactStore, lookaside: Lookaside) -> None:
        self._store = store
        self._lookaside = lookaside

    def gather(self, component: Component, files: Files) -> tuple[SourceFile, ...]:
        """Put every file into the store, those of the lookaside too, and return them by name.

        Raises:
            ProjectError: a file is not what `sources` says.
            InfrastructureError: the lookaside cannot be reached.
        """
        digests: dict[str, Digest] = {name: self._store.put_bytes(data) for name, data in plain_files(files)}
        for line in parse_sources(files.get(SOURCES_NAME, b"")):
            if line.entry is None:
                continue
            name = line.entry.filename
            if name in files:
                verify_bytes(line.entry, files[name])
            else:
                path = self._lookaside.fetch(line.entry, _places(component, line.entry))
                digests[name] = self._store.put_file(path)
        return tuple(SourceFile(name=name, digest=digests[name]) for name in sorted(digests))


def plain_files(files: Files) -> list[tuple[str, bytes]]:
    """Return what can be part of a source RPM: files of the top directory, without git's own; sorted."""
    return sorted((name, data) for name, data in files.items() if "/" not in name and not name.startswith(".git"))


def _places(component: Component, entry: SourceEntry) -> list[str]:
    """Return where a file may be, the best place first."""
    spec = component.spec
    places = []
    if spec.lookaside:
        places.append(
            expand_lookaside(
                spec.lookaside,
                package=spec.package,
                filename=entry.filename,
                hash_type=entry.hash_type,
                hash_hex=entry.hash,
            )
        )
    if spec.download_allowed:
        places += [source.uri for source in component.sources if source.filename == entry.filename and source.uri]
    return places
