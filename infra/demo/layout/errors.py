"""What can go wrong while the demo is laid out."""

from farm.errors import InfrastructureError, ProjectError


class DemoFilesError(ProjectError):
    """The demo's own files contradict one another."""

    code = "DEMO001"


class UpstreamFileError(InfrastructureError):
    """A file of an upstream release cannot be fetched."""

    code = "DEMO002"


class WrongUpstreamFileError(InfrastructureError):
    """A fetched file is not the one that `sources` names."""

    code = "DEMO003"
