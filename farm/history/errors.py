"""Errors of reading a project's history."""

from farm.errors import InfrastructureError, UsageError


class NotInGitError(UsageError):
    """The project lies in no git repository, or in one without any commit."""

    code = "HIS001"


class UnknownRevisionError(UsageError):
    """A text names no commit of the project's repository."""

    code = "HIS002"


class IncompleteHistoryError(InfrastructureError):
    """The repository is a shallow or partial clone and lacks what is asked for."""

    code = "HIS003"


class UnsafeTreeError(UsageError):
    """A commit has a path that must not be written."""

    code = "HIS004"
