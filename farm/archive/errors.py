"""Errors of edits inside archives."""

from farm.errors import InfrastructureError, ProjectError


class BadArchiveError(ProjectError):
    """An archive is damaged, hostile, or holds what cannot be packed again."""

    code = "ARC001"


class ArchiveDigestError(ProjectError):
    """An edited archive is not the one that `source-files` promises."""

    code = "ARC002"


class ArchiveWorkError(InfrastructureError):
    """An archive cannot be unpacked or packed here: the disk is full, say."""

    code = "ARC003"


class ArchiveFaultError(Exception):
    """Why an archive cannot be read or packed; raised in the sandbox, and a BadArchiveError outside of it."""
