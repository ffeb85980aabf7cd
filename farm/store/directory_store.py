"""The artifact store in a directory."""

from pathlib import Path


class DirectoryStore:
    """An `ArtifactStore` in a directory."""

    def __init__(self, root: Path) -> None:
        self._root = root
