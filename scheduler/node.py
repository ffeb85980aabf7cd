"""A node of the build graph."""

from typing import NamedTuple


class Node(NamedTuple):
    """One build: a component for an architecture. A plain pair of the same strings equals it."""

    component: str
    arch: str

    def __str__(self) -> str:
        """Return `component.arch`."""
        return f"{self.component}.{self.arch}"
