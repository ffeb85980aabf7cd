"""Errors of release numbers that come from history."""

from farm.errors import ProjectError


class ReleaseHistoryError(ProjectError):
    """The history that a release is counted in cannot be put together."""

    code = "REL001"


class SpecVersionError(ProjectError):
    """The version of a spec is not known, and its release depends on it."""

    code = "REL002"
