"""The project as it was at a commit: its files are laid out in a temporary directory and loaded."""

import shutil
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from farm.changes.errors import PastProjectError
from farm.errors import ProjectError
from farm.history.commit_files import Entry, list_files, read_blobs
from farm.history.repository import ProjectRepository
from farm.history.tree_copy import copy_project
from farm.inputs.contents import ABSENT, MOCK_SUFFIXES
from farm.inputs.layers import Layers
from farm.locks.lock_file import SUFFIX, Lock, parse_lock
from farm.project.loader import load_project
from farm.project.model import Project
from farm.project.root import CONFIG_NAME

_RENDERED_KEY = b"rendered-specs-dir"
_LARGEST_CONFIG = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class PastProject:
    """A project at a commit.

    Attributes:
        top: temporary directory that stands for the root of the repository.
        entries: files of the commit, without rendered specs.
        rendered: directory of rendered specs, from the top of the repository; empty where there is none.
        locks: by component.
    """

    revision: str
    commit: str
    top: Path
    entries: Mapping[str, Entry]
    project: Project
    layers: Layers
    rendered: str
    locks: Mapping[str, Lock]

    def shown(self, text: str) -> str:
        """Return a text in which paths are as they are in the repository."""
        return text.replace(f"{self.top}/", "")


@dataclass(frozen=True, slots=True)
class PastContents:
    """Files of a commit, by git's id of their content."""

    top: Path
    entries: Mapping[str, Entry]

    def file(self, path: Path) -> str:
        """Return the id of a file's content."""
        entry = self.entries.get(self._name(path))
        return entry.blob if entry else ABSENT

    def directory(self, spec: Path) -> Mapping[str, str]:
        """Return the ids of all files beside a spec and below."""
        start = f"{self._name(spec.parent)}/"
        return {name[len(start) :]: entry.blob for name, entry in self.entries.items() if name.startswith(start)}

    def mock_files(self, path: Path) -> Mapping[str, str]:
        """Return the ids of a mock configuration and of what lies beside it."""
        start = f"{self._name(path.parent)}/"
        names = [name for name in self.entries if name.startswith(start) and "/" not in name[len(start) :]]
        return {name[len(start) :]: self.entries[name].blob for name in names if name.endswith(MOCK_SUFFIXES)}

    def _name(self, path: Path) -> str:
        return path.relative_to(self.top).as_posix() if path.is_relative_to(self.top) else str(path)


@contextmanager
def past_project(
    repository: ProjectRepository, revision: str, *, config_files: Sequence[Path] = ()
) -> Iterator[PastProject]:
    """Load the project as it was.

    Args:
        config_files: further configuration files, as they are now.

    Raises:
        UnknownRevisionError: there is no such commit.
        PastProjectError: there was no project then, or not one that can be read.
        IncompleteHistoryError: the clone lacks a file that is needed.
    """
    commit = repository.commit(revision)
    directory = Path(tempfile.mkdtemp(prefix="farm-past-")).resolve()
    try:
        yield _load(repository, revision, commit, directory, config_files)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _load(
    repository: ProjectRepository, revision: str, commit: str, directory: Path, config_files: Sequence[Path]
) -> PastProject:
    every = list_files(repository, commit)
    if f"{repository.prefix}{CONFIG_NAME}" not in every:
        where = repository.prefix or "its top directory"
        raise PastProjectError(f"there is no project at {revision}", why=f"{where} has no {CONFIG_NAME} then")
    rendered = _rendered_directory(repository, every)
    entries = {path: entry for path, entry in every.items() if not rendered or not path.startswith(f"{rendered}/")}
    copy_project(repository, entries, directory)
    try:
        project = load_project(directory / repository.prefix, config_files=config_files, permissive=True)
        return PastProject(
            revision=revision,
            commit=commit,
            top=directory,
            entries=entries,
            project=project,
            layers=Layers(project),
            rendered=rendered,
            locks=_locks(project),
        )
    except ProjectError as exc:
        why = f"{exc.what}\n{exc.why}".replace(f"{directory}/", "")
        raise PastProjectError(f"the project cannot be read at {revision}", why=why.strip(), hint=exc.hint) from exc


def _rendered_directory(repository: ProjectRepository, entries: Mapping[str, Entry]) -> str:
    """Find the directory of rendered specs, which is far larger than all the rest and no configuration."""
    named = {path: entry for path, entry in entries.items() if path.endswith(".toml")}
    contents = read_blobs(repository, (entry.blob for entry in named.values()), largest=_LARGEST_CONFIG)
    for path, entry in named.items():
        text = contents.get(entry.blob, b"")
        if _RENDERED_KEY not in text:
            continue
        try:
            said = tomllib.loads(text.decode()).get("project", {}).get(_RENDERED_KEY.decode(), "")
        except (ValueError, AttributeError, RecursionError):
            continue
        if isinstance(said, str) and said:
            return _joined(PurePosixPath(path).parent, said)
    return ""


def _joined(directory: PurePosixPath, said: str) -> str:
    parts: list[str] = []
    for part in (*directory.parts, *PurePosixPath(said).parts):
        if part == ".." and parts:
            parts.pop()
        elif part not in (".", ".."):
            parts.append(part)
    return "/".join(parts)


def _locks(project: Project) -> dict[str, Lock]:
    files = sorted(project.lock_directory.glob(f"*{SUFFIX}")) if project.lock_directory.is_dir() else []
    return {
        path.name.removesuffix(SUFFIX): parse_lock(path.read_text(encoding="utf-8", errors="replace"), str(path))
        for path in files
        if path.is_file() and not path.name.startswith(".")
    }
