"""The seed's errors."""

from farm.errors import InfrastructureError, ProjectError, UnresolvableError


class SeedError(InfrastructureError):
    """The seed cannot be made now: mirror, disk or a program failed. Running it again goes on from there."""

    code = "SEED001"


class SeedListError(ProjectError):
    """A package list of the seed, or its table of names, is invalid."""

    code = "SEED002"


class UnknownPackageError(UnresolvableError):
    """A list names a package that the suite does not have, or whose dependencies it cannot satisfy."""

    code = "SEED003"


class MirrorError(SeedError):
    """The mirror cannot be reached, or what it serves is not what its signed index says."""

    code = "SEED004"


class ConversionFailedError(SeedError):
    """A Debian package cannot be converted."""

    code = "SEED005"


class UninstallableError(UnresolvableError):
    """A package of the finished seed repository cannot be installed from it."""

    code = "SEED006"


class ToolRootError(SeedError):
    """A tool root cannot be made."""

    code = "SEED007"
