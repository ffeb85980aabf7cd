"""Errors of lock files."""

from farm.errors import ProjectError, UsageError


class LockFileError(ProjectError):
    """A lock file cannot be read, is no TOML, has a wrong type in it, or another version."""

    code = "LCK001"


class StaleLockError(ProjectError):
    """Lock files do not say what the project says."""

    code = "LCK002"


class LockMissingError(UsageError):
    """A component has no lock file where one is needed."""

    code = "LCK003"
