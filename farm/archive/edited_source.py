"""Source archives after their overlays, checked against what `source-files` promises."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from farm.archive.editor import edit_archive
from farm.archive.errors import ArchiveDigestError
from farm.overlay.model import Overlay
from farm.sandbox.claimed_directory import claimed_directory
from farm.sources.source_hash import hash_of
from farm.sources.sources_file import SourceEntry

_PREFIX = "edited-source"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceEditor:
    """Edits archives of one component.

    Attributes:
        scratch: directory for what is unpacked on the way (`CachePaths.scratch`).
    """

    component: str
    scratch: Path

    @contextmanager
    def edited(self, original: Path, entry: SourceEntry, overlays: Sequence[Overlay]) -> Iterator[Path]:
        """Give an edited archive that is what `entry`, its line after the overlays, says; it is gone at the end.

        Raises:
            ArchiveDigestError: it is another.
            FarmError: as `edit_archive`.
        """
        with self._edit(original, entry.filename, overlays) as target:
            self._check(target, entry)
            yield target

    def edited_hash(self, original: Path, entry: SourceEntry, overlays: Sequence[Overlay]) -> str:
        """Return the hash, of the type of an entry, that an archive has after its overlays.

        Raises:
            FarmError: as `edit_archive`.
        """
        with self._edit(original, entry.filename, overlays) as target:
            return hash_of(target, entry.hash_type)

    def edit_bytes(self, name: str, data: bytes, overlays: Sequence[Overlay]) -> bytes:
        """Return an archive that lies beside the spec with its overlays applied.

        Raises:
            FarmError: as `edit_archive`.
        """
        with claimed_directory(self.scratch, _PREFIX) as place:
            source, target = place / name, place / f"edited-{name}"
            source.write_bytes(data)
            edit_archive(source, overlays, component=self.component, scratch=self.scratch, target=target)
            return target.read_bytes()

    @contextmanager
    def _edit(self, original: Path, name: str, overlays: Sequence[Overlay]) -> Iterator[Path]:
        with claimed_directory(self.scratch, _PREFIX) as place:
            named = place / name
            named.symlink_to(original.resolve())
            target = place / f"edited-{name}"
            edit_archive(named, overlays, component=self.component, scratch=self.scratch, target=target)
            yield target

    def _check(self, edited: Path, entry: SourceEntry) -> None:
        actual = hash_of(edited, entry.hash_type)
        if actual != entry.hash.lower():
            raise ArchiveDigestError(
                f"{entry.filename} of component {self.component!r} is another after its overlays than it should be",
                why=f"expected {entry.hash_type} {entry.hash}\nactual   {entry.hash_type} {actual}",
                hint="if upstream's archive and the overlays are right, write the actual hash into `source-files`",
            )
