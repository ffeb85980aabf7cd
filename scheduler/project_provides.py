"""What the components of the project provide, known or foretold from names. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from farm.source_package import BinaryPackage, SpecFacts
from scheduler.node import Node
from scheduler.requirement import Requirement, satisfies
from scheduler.requirement_text import RequirementError, parse_requirement

_NAMESPACED = re.compile(r"(?P<namespace>python[0-9.]*dist|pkgconfig|cmake)\((?P<name>[^()\[\]]+)(?:\[[^\]]*\])?\)")
_ANY_NAMESPACE = re.compile(r"[^()]*\((?P<name>[^()]+)\)(?:\(.*\))?")
_SEPARATORS = re.compile(r"[-_.]+")
_VERSION_TAIL = re.compile(r"-?[0-9.]+$")
_KEPT = 1 << 18
"""So many texts are remembered with what they mean: all of a distribution, which every architecture repeats."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ProjectPackage:
    """A binary package of the project as the provider of something.

    Attributes:
        foretold: the provide is not written anywhere yet: the package's name promises it (`zlib-devel` will have
            `pkgconfig(zlib)`).
    """

    foretold: bool
    node: Node
    package: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a node is known to make: its spec's packages, and what its last good build really made of them."""

    spec: SpecFacts
    known: tuple[BinaryPackage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What another offer changes: names that something else provides now, and packages that require something else."""

    names: frozenset[str] = frozenset()
    packages: frozenset[tuple[Node, str]] = frozenset()

    def __or__(self, other: "Changed") -> "Changed":
        """Return what either changes."""
        return Changed(names=self.names | other.names, packages=self.packages | other.packages)


class ProjectProvides:
    """Index of provides by name and architecture.

    Args:
        facts: the specs; those that exclude their architecture provide nothing.
        known_packages: packages that the last good build of a node really made. Of those that the spec still has,
            all provides count, and nothing is foretold.

    Attributes:
        asked: names that were looked for; who cares empties it.
    """

    def __init__(self, facts: Mapping[Node, SpecFacts], known_packages: Mapping[Node, Sequence[BinaryPackage]]) -> None:
        self._by_name: dict[str, dict[str, list[tuple[Requirement, ProjectPackage]]]] = {}
        self._requires: dict[tuple[Node, str], tuple[str, ...]] = {}
        self.asked: set[str] = set()
        for node in sorted(facts):
            if not facts[node].excluded:
                self._add(node, facts[node], {it.name: it for it in known_packages.get(node, ())})

    def find(self, wanted: Requirement, arch: str) -> list[ProjectPackage]:
        """Return the packages that meet a requirement.

        The best is first: known before foretold, then the package of that very name, then by component and package.
        """
        by_name = self._by_name.get(arch, {})
        names = {wanted.name, canonical_name(wanted.name)}
        self.asked |= names
        found = {
            package
            for name in names
            for provide, package in by_name.get(name, ())
            if package.foretold or satisfies(provide, wanted)
        }
        if not found:
            return []
        known = {(it.node, it.package) for it in found if not it.foretold}
        kept = [it for it in found if not it.foretold or (it.node, it.package) not in known]
        return sorted(kept, key=lambda it: (it.foretold, it.package != wanted.name, it))

    def guess(self, wanted: Requirement, arch: str) -> list[ProjectPackage]:
        """Return packages whose name alone suggests that they meet a requirement which nothing provides."""
        match = _ANY_NAMESPACE.fullmatch(wanted.name)
        core = match["name"] if match else wanted.name.rpartition("/")[2]
        bare = _VERSION_TAIL.sub("", core).removeprefix("lib") or core
        stems = dict.fromkeys([core, bare, f"lib{bare}"])
        patterns = ("{}", "{}-devel") if wanted.name.startswith("/") else ("{}-devel", "{}", "python3-{}", "perl-{}")
        names = dict.fromkeys(pattern.format(stem) for stem in stems for pattern in patterns)
        for name in names:
            if name != wanted.name and (found := self.find(Requirement(name=name.replace("::", "-")), arch)):
                return found
        return []

    def requires(self, node: Node, package: str) -> tuple[str, ...]:
        """Return the run-time requirements of a package, sorted."""
        return self._requires.get((node, package), ())

    def replace(self, node: Node, before: "Offer", after: "Offer") -> "Changed":
        """Take in what a node offers now, and return what differs from before."""
        old, new = (
            ProjectProvides({node: before.spec}, {node: before.known}),
            ProjectProvides({node: after.spec}, {node: after.known}),
        )
        gone, come = old._entries(node.arch), new._entries(node.arch)
        by_name = self._by_name.setdefault(node.arch, {})
        for provide, entry in gone:
            by_name[provide.name].remove((provide, entry))
        for provide, entry in come:
            by_name.setdefault(provide.name, []).append((provide, entry))
        packages = {
            key
            for key in old._requires.keys() | new._requires.keys()
            if old._requires.get(key) != new._requires.get(key)
        }
        for key in old._requires:
            del self._requires[key]
        self._requires.update(new._requires)
        names = {provide.name for provide, _ in set(gone) ^ set(come)}
        return Changed(names=frozenset(names), packages=frozenset(packages))

    def _entries(self, arch: str) -> list[tuple[Requirement, ProjectPackage]]:
        return [entry for entries in self._by_name.get(arch, {}).values() for entry in entries]

    def _add(self, node: Node, spec: SpecFacts, known: Mapping[str, BinaryPackage]) -> None:
        for package in spec.packages:
            real = known.get(package.name)
            requires = {*package.requires, *(real.requires if real else ())}
            self._requires[node, package.name] = tuple(sorted(requires))
            itself = Requirement(name=package.name, operator="=", evr=spec.source.evr)
            entry = ProjectPackage(foretold=False, node=node, package=package.name)
            by_name = self._by_name.setdefault(node.arch, {})
            for provide in (itself, *map(_provide, package.provides), *map(_provide, real.provides if real else ())):
                if provide is not None:
                    by_name.setdefault(provide.name, []).append((provide, entry))
            if real is None:
                promised = ProjectPackage(foretold=True, node=node, package=package.name)
                for promise in _promises(package.name):
                    by_name.setdefault(promise.name, []).append((promise, promised))


@lru_cache(maxsize=_KEPT)
def _provide(text: str) -> Requirement | None:
    """Return a provide; None where it is not one that rpm would understand."""
    if " " not in text:
        return Requirement(name=text)
    try:
        found = parse_requirement(text)
    except RequirementError:
        return None
    return found if isinstance(found, Requirement) else None


@lru_cache(maxsize=_KEPT)
def _promises(package: str) -> tuple[Requirement, ...]:
    return tuple(Requirement(name=name) for name in foretold_names(package))


def foretold_names(package: str) -> list[str]:
    """Return what the name of a package promises, in the spelling of `canonical_name`."""
    names = [f"{namespace}({package.removesuffix('-devel')})" for namespace in ("pkgconfig", "cmake")]
    if package.startswith("python3-"):
        names.append(f"python3dist({package.removeprefix('python3-')})")
    return [canonical_name(name) for name in names]


@lru_cache(maxsize=_KEPT)
def canonical_name(name: str) -> str:
    """Return the one spelling under which foretold provides are found: `python3.13dist(Foo_Bar[x])` -> `foo-bar`."""
    match = _NAMESPACED.fullmatch(name)
    if match is None:
        return name
    if match["namespace"].startswith("python"):
        return f"foretold python3dist({_SEPARATORS.sub('-', match['name']).lower()})"
    return f"foretold {match['namespace']}({match['name'].lower()})"
