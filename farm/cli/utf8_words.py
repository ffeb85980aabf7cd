"""Refuses what the farm could neither write to its ledger nor to JSON: words that are not UTF-8."""

from collections.abc import Iterable

from farm.errors import UsageError


class NotUtf8Error(UsageError):
    """An argument, or the path of a directory that the command works in, is not UTF-8."""

    code = "CLI007"


def require_utf8(words: Iterable[str]) -> None:
    """Check arguments and paths as Python decodes them: bytes that are not UTF-8 are lone surrogates there.

    Raises:
        NotUtf8Error: one has such bytes.
    """
    for word in words:
        try:
            word.encode()
        except UnicodeEncodeError as exc:
            raise NotUtf8Error(
                "an argument or directory is not UTF-8", why=repr(word), hint="give it, or the directory, another name"
            ) from exc
