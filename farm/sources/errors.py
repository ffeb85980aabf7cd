"""Errors of dist-git, lookaside and the `sources` file."""

from farm.errors import InfrastructureError, ProjectError


class SourcesFileError(ProjectError):
    """A `sources` file has a line that says nothing, twice the same name, or an unsafe one."""

    code = "SRC001"


class UrlTemplateError(ProjectError):
    """A dist-git or lookaside URL does not come out as a URL."""

    code = "SRC002"


class DistGitContentError(ProjectError):
    """A dist-git repository does not have what the project asks for."""

    code = "SRC003"


class DistGitUnreachableError(InfrastructureError):
    """A dist-git repository cannot be read."""

    code = "SRC004"


class WrongHashError(ProjectError):
    """A source file has other bytes than the project or upstream says."""

    code = "SRC005"


class LookasideUnreachableError(InfrastructureError):
    """A source file cannot be fetched."""

    code = "SRC006"


class SourceConflictError(ProjectError):
    """The project's source files and the upstream `sources` file contradict each other."""

    code = "SRC007"


class SourceUnsupportedError(ProjectError):
    """A way to get a source file that the farm does not have yet."""

    code = "SRC008"


class LocalSourceError(ProjectError):
    """The directory of a local spec cannot be used."""

    code = "SRC009"


class SourceMissingError(ProjectError):
    """No place that the project names has a source file."""

    code = "SRC010"


class DistGitRewrittenError(ProjectError):
    """A branch of dist-git was force-pushed: what was taken from it before is no part of it any more."""

    code = "SRC012"


class TransientError(LookasideUnreachableError):
    """The place does not answer as it should; trying again may help."""

    code = "SRC011"


class SourceCacheError(InfrastructureError):
    """The cache of source files cannot be written or read."""

    code = "SRC013"


class SourceScriptError(ProjectError):
    """The script that makes a source file fails, or makes what cannot be packed."""

    code = "SRC014"


class SourceScriptWorkError(InfrastructureError):
    """What a script made cannot be packed here: the disk is full, say."""

    code = "SRC015"
