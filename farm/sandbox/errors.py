"""What can go wrong around a sandbox; what goes wrong inside one is a result."""

from farm.errors import InfrastructureError


class SandboxUnavailableError(InfrastructureError):
    """This machine cannot give a sandbox: bubblewrap or user namespaces are missing."""

    code = "SBX001"


class SandboxSetupError(InfrastructureError):
    """A sandbox could not be set up, or its command could not be started in it."""

    code = "SBX002"


class CgroupError(InfrastructureError):
    """A control group could not be made."""

    code = "SBX003"


class WorkspaceError(InfrastructureError):
    """A writable directory for a sandbox could not be made or read."""

    code = "SBX004"


class MountError(InfrastructureError):
    """The host refused a mount."""

    code = "SBX005"


class GroupGoneError(SandboxSetupError):
    """A control group was removed by others before the sandbox's first process was in it."""

    code = "SBX006"
