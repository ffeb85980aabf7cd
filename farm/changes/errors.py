"""Errors of comparing two commits of a project."""

from farm.errors import ProjectError


class PastProjectError(ProjectError):
    """The project cannot be read as it was at a commit."""

    code = "CHG001"


class DriftError(ProjectError):
    """Rendered sources changed, and no input did."""

    code = "CHG002"
