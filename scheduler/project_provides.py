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

    def replace(
        self, node: Node, before: SpecFacts, after: SpecFacts, known: Sequence[BinaryPackage]
    ) -> frozenset[str]:
        """Take in another spec of a node, and return the names that it provides otherwise than before."""
        by_name = self._by_name.setdefault(node.arch, {})
        old = self._entries(node, before, known)
        new = self._entries(node, after, known)
        for provide, entry in old:
            by_name[provide.name].remove((provide, entry))
        for package in before.packages:
            self._requires.pop((node, package.name), None)
        self._add(node, after, {it.name: it for it in known})
        return frozenset(provide.name for provide, _ in set(old) ^ set(new))

    def _entries(
        self, node: Node, spec: SpecFacts, known: Sequence[BinaryPackage]
    ) -> list[tuple[Requirement, ProjectPackage]]:
        alone = ProjectProvides({node: spec}, {node: known})
        return [entry for entries in alone._by_name.get(node.arch, {}).values() for entry in entries]

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
