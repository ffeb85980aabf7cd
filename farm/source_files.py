"""Gathers the files of a rendered component in the store: its own, and those that `sources` names."""

from dataclasses import dataclass
from pathlib import Path

from farm.archive.edited_source import SourceEditor
from farm.digest import Digest
from farm.overlay.archive_scope import ArchiveEdits, archive_edits
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

    def __init__(self, *, store: ArtifactStore, lookaside: Lookaside, scratch: Path) -> None:
        self._store = store
        self._lookaside = lookaside
        self._scratch = scratch

    def gather(self, component: Component, files: Files, upstream: Files | None = None) -> tuple[SourceFile, ...]:
        """Put every file into the store, those of the lookaside too, and return them by name.

        Args:
            upstream: the files before overlays, whose `sources` says what an archive is before it is edited inside.
                Without them, such an archive is taken as the lookaside has it.

        Raises:
            ProjectError: a file is not what `sources` says.
            InfrastructureError: the lookaside cannot be reached.
        """
        digests: dict[str, Digest] = {name: self._store.put_bytes(data) for name, data in plain_files(files)}
        originals = _originals(component, upstream or {})
        for line in parse_sources(files.get(SOURCES_NAME, b"")):
            if line.entry is None:
                continue
            name = line.entry.filename
            if name in files:
                verify_bytes(line.entry, files[name])
            else:
                digests[name] = self._from_elsewhere(component, line.entry, originals.get(name))
        return tuple(SourceFile(name=name, digest=digests[name]) for name in sorted(digests))

    def _from_elsewhere(self, component: Component, entry: SourceEntry, original: "_Original | None") -> Digest:
        if original is None:
            return self._store.put_file(self._lookaside.fetch(entry, _places(component, entry)))
        path = self._lookaside.fetch(original.entry, _places(component, original.entry))
        editor = SourceEditor(component=component.name, scratch=self._scratch)
        with editor.edited(path, entry, original.edits.overlays) as edited:
            return self._store.put_file(edited)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Original:
    """An archive before it is edited inside."""

    entry: SourceEntry
    edits: ArchiveEdits


def _originals(component: Component, upstream: Files) -> dict[str, _Original]:
    entries = {line.entry.filename: line.entry for line in parse_sources(upstream.get(SOURCES_NAME, b"")) if line.entry}
    return {
        edits.archive: _Original(entry=entries[edits.archive], edits=edits)
        for edits in archive_edits(component.overlays)
        if edits.archive in entries
    }


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
