"""Gathers the files of a rendered component in the store: its own, and those that `sources` names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from farm.archive.edited_source import SourceEditor
from farm.digest import Digest
from farm.overlay.archive_scope import ArchiveEdits, archive_edits
from farm.overlay.files import Files
from farm.paths import CachePaths
from farm.project.model import Component, DeclaredSource, Project
from farm.source_package import SourceFile
from farm.source_scripts import SourceScripts, scripted
from farm.sources.errors import SourceScriptError
from farm.sources.lookaside import Lookaside, WantedSource
from farm.sources.script_roots import ScriptRoots
from farm.sources.source_hash import hash_of, verify_bytes
from farm.sources.sources_file import SOURCES_NAME, SourceEntry, parse_sources
from farm.sources.transfer import TransferWatch
from farm.sources.url_template import expand_lookaside
from farm.store.artifact_store import ArtifactStore


def project_sources(
    *,
    project: Project,
    store: ArtifactStore,
    cache: CachePaths,
    watch: TransferWatch | None = None,
    script_roots: ScriptRoots | None = None,
) -> "SourceGatherer":
    """Return what gathers the source files of a project.

    Args:
        watch: is told how source files come.
        script_roots: what scripts that make source files run in; without it they have no packages.
    """
    return SourceGatherer(
        store=store,
        lookaside=Lookaside(cache.lookaside, watch=watch),
        scripts=SourceScripts(
            roots=project.roots,
            scratch=cache.scratch,
            script_roots=script_roots,
            network=project.farm.scripts_network,
        ),
        scratch=cache.scratch,
        mirrors=project.farm.lookaside_mirrors,
    )


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
        fetched = self._fetched(component, files, {name: one.entry for name, one in originals.items()})
        for name, path in fetched.items():
            original = originals.get(name)
            digests[name] = (
                self._edited(component, path, entries[name], original) if original else self._store.put_file(path)
            )
        before: dict[str, Path | bytes] = {**(upstream or files), **fetched}
        digests |= self._made(component, entries, before)
        return tuple(SourceFile(name=name, digest=digests[name]) for name in sorted(digests))

    def contents(self, component: Component, files: Files) -> dict[str, Path | bytes]:
        """Return the files of a component, and those that their `sources` names, with nothing edited inside archives.

        Raises:
            FarmError: as `gather`.
        """
        before: dict[str, Path | bytes] = {**files, **self._fetched(component, files, {})}
        made = self._made(component, _entries(files), before)
        return {**before, **{name: self._store.read(digest) for name, digest in made.items()}}

    def learn(self, component: Component, entry: SourceEntry) -> SourceEntry:
        """Fetch a declared file from where it is said, and return its entry with a hash; it is in the cache then.

        Raises:
            FarmError: as `Lookaside.fetch`.
        """
        return self._lookaside.learn(entry.filename, entry.hash_type, _downloads(component, entry))

    def made_hash(
        self, component: Component, source: DeclaredSource, entry: SourceEntry, before: Mapping[str, Path | bytes]
    ) -> str:
        """Return the hash, of the type of an entry, that the file has which a script makes of what is there before.

        Raises:
            FarmError: as `SourceScripts.made`.
        """
        inputs = {name: _input(source, name, before) for name in source.inputs}
        with self._scripts.made(component, source, entry, inputs) as path:
            return hash_of(path, entry.hash_type)

    def _fetched(self, component: Component, files: Files, originals: Mapping[str, SourceEntry]) -> dict[str, Path]:
        """Return where the files lie that dist-git does not have itself; they come together.

        Args:
            originals: entries of archives as they are before they are edited inside.
        """
        scripted_names = {source.filename for source in scripted(component)}
        wanted: dict[str, SourceEntry] = {}
        for name, entry in _entries(files).items():
            if name in scripted_names:
                continue
            if name in files:
                verify_bytes(entry, files[name])
            else:
                wanted[name] = originals.get(name, entry)
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
            made = {name: self._store.read(digests[name]) for name in source.inputs if name in digests}
            inputs = {name: _input(source, name, {**before, **made}) for name in source.inputs}
            with self._scripts.made(component, source, _entry_of(component, source, entries), inputs) as path:
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


def _entry_of(component: Component, source: DeclaredSource, entries: Mapping[str, SourceEntry]) -> SourceEntry:
    if source.filename in entries:
        return entries[source.filename]
    raise SourceScriptError(
        f"the source file {source.filename!r} is not in `{SOURCES_NAME}`",
        why=f"{source.origin}: {source.script} makes it",
        hint=f"what is kept rendered is older: farm component render -p {component.name}",
    )


def _input(source: DeclaredSource, name: str, before: Mapping[str, Path | bytes]) -> Path | bytes:
    if name in before:
        return before[name]
    raise SourceScriptError(
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
    return [*places, *_downloads(component, entry)]


def _downloads(component: Component, entry: SourceEntry) -> list[str]:
    """Return where the project says that a file is."""
    if not component.spec.download_allowed:
        return []
    return [source.uri for source in component.sources if source.filename == entry.filename and source.uri]
