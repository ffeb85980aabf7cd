"""Hashes of source files of which the project says none: fetched or made once, told, and pinned from then on.

A component whose every file has a hash is rendered, identified and built as any other: what came without one is part of
all its identities by content, and what comes with other bytes is refused within the run.
"""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from farm.archive.edited_source import SourceEditor
from farm.events import SourceLearned
from farm.overlay.archive_scope import archive_edits, with_promises
from farm.overlay.errors import ArchiveScopeError
from farm.overlay.files import Files
from farm.paths import CachePaths
from farm.project.model import Component, DeclaredSource, OriginType, Project
from farm.render_steps import RenderSteps, with_declared
from farm.source_files import SourceGatherer
from farm.sources.sources_file import SourceEntry

_SHOWN = 20

HASH_TYPE = "SHA512"
"""What a file is known by of which no `hash-type` is said; azldev's choice."""

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedHash:
    """A source file as it was found, of which the project has no hash.

    Attributes:
        source: the entry with the hash; without a place in the project where an archive is edited and has no entry.
    """

    component: str
    source: DeclaredSource
    is_new: bool

    @property
    def event(self) -> SourceLearned:
        """What the run keeps of it."""
        source = self.source
        return SourceLearned(
            component=self.component, filename=source.filename, hash_type=source.hash_type, hash=source.hash
        )

    @property
    def toml(self) -> str:
        """What must be written into the project."""
        lines = [f'hash = "{self.source.hash}"', f'hash-type = "{self.source.hash_type}"']
        if self.is_new:
            name = self.component if _BARE_KEY.fullmatch(self.component) else json.dumps(self.component)
            head = [f"[[components.{name}.source-files]]", f"filename = {json.dumps(self.source.filename)}"]
            lines = [*head, *lines, 'origin = { type = "overlay" }', "replace-upstream = true"]
            lines.append('replace-reason = "" # say why')
        return "\n".join(lines)


class MissingHashes:
    """Finds out the hashes that components of one project lack; safe to use from several threads.

    Args:
        tell: is told of each hash, once.
    """

    def __init__(
        self, *, project: Project, cache: CachePaths, sources: SourceGatherer, tell: Callable[[LearnedHash], None]
    ) -> None:
        self._steps = RenderSteps(project=project, cache=cache)
        self._scratch = cache.scratch
        self._sources = sources
        self._tell = tell
        self._completed: dict[str, Component] = {}

    def complete(self, component: Component) -> Component:
        """Return a component whose source files have a hash each; the same one within a run, whatever places say later.

        Raises:
            ProjectError: a file is nowhere, or cannot be made.
            InfrastructureError: a place cannot be asked.
        """
        promised = with_promises(component)
        if all(source.hash for source in promised.sources):
            return component
        if component.name not in self._completed:
            self._completed[component.name] = self._learn_all(promised, len(component.sources))
        return self._completed[component.name]

    def _learn_all(self, component: Component, said: int) -> Component:
        upstream = self._steps.upstream(self._steps.identify(component)).files
        known: list[DeclaredSource] = []
        learned: list[LearnedHash] = []
        for position, source in enumerate(component.sources):
            if source.hash:
                known.append(source)
                continue
            entry = SourceEntry(filename=source.filename, hash_type=source.hash_type or HASH_TYPE, hash="")
            found = self._learn(replace(component, sources=tuple(known)), upstream, source, entry)
            known.append(replace(source, hash_type=entry.hash_type, hash=found))
            learned.append(LearnedHash(component=component.name, source=known[-1], is_new=position >= said))
        for one in learned:
            self._tell(one)
        return replace(component, sources=tuple(known))

    def _learn(self, component: Component, upstream: Files, source: DeclaredSource, entry: SourceEntry) -> str:
        """Return the hash of a file.

        Args:
            component: with the files that are declared before it.
        """
        if source.type is OriginType.DOWNLOAD:
            return self._sources.learn(replace(component, sources=(source,)), entry).hash
        plain = tuple(one for one in component.sources if one.type is not OriginType.OVERLAY)
        before = replace(component, sources=plain, overlays=())
        content = self._sources.contents(before, with_declared(upstream, before))
        if source.type is OriginType.CUSTOM:
            return self._sources.made_hash(component, source, entry, content)
        if source.filename not in content:
            raise ArchiveScopeError(
                f"component {component.name!r} edits inside an archive that it does not have",
                why=f"{source.origin}: {source.filename} is neither beside its spec nor in `sources`",
                hint=f"it has: {', '.join(sorted(content)[:_SHOWN])}",
            )
        return self._edited_hash(component, entry, content[source.filename])

    def _edited_hash(self, component: Component, entry: SourceEntry, original: Path | bytes) -> str:
        editor = SourceEditor(component=component.name, scratch=self._scratch)
        (edits,) = (one for one in archive_edits(component.overlays) if one.archive == entry.filename)
        if isinstance(original, bytes):
            edited = editor.edit_bytes(entry.filename, original, edits.overlays)
            return hashlib.new(entry.hash_type.lower(), edited, usedforsecurity=False).hexdigest()
        return editor.edited_hash(original, entry, edits.overlays)
