"""Reads the files of a commit out of a git repository, without checking anything out."""

from dataclasses import dataclass
from pathlib import Path

from farm.overlay.files import Files
from farm.process import fail
from farm.sources.errors import DistGitContentError
from farm.sources.git_command import GitCommand

MAX_TREE_BYTES = 512 * 2**20

_REGULAR = frozenset({"100644", "100755", "100664"})
_SORTS = {"120000": "a symbolic link", "160000": "a submodule"}
_TIMEOUT = 120.0


@dataclass(frozen=True, slots=True)
class _Entry:
    mode: str
    blob: str
    size: int
    path: str


def read_tree(git: GitCommand, repository: Path, commit: str) -> Files:
    """Return the regular files of a commit by path.

    Links and submodules below a subdirectory are left out: nothing from there reaches a source RPM.

    Raises:
        DistGitContentError: there is a link or submodule at the top, an unsafe path, or too much of everything.
        ProcessError: git failed.
    """
    entries = [entry for entry in _list(git, repository, commit) if _is_wanted(entry)]
    total = sum(entry.size for entry in entries)
    if total > MAX_TREE_BYTES:
        raise DistGitContentError("a dist-git commit is too big", why=f"{commit} has {total} bytes")
    wanted = "".join(f"{entry.blob}\n" for entry in entries).encode()
    finished = git.run(repository, ["cat-file", "--batch"], stdin=wanted, timeout=_TIMEOUT)
    if not finished.ok:
        fail(finished)
    return _unpack(entries, finished.stdout)


def _list(git: GitCommand, repository: Path, commit: str) -> list[_Entry]:
    finished = git.run(repository, ["ls-tree", "-r", "-l", "-z", "--full-tree", commit], timeout=_TIMEOUT)
    if not finished.ok:
        fail(finished)
    return [_entry(record) for record in finished.stdout.split(b"\0") if record]


def _entry(record: bytes) -> _Entry:
    head, _, raw = record.partition(b"\t")
    mode, _, blob, size = head.decode().split()
    try:
        path = raw.decode()
    except UnicodeDecodeError as exc:
        raise DistGitContentError("a dist-git file name is not UTF-8", why=repr(raw)) from exc
    if any(part in ("", ".", "..", ".git") for part in path.split("/")) or not path.isprintable():
        raise DistGitContentError("a dist-git file name is not safe", why=repr(path))
    return _Entry(mode, blob, 0 if size == "-" else int(size), path)


def _is_wanted(entry: _Entry) -> bool:
    if entry.mode in _REGULAR:
        return True
    if "/" in entry.path:
        return False
    sort = _SORTS.get(entry.mode, f"of mode {entry.mode}")
    raise DistGitContentError("dist-git has something that is no plain file", why=f"{entry.path!r} is {sort}")


def _unpack(entries: list[_Entry], data: bytes) -> Files:
    files: dict[str, bytes] = {}
    position = 0
    for entry in entries:
        header_end = data.index(b"\n", position)
        fields = data[position:header_end].split()
        if len(fields) != 3:  # noqa: PLR2004 - name, type, size; "<name> missing" else
            raise DistGitContentError("a dist-git object is missing", why=f"{entry.blob} of {entry.path!r}")
        start = header_end + 1
        files[entry.path] = data[start : start + entry.size]
        position = start + entry.size + 1
    return files
