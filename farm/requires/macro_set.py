"""A macro set: the macro files that specs are read with, as a value with a digest."""

from dataclasses import dataclass
from functools import cached_property

from farm.canonical import identity
from farm.digest import Digest, digest_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class MacroFile:
    """A file of a macro set.

    Attributes:
        path: where it is below rpm's configuration directory, as `macros.d/macros.perl`.
        origin: where it comes from, for people: a component, `shims`, a buildroot.
    """

    path: str
    content: bytes
    origin: str

    @property
    def is_macros(self) -> bool:
        """Whether rpm reads macros from it; a Lua module is read by those that ask for it."""
        return not self.path.endswith(".lua")


@dataclass(frozen=True, kw_only=True)  # without slots: the digest is kept
class MacroSet:
    """Macro files in the order in which they are read: later ones win.

    Attributes:
        complete: whether rpm's own files are among them, as in a buildroot; otherwise a reader puts its own before.
    """

    files: tuple[MacroFile, ...]
    complete: bool = False

    @cached_property
    def digest(self) -> Digest:
        """Identity over content and order."""
        return identity(
            "macro-set",
            {"files": [[file.path, digest_bytes(file.content)] for file in self.files], "complete": self.complete},
        )
