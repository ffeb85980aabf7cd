"""From the requirements of specs to the needs of nodes. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from scheduler.edges import Need, Pair, SeedProvides, Unprovided
from scheduler.node import Node
from scheduler.project_provides import ProjectPackage, ProjectProvides
from scheduler.requirement import Alternatives, Requirement, alternatives
from scheduler.requirement_text import RequirementError, parse_requirement

_OF_RPM_ITSELF = "rpmlib("
_Met = tuple[Node, Need]
_Question = tuple[Alternatives, str, str]
"""What would do, the whole requirement, and the architecture."""


class Needs:
    """Finds which packages of the project meet requirements.

    A provider of the project wins over the seed. Of alternatives (`or`) the first with a provider in the project
    counts, where none has one, the seed's.
    """

    def __init__(self, project: ProjectProvides, seed_provides: SeedProvides) -> None:
        self._project = project
        self._seed_provides = seed_provides
        self._run_time: dict[tuple[Node, str], list[_Met]] = {}
        self._met: dict[_Question, _Met | None] = {}
        self._askers: dict[str, set[_Question]] = {}
        self._behind: dict[tuple[Node, frozenset[str]], frozenset[_Met]] = {}

    def direct(
        self, requirements: Mapping[Node, Sequence[str]]
    ) -> tuple[dict[Pair, set[Need]], tuple[Unprovided, ...]]:
        """Return what BuildRequires need of the project, and those that nothing provides (sorted).

        Raises:
            RequirementError: a BuildRequires is no RPM dependency; names the component.
        """
        needs: dict[Pair, set[Need]] = {}
        unprovided: set[Unprovided] = set()
        answers: dict[tuple[str, str], list[_Met | None]] = {}
        for node in sorted(requirements):
            for text in sorted(set(requirements[node])):
                key = (text, node.arch)
                if key not in answers:
                    answers[key] = self._answer(text, node)
                for met in answers[key]:
                    if met is None:
                        unprovided.add(Unprovided(node=node, requirement=text))
                    else:
                        needs.setdefault((node, met[0]), set()).add(met[1])
        return needs, tuple(sorted(unprovided))

    def run_time(self, provider: Node, packages: frozenset[str]) -> frozenset[_Met]:
        """Return what packages of a node need of other nodes when they are installed, directly or not.

        Only what the seed cannot meet counts: a buildroot is solved from what is needed and the seed.
        """
        known = self._behind.get((provider, packages))
        if known is None:
            known = self._behind[provider, packages] = self._walk(provider, packages)
        return known

    def _walk(self, provider: Node, packages: Iterable[str]) -> frozenset[_Met]:
        waiting = sorted((provider, package) for package in packages)
        seen = set(waiting)
        found: set[_Met] = set()
        while waiting:
            maker, package = waiting.pop()
            for met in self._required_by(maker, package):
                if met[0] != provider:
                    found.add(met)
                if (met[0], met[1].package) not in seen:
                    seen.add((met[0], met[1].package))
                    waiting.append((met[0], met[1].package))
        return frozenset(found)

    def _answer(self, text: str, node: Node) -> list[_Met | None]:
        """Return what meets a requirement in the project; None where neither project nor seed does."""
        answer: list[_Met | None] = []
        for group in _groups(text, node):
            met = self._meet(group, text, node.arch)
            if met is not None or not (group.optional or self._in_seed(group, node.arch)):
                answer.append(met)
        return answer

    def _required_by(self, maker: Node, package: str) -> list[_Met]:
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

    def same_answers(self, names: Iterable[str], arch: str) -> bool:
        """Tell whether all that was ever asked for by these names is answered now as it was then."""
        questions = {question for name in names for question in self._askers.get(name, ()) if question[2] == arch}
        return all(self._look_up(*question) == self._met[question] for question in sorted(questions, key=str))

    def _meet(self, group: Alternatives, text: str, arch: str) -> _Met | None:
        question = (group, text, arch)
        if question not in self._met:
            self._project.asked.clear()
            self._met[question] = self._look_up(group, text, arch)
            for name in self._project.asked:
                self._askers.setdefault(name, set()).add(question)
        return self._met[question]

    def _look_up(self, group: Alternatives, text: str, arch: str) -> _Met | None:
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


@lru_cache(maxsize=1 << 18)
def _choices(text: str) -> tuple[Alternatives, ...]:
    return () if text.startswith(_OF_RPM_ITSELF) else tuple(alternatives(parse_requirement(text)))


def _groups(text: str, node: Node) -> tuple[Alternatives, ...]:
    try:
        return _choices(text)
    except RequirementError as exc:
        raise RequirementError(f"{node.component}: {exc.what}", why=exc.why, hint="correct the spec") from exc


def _need(found: Sequence[ProjectPackage], choice: Requirement, text: str, *, optional: bool) -> _Met:
    best, *others = found
    return best.node, Need(
        requirement=text,
        choice=str(choice),
        package=best.package,
        foretold=best.foretold,
        optional=optional,
        others=tuple(f"{it.node.component}/{it.package}" for it in others),
    )
