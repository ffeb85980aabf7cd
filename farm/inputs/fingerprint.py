"""The identity of a component's inputs, as a tree in which every branch has a digest of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from farm.canonical import identity
from farm.digest import Digest
from farm.inputs.component_inputs import Input

PREFIX = "farm1-sha256:"
"""Raise the number whenever the same inputs give another fingerprint: each then changes once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InputNode:
    """A branch of the tree, or an input at its end.

    Attributes:
        value: of an input; empty for a branch.
        said_at: file and line of an input; empty for a branch.
    """

    name: str
    digest: Digest
    value: str = ""
    said_at: str = ""
    children: tuple["InputNode", ...] = ()


def fingerprint(inputs: Sequence[Input]) -> str:
    """Return the identity of inputs, whatever their order."""
    return PREFIX + input_tree(inputs).digest


def input_tree(inputs: Sequence[Input], said_at: Callable[[Input], str] = lambda _: "") -> InputNode:
    """Return the tree of inputs.

    Args:
        said_at: gives an input's file and line, for a person.
    """
    return _branch("inputs", sorted(inputs, key=lambda named: named.name), 0, said_at)


def _branch(name: str, inputs: Sequence[Input], depth: int, said_at: Callable[[Input], str]) -> InputNode:
    children = tuple(
        _node(child, list(group), depth, said_at) for child, group in groupby(inputs, lambda named: named.name[depth])
    )
    return InputNode(
        name=name, digest=identity("inputs", [(child.name, child.digest) for child in children]), children=children
    )


def _node(name: str, inputs: Sequence[Input], depth: int, said_at: Callable[[Input], str]) -> InputNode:
    first = inputs[0]
    if len(first.name) > depth + 1:
        return _branch(name, inputs, depth + 1, said_at)
    return InputNode(name=name, digest=identity("input", first.value), value=first.value, said_at=said_at(first))
