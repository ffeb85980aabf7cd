"""Remembers which buildroot followed from what, so that a node whose inputs are the same is not solved again.

What a node is solved from is named by one key: all behind it, package by package, folded into the keys of the nodes
that it needs directly. The build id is made anew from what is known now, and only counts with a verdict of the ledger.
"""

from collections.abc import Callable, Sequence

from farm.build import BuiltRpm
from farm.canonical import identity
from farm.digest import Digest
from scheduler.cached_table import CachedTable
from scheduler.node import Node
from scheduler.preparation import Prepared


class SolvedBefore:
    """Keys and the buildroots that were found for them.

    Args:
        locks: identities of buildroot locks by key.
        context: the identity of all else that a buildroot follows from, by architecture.
    """

    def __init__(self, locks: CachedTable[str], context: Callable[[str], Digest]) -> None:
        self._locks = locks
        self._context = context
        self._made: dict[Node, Digest] = {}

    def key(self, node: Node, prepared: Prepared, providers: Sequence[Node]) -> Digest | None:
        """Return what the buildroot of a node follows from; None where something behind it was never made."""
        behind = [self._made.get(provider) for provider in providers]
        if None in behind:
            return None
        facts = prepared.facts[node.arch]
        asked = [prepared.source_rpm.digest, facts.build_requires, facts.dynamic]
        return identity("solved", [self._context(node.arch), str(node), asked, behind])

    def made(self, node: Node, rpms: Sequence[BuiltRpm], providers: Sequence[Node]) -> None:
        """Note what a node has made, for the keys of those that need it; after all that it needs."""
        behind = [self._made.get(provider) for provider in providers]
        if None not in behind:
            self._made[node] = identity("made", [str(node), [rpm.digest for rpm in rpms], behind])

    def build_id(self, key: Digest, prepared: Prepared, arch: str) -> Digest | None:
        """Return the build id that follows from a key; None where it was never solved."""
        lock = self._locks.get(key)
        return None if lock is None else prepared.build_inputs(arch, Digest(lock)).build_id

    def remember(self, key: Digest, lock: Digest) -> None:
        """Keep what was solved."""
        self._locks.put(key, lock)

    def save(self) -> None:
        """Let later processes know."""
        self._locks.save()
