"""Puts together the report of all departures: what and why from the files, by whom and when from git."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from farm.deviations.departures import Departure, departures
from farm.deviations.deviation import NOBODY, Author, Deviation, DeviationsReport
from farm.deviations.file_words import FileWords
from farm.history.blame import Blame, blame
from farm.history.errors import NotInGitError
from farm.history.repository import ProjectRepository
from farm.inputs.layers import Layers
from farm.project.model import Component, Project
from farm.project.origin import Origin

_UNSAID = "not said"


class DeviationCollector:
    """Collects departures; each file is read once, and git is asked once for each file.

    Args:
        repository: of the project; None where it is in none: nobody is named then.
    """

    def __init__(self, project: Project, layers: Layers, repository: ProjectRepository | None) -> None:
        self._project = project
        self._layers = layers
        self._repository = repository
        self._words: dict[Path, FileWords] = {}
        self._blames: dict[Path, Blame] = {}

    def report(self, components: Iterable[Component]) -> DeviationsReport:
        """Return the departures of components.

        Raises:
            IncompleteHistoryError: the clone lacks objects.
        """
        found = [
            self._deviation(component, departure)
            for component in components
            for departure in departures(component, self._layers)
        ]
        return DeviationsReport(
            distribution=self._project.name,
            version=self._project.version,
            commit=self._repository.commit("HEAD") if self._repository else "",
            components=len(self._project.components),
            departing=len({one.component for one in found}),
            by_kind=dict(sorted(Counter(str(one.kind) for one in found).items())),
            by_upstream_status=dict(sorted(Counter(one.upstream_status or _UNSAID for one in found).items())),
            deviations=tuple(found),
        )

    def _deviation(self, component: Component, departure: Departure) -> Deviation:
        origin = departure.said_at
        metadata = self._layers.metadata_at(origin)
        return Deviation(
            component=component.name,
            kind=departure.kind,
            what=departure.what,
            why=departure.reason or self._file(origin).comment(origin.keys),
            category=metadata.category,
            upstream_status=metadata.upstream_status,
            commits=tuple(reference.url for reference in metadata.commits),
            bugs=tuple(reference.url for reference in metadata.bugs),
            said_at=self._place(origin),
            author=self._author(origin),
        )

    def _file(self, origin: Origin) -> FileWords:
        if origin.file not in self._words:
            self._words[origin.file] = FileWords(origin.file)
        return self._words[origin.file]

    def _place(self, origin: Origin) -> str:
        first, _ = self._file(origin).span(origin.keys)
        root = self._project.root
        name = origin.file.relative_to(root) if origin.file.is_relative_to(root) else origin.file
        return f"{name}:{first}"

    def _author(self, origin: Origin) -> Author:
        if self._repository is None:
            return NOBODY
        if origin.file not in self._blames:
            self._blames[origin.file] = self._blame(self._repository, origin.file)
        commit = self._blames[origin.file].newest(*self._file(origin).span(origin.keys))
        if commit is None:
            return NOBODY
        return Author(name=commit.author, date=commit.date, commit=commit.id, subject=commit.subject)

    def _blame(self, repository: ProjectRepository, file: Path) -> Blame:
        try:
            return blame(repository, repository.path(file))
        except NotInGitError:
            return Blame(lines=())
