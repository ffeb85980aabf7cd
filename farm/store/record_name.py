"""Names of records, checked before they become paths or keys."""

import re

from farm.store.artifact_store import StoreError

_WORD = re.compile(r"[A-Za-z0-9._+~^-]{1,200}")
_NAME_LENGTH = 1000


class RecordNameError(StoreError):
    """A text is no name of a record."""

    code = "STO006"


def record_words(name: str) -> tuple[str, ...]:
    """Return the words of a record's name.

    Raises:
        RecordNameError: it is empty, too long, or has a word that could lead elsewhere.
    """
    words = tuple(name.split("/"))
    if len(name) > _NAME_LENGTH or not all(_WORD.fullmatch(word) and word not in (".", "..") for word in words):
        raise RecordNameError(
            f"not a record's name: {name[:200]!r}", why="it is made of words of A-Z a-z 0-9 . _ + ~ ^ - between slashes"
        )
    return words
