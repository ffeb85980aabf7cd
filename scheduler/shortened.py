"""Long lists in one line for people: the first few of them, or both ends of a path. Pure."""

from collections.abc import Sequence

_SOME = 3
_END = 4


def some(names: Sequence[str], most: int = _SOME) -> str:
    """Return the first few names, and how many more there are."""
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")


def path_words(nodes: Sequence[str]) -> str:
    """Return the beginning and the end of a path, and how many nodes lie between."""
    between = len(nodes) - 2 * _END
    return " -> ".join(nodes if between <= 0 else [*nodes[:_END], f"{between} more", *nodes[-_END:]])
