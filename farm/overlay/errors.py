"""Errors of the overlay engine; each names the overlay and where it is written."""

from farm.errors import ProjectError


class OverlayError(ProjectError):
    """An overlay does not apply."""

    code = "OVL001"


class SpecTextError(ProjectError):
    """A spec cannot be edited at all."""

    code = "OVL002"


class OverlayUnsupportedError(ProjectError):
    """An overlay of a sort that the farm does not apply yet."""

    code = "OVL003"


class MissingSpecError(ProjectError):
    """A component's files do not include its spec."""

    code = "OVL004"


class ArchiveScopeError(ProjectError):
    """Overlays inside an archive do not go with the rest of the component."""

    code = "OVL006"


class MacrosFileNameError(ProjectError):
    """A component's name cannot be part of the name of a file that its spec loads."""

    code = "OVL007"


class NotApplicableError(Exception):
    """Why one operation found nothing to do or must not do it; the engine turns it into an OverlayError."""
