"""Errors of the project room; each names file and line."""

from farm.errors import ProjectError


class NoProjectError(ProjectError):
    """There is no azldev.toml in a directory or above it."""

    code = "PRJ001"


class TomlError(ProjectError):
    """A file is no readable TOML: encoding, syntax, duplicate keys, size or depth."""

    code = "PRJ002"


class SchemaError(ProjectError):
    """A file has an unknown key, or a value of the wrong type."""

    code = "PRJ003"


class IncludeError(ProjectError):
    """An include leads to nothing, in a circle, or out of the project."""

    code = "PRJ004"


class DuplicateDefinitionError(ProjectError):
    """Two files define the same name."""

    code = "PRJ005"


class InvalidConfigError(ProjectError):
    """A value is well-formed, and still cannot be."""

    code = "PRJ006"


class FarmSettingsError(ProjectError):
    """farm.toml says something that cannot be."""

    code = "PRJ007"


class OutsideProjectError(ProjectError):
    """A path leads out of the project, or into a loop of symbolic links."""

    code = "PRJ008"


class UnknownDistroError(ProjectError):
    """A component refers to a distribution or version that no file defines."""

    code = "PRJ009"
