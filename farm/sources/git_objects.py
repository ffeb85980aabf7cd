"""Reads objects out of a git repository that nobody vouches for: one git process, and every object is hashed again.

What is named by an id is what was asked for, or an error: a repository cannot give other bytes for a pinned commit.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from farm.process_dialogue import Dialogue, DialogueError
from farm.sources.errors import DistGitContentError
from farm.sources.git_command import GitCommand

MAX_OBJECT_BYTES = 512 * 2**20

_SECONDS = 600.0
_AT_ONCE = 500
"""Requests in flight: they fit the pipe, so that neither side waits for the other."""

_ID = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class GitObject:
    """An object and its id.

    Attributes:
        kind: `commit`, `tree`, `blob` or `tag`.
    """

    id: str
    kind: str
    data: bytes


class GitObjects:
    """The objects of one repository, for one thread."""

    def __init__(self, dialogue: Dialogue, repository: Path) -> None:
        self._dialogue = dialogue
        self._repository = repository

    @property
    def repository(self) -> Path:
        """Where they lie."""
        return self._repository

    def find(self, name: str) -> GitObject | None:
        """Return the object of an id or a reference; None where there is no such object.

        Raises:
            DistGitContentError: it is damaged, or too big.
            ProcessError: git failed.
        """
        self._dialogue.say(f"{name}\n".encode())
        return self._answer(name, MAX_OBJECT_BYTES)

    def each(self, ids: Sequence[str], most: int = MAX_OBJECT_BYTES) -> Iterator[GitObject]:
        """Yield objects in the order of their ids.

        Args:
            most: bytes of all of them.

        Raises:
            DistGitContentError: one is missing or damaged, or they are too big.
            ProcessError: git failed.
        """
        for start in range(0, len(ids), _AT_ONCE):
            part = ids[start : start + _AT_ONCE]
            self._dialogue.say("".join(f"{name}\n" for name in part).encode())
            for name in part:
                found = self._answer(name, most)
                if found is None:
                    raise DistGitContentError("a dist-git object is missing", why=f"{self._repository}: {name}")
                most -= len(found.data)
                yield found

    def _answer(self, name: str, most: int) -> GitObject | None:
        try:
            fields = self._dialogue.line().decode(errors="replace").rsplit(" ", 2)
            if len(fields) != 3 or not fields[2].isdecimal():  # noqa: PLR2004 - id, kind, size
                return None  # `<name> missing`, `<name> ambiguous`
            size = int(fields[2])
            if size > most:
                raise DistGitContentError(
                    "a dist-git object is too big", why=f"{self._repository}: {name}: {size} bytes"
                )
            data = self._dialogue.take(size)
            self._dialogue.take(1)
        except DialogueError as exc:
            raise DistGitContentError(
                "a dist-git repository cannot be read", why=f"{self._repository}: {name}\n{exc.why or exc.what}"
            ) from exc
        found = GitObject(fields[0], fields[1], data)
        self._verify(name, found)
        return found

    def _verify(self, name: str, found: GitObject) -> None:
        header = f"{found.kind} {len(found.data)}\0".encode()
        actual = hashlib.sha1(header, usedforsecurity=False)
        actual.update(found.data)
        wanted = name if _ID.fullmatch(name) else found.id
        if actual.hexdigest() != wanted:
            raise DistGitContentError(
                "a dist-git object is damaged",
                why=f"{self._repository}: what it has as {wanted} is {actual.hexdigest()}",
                hint="clone the repository anew; and check the disk",
            )


@contextmanager
def git_objects(git: GitCommand, repository: Path) -> Iterator[GitObjects]:
    """Open the objects of a repository, as they are: no replacements, no grafts.

    Raises:
        ProcessError: git cannot be started.
    """
    with git.dialogue(repository, ["cat-file", "--batch"], seconds=_SECONDS) as dialogue:
        yield GitObjects(dialogue, repository)
