"""Drops files that no Source or Patch of a spec names, as azldev does when it renders."""

from collections.abc import Sequence
from pathlib import Path

from farm.overlay.files import Files
from farm.overlay.macros_file import macros_file_name
from farm.overlay.needed_files import mentioned_name, needed_files
from farm.paths import CachePaths
from farm.project.model import Component, Project
from farm.rendered_tree import write_tree
from farm.requires.readers import cached_reader
from farm.requires.reading import ReaderName, RenderedSpec, SpecReading
from farm.requires.spec_places import project_macros
from farm.sandbox.claimed_directory import claimed_directory
from farm.sources.sources_file import SOURCES_NAME

_DIRECTORY_MODE = 0o755
_SCRATCH_MODE = 0o711


class FileFilter:
    """Filters the files of rendered components of one project.

    A spec is read for every architecture of the project, so that what only one of them names is kept. The fast reader
    is believed where it had nothing to guess, or where nothing would be dropped; else rpm is asked, and where rpm
    cannot read the spec either all is kept.
    """

    def __init__(self, *, project: Project, cache: CachePaths) -> None:
        self._project = project
        self._cache = cache
        self._macros = project_macros(project)

    def keep_needed(self, rendered: Sequence[tuple[Component, Files]]) -> list[Files]:
        """Return the files of each component without those that nothing names.

        Raises:
            InfrastructureError: reading specs is not possible here.
        """
        if not any(_has_more(component, files) for component, files in rendered):
            return [files for _, files in rendered]
        filtered = {component.name: files for component, files in rendered}
        with claimed_directory(self._cache.scratch, "filter") as scratch:
            scratch.chmod(_SCRATCH_MODE)  # a sandbox of another user goes through it to the specs
            specs = [_write(scratch, component, files) for component, files in rendered if _has_more(component, files)]
            for reader in (ReaderName.FAST, ReaderName.RPM):
                answers = self._read(reader, specs)
                specs = [spec for spec in specs if not _settle(filtered, spec.component, answers[spec.component])]
        return [filtered[component.name] for component, _ in rendered]

    def _read(self, name: ReaderName, specs: Sequence[RenderedSpec]) -> dict[str, list[SpecReading]]:
        """Return what each spec says for each architecture."""
        found: dict[str, list[SpecReading]] = {spec.component: [] for spec in specs}
        for arch in self._project.farm.arches if specs else ():
            for reading in cached_reader(name, self._cache).read(specs, macros=self._macros, arch=arch):
                found[reading.component].append(reading)
        return found


def _settle(filtered: dict[str, Files], component: str, readings: Sequence[SpecReading]) -> bool:
    """Filter the files of a component where its readings allow it; tell whether they settle the question."""
    if any(reading.error for reading in readings):
        return False
    files = filtered[component]
    mentioned = {mentioned_name(value) for reading in readings for value in (*reading.sources, *reading.patches)}
    names = needed_files(files, spec=f"{component}.spec", mentioned=mentioned)
    if len(names) < len(files) and any(reading.guesses for reading in readings):
        return False
    filtered[component] = {name: files[name] for name in names}
    return True


def _has_more(component: Component, files: Files) -> bool:
    """Tell whether a component has files that may be dropped."""
    always = {f"{component.name}.spec", SOURCES_NAME, macros_file_name(component.name)}
    return not component.skip_file_filter and not always.issuperset(files)


def _write(scratch: Path, component: Component, files: Files) -> RenderedSpec:
    directory = scratch / component.name
    write_tree(directory, files, f"{component.name}.spec")
    directory.chmod(_DIRECTORY_MODE)
    return RenderedSpec(component=component.name, path=directory / f"{component.name}.spec")
