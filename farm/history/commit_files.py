"""The files of a commit, by path, without checking anything out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from farm.history.errors import UnsafeTreeError
from farm.history.repository import ProjectRepository, incomplete

LINK = "120000"
_SUBMODULE = "160000"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a commit: git's mode, and the id of its content."""

    mode: str
    blob: str


def list_files(repository: ProjectRepository, commit: str, below: str = "") -> dict[str, Entry]:
    """Return the files and links of a commit by path, in git's order; submodules are left out.

    Args:
        below: a directory, from the top of the repository; all files where it is empty.

    Raises:
        UnsafeTreeError: a path is one that no git would make, and leads elsewhere.
        IncompleteHistoryError: trees are missing.
    """
    where = ["--", below] if below else []
    listed = repository.check(["ls-tree", "-r", "-z", "--full-tree", commit, *where])
    entries = {}
    for record in listed.split(b"\0"):
        if not record:
            continue
        head, _, raw = record.partition(b"\t")
        mode, _, blob = head.decode().split()
        if mode != _SUBMODULE:
            entries[_safe(raw, commit)] = Entry(mode, blob)
    return entries


def read_blobs(repository: ProjectRepository, blobs: Iterable[str], *, largest: int) -> dict[str, bytes]:
    """Return contents by id; larger ones are left out.

    Raises:
        IncompleteHistoryError: one is missing.
    """
    wanted = sorted(set(blobs))
    sizes = _sizes(repository, wanted)
    fitting = [blob for blob in wanted if sizes[blob] <= largest]
    data = repository.check(["cat-file", "--batch"], stdin=_lines(fitting)) if fitting else b""
    contents = {}
    position = 0
    for blob in fitting:
        start = data.index(b"\n", position) + 1
        contents[blob] = data[start : start + sizes[blob]]
        position = start + sizes[blob] + 1
    return contents


def read_versions(repository: ProjectRepository, path: str, commits: Iterable[str]) -> dict[str, bytes]:
    """Return the content of one path by commit; commits without it are left out."""
    asked = list(commits)
    names = "".join(f"{commit}:{path}\n" for commit in asked).encode(errors="surrogateescape")
    answers = repository.check(["cat-file", "--batch-check"], stdin=names).decode(errors="replace").splitlines()
    found = {}
    for commit, answer in zip(asked, answers, strict=True):
        words = answer.split()
        if len(words) == 3 and words[1] == "blob":  # noqa: PLR2004 - id, type, size
            found[commit] = words[0]
    contents = read_blobs(repository, found.values(), largest=2**20)
    return {commit: contents[blob] for commit, blob in found.items() if blob in contents}


def _sizes(repository: ProjectRepository, blobs: list[str]) -> Mapping[str, int]:
    if not blobs:
        return {}
    sizes = {}
    for line in repository.check(["cat-file", "--batch-check"], stdin=_lines(blobs)).decode().splitlines():
        blob, _, rest = line.partition(" ")
        if not rest.startswith("blob "):
            raise incomplete(f"{blob}: {rest}")
        sizes[blob] = int(rest.split()[1])
    return sizes


def _lines(names: Iterable[str]) -> bytes:
    return "".join(f"{name}\n" for name in names).encode()


def _safe(raw: bytes, commit: str) -> str:
    path = raw.decode(errors="surrogateescape")
    if any(part in ("", ".", "..") or part.lower() == ".git" for part in path.split("/")):
        raise UnsafeTreeError("a commit has a path that is not safe", why=f"{commit}: {path!r}")
    return path
