"""What the components of the project provide, known or foretold from names. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from farm.source_package import BinaryPackage, SpecFacts
from scheduler.node import Node
from scheduler.requirement import Requirement, satisfies
from scheduler.requirement_text import RequirementError, parse_requirement

_NAMESPACED = re.compile(r"(?P<namespace>python[0-9.]*dist|pkgconfig|cmake)\((?P<name>[^()\[\]]+)(?:\[[^\]]*\])?\)")
_ANY_NAMESPACE = re.compile(r"[^()]*\((?P<name>[^()]+)\)(?:\(.*\))?")
_SEPARATORS = re.compile(r"[-_.]+")
_VERSION_TAIL = re.compile(r"-?[0-9.]+$")


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
    """

    def __init__(self, facts: Mapping[Node, SpecFacts], known_packages: Mapping[Node, Sequence[BinaryPackage]]) -> None:
        self._by_name: dict[tuple[str, str], list[tuple[Requirement, ProjectPackage]]] = {}
        self._requires: dict[tuple[Node, str], tuple[str, ...]] = {}
        for node in sorted(facts):
            if not facts[node].excluded:
                self._add(node, facts[node], {it.name: it for it in known_packages.get(node, ())})

    def find(self, wanted: Requirement, arch: str) -> list[ProjectPackage]:
        """Return the packages that meet a requirement.

        The best is first: known before foretold, then the package of that very name, then by component and package.
        """
        found = {
            package
            for name in {wanted.name, canonical_name(wanted.name)}
            for provide, package in self._by_name.get((arch, name), ())
            if package.foretold or satisfies(provide, wanted)
        }
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

    def _add(self, node: Node, spec: SpecFacts, known: Mapping[str, BinaryPackage]) -> None:
        for package in spec.packages:
            real = known.get(package.name)
            requires = {*package.requires, *(real.requires if real else ())}
            self._requires[node, package.name] = tuple(sorted(requires))
            itself = Requirement(name=package.name, operator="=", evr=spec.source.evr)
            entry = ProjectPackage(foretold=False, node=node, package=package.name)
            for provide in [itself, *_parse([*package.provides, *(real.provides if real else ())])]:
                self._by_name.setdefault((node.arch, provide.name), []).append((provide, entry))
            if real is None:
                promised = ProjectPackage(foretold=True, node=node, package=package.name)
                for name in foretold_names(package.name):
                    self._by_name.setdefault((node.arch, name), []).append((Requirement(name=name), promised))


def _parse(texts: Iterable[str]) -> list[Requirement]:
    found = []
    for text in texts:
        try:
            provide = parse_requirement(text) if " " in text else Requirement(name=text)
        except RequirementError:
            continue
        if isinstance(provide, Requirement):
            found.append(provide)
    return found


def foretold_names(package: str) -> list[str]:
    """Return what the name of a package promises, in the spelling of `canonical_name`."""
    names = [f"{namespace}({package.removesuffix('-devel')})" for namespace in ("pkgconfig", "cmake")]
    if package.startswith("python3-"):
        names.append(f"python3dist({package.removeprefix('python3-')})")
    return [canonical_name(name) for name in names]


def canonical_name(name: str) -> str:
    """Return the one spelling under which foretold provides are found: `python3.13dist(Foo_Bar[x])` -> `foo-bar`."""
    match = _NAMESPACED.fullmatch(name)
    if match is None:
        return name
    if match["namespace"].startswith("python"):
        return f"foretold python3dist({_SEPARATORS.sub('-', match['name']).lower()})"
    return f"foretold {match['namespace']}({match['name'].lower()})"
