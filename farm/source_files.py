"""Gathers the files of a rendered component in the store: its own, and those that `sources` names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from farm.archive.edited_source import SourceEditor
from farm.digest import Digest
from farm.overlay.archive_scope import ArchiveEdits, archive_edits
from farm.overlay.files import Files
from farm.project.model import Component, DeclaredSource
from farm.source_package import SourceFile
from farm.source_scripts import SourceScripts, scripted
from farm.sources.errors import SourceScriptError
from farm.sources.lookaside import Lookaside, WantedSource
from farm.sources.source_hash import verify_bytes
from farm.sources.sources_file import SOURCES_NAME, SourceEntry, parse_sources
from farm.sources.url_template import expand_lookaside
from farm.store.artifact_store import ArtifactStore


class SourceGatherer:
    """Puts files of components into a store; safe to use from several threads.

    Args:
        mirrors: templates of lookasides that are asked after a distribution's own.
    """

    def __init__(
        self,
        *,
        store: ArtifactStore,
        lookaside: Lookaside,
        scripts: SourceScripts,
        scratch: Path,
        mirrors: Sequence[str] = (),
    ) -> None:
        self._store = store
        self._mirrors = tuple(mirrors)
        self._scripts = scripts
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
        entries = _entries(files)
        scripted_names = {source.filename for source in scripted(component)}
        wanted: dict[str, SourceEntry] = {}
        for name, entry in entries.items():
            if name in scripted_names:
                continue
            if name in files:
                verify_bytes(entry, files[name])
            else:
                wanted[name] = originals[name].entry if name in originals else entry
        fetched = self._fetched(component, wanted)
        for name, path in fetched.items():
            original = originals.get(name)
            digests[name] = (
                self._edited(component, path, entries[name], original) if original else self._store.put_file(path)
            )
        before: dict[str, Path | bytes] = {**(upstream or files), **fetched}
        digests |= self._made(component, entries, before)
        return tuple(SourceFile(name=name, digest=digests[name]) for name in sorted(digests))

    def _fetched(self, component: Component, wanted: Mapping[str, SourceEntry]) -> dict[str, Path]:
        """Return where the files lie that dist-git does not have itself; they come together."""
        sources = [
            WantedSource(entry=entry, urls=tuple(_places(component, entry, self._mirrors))) for entry in wanted.values()
        ]
        return dict(zip(wanted, self._lookaside.fetch_all(sources), strict=True))

    def _edited(self, component: Component, path: Path, entry: SourceEntry, original: "_Original") -> Digest:
        editor = SourceEditor(component=component.name, scratch=self._scratch)
        with editor.edited(path, entry, original.edits.overlays) as edited:
            return self._store.put_file(edited)

    def _made(
        self, component: Component, entries: Mapping[str, SourceEntry], before: Mapping[str, Path | bytes]
    ) -> dict[str, Digest]:
        """Put what scripts make into the store; each may be given what is there before, and what earlier ones made.

        Args:
            before: files as they are before overlays.
        """
        digests: dict[str, Digest] = {}
        for source in scripted(component):
            inputs: dict[str, Path | bytes] = {}
            for name in source.inputs:
                if name not in digests and name not in before:
                    raise _no_input(source, name)
                inputs[name] = self._store.read(digests[name]) if name in digests else before[name]
            with self._scripts.made(component, source, entries[source.filename], inputs) as path:
                digests[source.filename] = self._store.put_file(path)
        return digests


@dataclass(frozen=True, slots=True, kw_only=True)
class _Original:
    """An archive before it is edited inside."""

    entry: SourceEntry
    edits: ArchiveEdits


def _originals(component: Component, upstream: Files) -> dict[str, _Original]:
    entries = _entries(upstream)
    return {
        edits.archive: _Original(entry=entries[edits.archive], edits=edits)
        for edits in archive_edits(component.overlays)
        if edits.archive in entries
    }


def _entries(files: Files) -> dict[str, SourceEntry]:
    return {line.entry.filename: line.entry for line in parse_sources(files.get(SOURCES_NAME, b"")) if line.entry}


def _no_input(source: DeclaredSource, name: str) -> SourceScriptError:
    return SourceScriptError(
        f"the script {source.script} is to be given {name!r}, which is not among the component's files",
        why=f"{source.origin}: `inputs` names it",
        hint="an input is a file beside the upstream spec, a source of upstream, or another of `source-files`, "
        "declared before where a script makes it",
    )


def plain_files(files: Files) -> list[tuple[str, bytes]]:
    """Return what can be part of a source RPM: files of the top directory, without git's own; sorted."""
    return sorted((name, data) for name, data in files.items() if "/" not in name and not name.startswith(".git"))


def _places(component: Component, entry: SourceEntry, mirrors: Sequence[str]) -> list[str]:
    """Return where a file may be, the best place first."""
    spec = component.spec
    places = [
        expand_lookaside(
            template,
            package=spec.package,
            filename=entry.filename,
            hash_type=entry.hash_type,
            hash_hex=entry.hash,
        )
        for template in (spec.lookaside, *mirrors)
        if template
    ]
    if spec.download_allowed:
        places += [source.uri for source in component.sources if source.filename == entry.filename and source.uri]
    return places
