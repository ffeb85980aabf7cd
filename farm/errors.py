"""The one tree of errors: stable code, exit status, and what, why and what to do.

FarmError
├── UsageError (2)            the command line asks for something that cannot be
├── ProjectError (3)          the project, an overlay, a spec or a source is invalid
├── BuildError (4)            a build failed
├── NotReproducibleError (5)  two builds of one build id differ
├── UnresolvableError (6)     a dependency has no provider
├── SigningError (7)          a key, a signature or the gate before it
└── InfrastructureError (8)   disk, network, process or service; a retry may help

Rooms subclass these next to the code that raises them; `code` is unique over the whole tree (a test holds it).
"""

from typing import ClassVar


class FarmError(Exception):
    """Any error that the farm reports to a person.

    Args:
        what: what went wrong, one line.
        why: the evidence: file:line, URL, or the tool's own words. May be several lines.
        hint: what to do about it, one line.
    """

    code: ClassVar[str] = "FARM000"
    exit_status: ClassVar[int] = 1

    def __init__(self, what: str, *, why: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.hint = hint

    def __reduce__(self) -> tuple[object, ...]:
        """Survive pickling: Ray carries errors between processes."""
        return (_rebuild, (type(self), self.what, self.why, self.hint))


def _rebuild(kind: type[FarmError], what: str, why: str, hint: str) -> FarmError:
    return kind(what, why=why, hint=hint)


class UsageError(FarmError):
    """The command line asks for something that cannot be."""

    code = "FARM002"
    exit_status = 2


class ProjectError(FarmError):
    """The project, an overlay, a spec or a source is invalid."""

    code = "FARM003"
    exit_status = 3


class BuildError(FarmError):
    """A build failed."""

    code = "FARM004"
    exit_status = 4


class NotReproducibleError(FarmError):
    """Two builds of one build id differ."""

    code = "FARM005"
    exit_status = 5


class UnresolvableError(FarmError):
    """A dependency has no provider."""

    code = "FARM006"
    exit_status = 6


class SigningError(FarmError):
    """A key, a signature, or the gate before it."""

    code = "FARM007"
    exit_status = 7


class InfrastructureError(FarmError):
    """Disk, network, process or service failed; a retry may help."""

    code = "FARM008"
    exit_status = 8
