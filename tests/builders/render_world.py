"""What rendering a project needs besides the project: an upstream, a store and a cache below one directory."""

from pathlib import Path

from builders.dist_git import Upstream

from farm.paths import CachePaths
from farm.project.model import Project
from farm.render import Renderer
from farm.source_files import SourceGatherer, project_sources
from farm.source_package import RenderedSource
from farm.store.directory_store import DirectoryStore


class RenderWorld:
    """An upstream, a store and a cache; the project of a test lies beside them in `project`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.upstream = Upstream(root / "upstream")
        self.store = DirectoryStore(root / "store")
        self.cache = CachePaths(root=root / "cache")

    def sources(self, project: Project) -> SourceGatherer:
        return project_sources(project=project, store=self.store, cache=self.cache)

    def renderer(self, project: Project) -> Renderer:
        return Renderer(project=project, store=self.store, cache=self.cache, sources=self.sources(project))

    def content(self, source: RenderedSource) -> dict[str, bytes]:
        """Return the files of a rendered source, by name."""
        return {file.name: self.store.read(file.digest) for file in source.files}
