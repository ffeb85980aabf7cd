"""What keeps specs from being read at all; a bad spec is no error but a reading with one."""

from farm.errors import InfrastructureError


class RpmMissingError(InfrastructureError):
    """rpm's own macros are not where they should be."""

    code = "REQ001"


class ReaderDiedError(InfrastructureError):
    """A process that reads specs was killed."""

    code = "REQ002"
