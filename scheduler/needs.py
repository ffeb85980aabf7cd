"""From the requirements of specs to the needs of nodes. Pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from scheduler.edges import Need, SeedProvides
from scheduler.node import Node
from scheduler.node_needs import Met, NodeNeeds
from scheduler.project_provides import Changed, ProjectPackage, ProjectProvides
from scheduler.requirement import Alternatives, Requirement, alternatives
from scheduler.requirement_text import RequirementError, parse_requirement

_OF_RPM_ITSELF = "rpmlib("
_Question = tuple[Alternatives, str, str]
"""What would do, the whole requirement, and the architecture."""
_Made = tuple[Node, str]
"""A node and one of its packages."""
_Installed = tuple[Node, frozenset[str]]
"""A node and those of its packages that are installed."""


class Needs:
    """Finds which packages of the project meet requirements.

    A provider of the project wins over the seed. Of alternatives (`or`) the first with a provider in the project
    counts, where none has one, the seed's. All answers are kept until `refresh` finds that they are others now.
    """

    def __init__(self, project: ProjectProvides, seed_provides: SeedProvides) -> None:
        self._project = project
        self._seed_provides = seed_provides
        self._met: dict[_Question, Met | None] = {}
        self._askers: dict[str, set[_Question]] = {}
        self._answers: dict[tuple[str, str], tuple[Met | None, ...]] = {}
        self._run_time: dict[_Made, list[Met]] = {}
        self._behind: dict[_Installed, tuple[tuple[Met, ...], frozenset[_Made]]] = {}

    def of(self, node: Node, requirements: Iterable[str]) -> NodeNeeds:
        """Return what BuildRequires need of the project, and those that nothing provides.

        Raises:
            RequirementError: a BuildRequires is no RPM dependency; names the component.
        """
        found: dict[Node, set[Need]] = {}
        unprovided = set()
        for text in set(requirements):
            for met in self._answer(text, node):
                if met is None:
                    unprovided.add(text)
                else:
                    found.setdefault(met[0], set()).add(met[1])
        direct = {provider: tuple(sorted(found[provider])) for provider in sorted(found)}
        brought = {provider: self._brought(provider, needs) for provider, needs in direct.items()}
        stand_ins = {
            provider: tuple([self._seed_provides(need.choice, node.arch) for need in needs])
            for provider, needs in direct.items()
        }
        return NodeNeeds(
            direct=direct,
            stand_ins=stand_ins,
            fixed=frozenset(
                provider
                for provider, packages in stand_ins.items()
                if not all(packages)
                and not all(
                    package or can_do_without(need) for package, need in zip(packages, direct[provider], strict=True)
                )
            ),
            brought={provider: met for provider, met in brought.items() if met},
            unprovided=tuple(sorted(unprovided)),
        )

    def installed_with(self, node: Node, packages: Iterable[str]) -> frozenset[Node]:
        """Return the other nodes that packages of a node need when they are installed, directly or not."""
        return frozenset(provider for provider, _ in self._installed((node, frozenset(packages)))[0])

    def refresh(self, changed: Changed, arch: str) -> tuple[frozenset[str], frozenset[Node]]:
        """Forget the answers that are others now.

        Returns:
            the requirements that are met otherwise, and the nodes whose packages need something else when installed.

        Raises:
            RequirementError: a requirement of a package is no RPM dependency.
        """
        texts = self._ask_again(changed.names, arch)
        packages = {it for it in changed.packages if it in self._run_time}
        if texts:
            packages |= {
                it for it in self._run_time if it[0].arch == arch and not texts.isdisjoint(self._project.requires(*it))
            }
        if not packages:
            return texts, frozenset()
        return texts, self._install_again(packages, arch)

    def _install_again(self, packages: Collection[_Made], arch: str) -> frozenset[Node]:
        """Return the nodes of whose packages some bring in others than before, where some packages may require others.

        Whatever had an answer has one again, also where this fails: who was given it will hear of the next change.
        """
        before = {it: self._run_time.pop(it) for it in packages}
        stale = {it for it, (_, seen) in self._behind.items() if it[0].arch == arch and not seen.isdisjoint(packages)}
        old = {it: self._behind.pop(it) for it in stale}
        try:
            if {it: self._required_by(*it) for it in before} == before:
                self._behind.update(old)
                return frozenset()
            return frozenset([it[0] for it, found in old.items() if self._installed(it)[0] != found[0]])
        except RequirementError:
            self._run_time.update(before)
            self._behind.update(old)
            raise

    def _ask_again(self, names: Iterable[str], arch: str) -> frozenset[str]:
        """Return the requirements that another package meets now."""
        asked = {question for name in names for question in self._askers.get(name, ()) if question[2] == arch}
        other = {question: now for question in asked if (now := self._look_up(question)) != self._met[question]}
        self._met.update(other)
        for _, text, _ in other:
            self._answers.pop((text, arch), None)
        return frozenset(text for _, text, _ in other)

    def _brought(self, provider: Node, needs: Sequence[Need]) -> tuple[Met, ...]:
        """Return what packages of a node need of other nodes when they are installed, directly or not, sorted.

        Only what the seed cannot meet counts: a buildroot is solved from what is needed and the seed.
        """
        return self._installed((provider, frozenset([need.package for need in needs])))[0]

    def _installed(self, packages: _Installed) -> tuple[tuple[Met, ...], frozenset[_Made]]:
        known = self._behind.get(packages)
        if known is None:
            known = self._behind[packages] = self._walk(*packages)
        return known

    def _walk(self, provider: Node, packages: Iterable[str]) -> tuple[tuple[Met, ...], frozenset[_Made]]:
        waiting = [(provider, package) for package in packages]
        seen = set(waiting)
        found: set[Met] = set()
        while waiting:
            maker, package = waiting.pop()
            for met in self._required_by(maker, package):
                if met[0] != provider:
                    found.add(met)
                if (met[0], met[1].package) not in seen:
                    seen.add((met[0], met[1].package))
                    waiting.append((met[0], met[1].package))
        return tuple(sorted(found)), frozenset(seen)

    def _answer(self, text: str, node: Node) -> tuple[Met | None, ...]:
        """Return what meets a requirement in the project; None where neither project nor seed does."""
        key = (text, node.arch)
        known = self._answers.get(key)
        if known is None:
            answer: list[Met | None] = []
            for group in _groups(text, node):
                met = self._meet(group, text, node.arch)
                if met is not None or not (group.optional or self._in_seed(group, node.arch)):
                    answer.append(met)
            known = self._answers[key] = tuple(answer)
        return known

    def _required_by(self, maker: Node, package: str) -> list[Met]:
        known = self._run_time.get((maker, package))
        if known is None:
            known = self._run_time[maker, package] = [
                (provider, replace(need, through=package))
                for text in self._project.requires(maker, package)
                for group in _groups(text, maker)
                if not group.optional and not self._in_seed(group, maker.arch)
                for provider, need in [self._meet(group, text, maker.arch) or (maker, None)]
                if need is not None and not need.foretold
            ]
        return known

    def _meet(self, group: Alternatives, text: str, arch: str) -> Met | None:
        question = (group, text, arch)
        if question not in self._met:
            self._met[question] = self._look_up(question)
        return self._met[question]

    def _look_up(self, question: _Question) -> Met | None:
        """Answer a question, and note the names that the answer depends on."""
        self._project.asked.clear()
        found = self._find(*question)
        for name in self._project.asked:
            self._askers.setdefault(name, set()).add(question)
        return found

    def _find(self, group: Alternatives, text: str, arch: str) -> Met | None:
        for choice in group.choices:
            if found := self._project.find(choice, arch):
                return _need(found, choice, text, optional=group.optional)
        if self._in_seed(group, arch):
            return None
        for choice in group.choices:
            if found := self._project.guess(choice, arch):
                return _need([replace(it, foretold=True) for it in found], choice, text, optional=group.optional)
        return None

    def _in_seed(self, group: Alternatives, arch: str) -> bool:
        return any(self._seed_provides(str(choice), arch) for choice in group.choices)


def can_do_without(need: Need) -> bool:
    """Tell whether a need may stay unmet where nothing meets it."""
    return need.optional or need.foretold


@lru_cache(maxsize=1 << 18)
def _choices(text: str) -> tuple[Alternatives, ...]:
    return () if text.startswith(_OF_RPM_ITSELF) else tuple(alternatives(parse_requirement(text)))


def _groups(text: str, node: Node) -> tuple[Alternatives, ...]:
    try:
        return _choices(text)
    except RequirementError as exc:
        raise RequirementError(f"{node.component}: {exc.what}", why=exc.why, hint="correct the spec") from exc


def _need(found: Sequence[ProjectPackage], choice: Requirement, text: str, *, optional: bool) -> Met:
    best, *others = found
    return best.node, Need(
        requirement=text,
        choice=str(choice),
        package=best.package,
        foretold=best.foretold,
        optional=optional,
        others=tuple(f"{it.node.component}/{it.package}" for it in others),
    )
