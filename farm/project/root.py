"""Where a project begins."""

from pathlib import Path

from farm.project.errors import NoProjectError

CONFIG_NAME = "azldev.toml"


def find_root(start: Path) -> Path:
    """Return the first directory with an azldev.toml, from a directory upwards.

    Raises:
        NoProjectError: there is none.
    """
    directory = start.absolute()
    for candidate in (directory, *directory.parents):
        if (candidate / CONFIG_NAME).exists():
            return candidate
    raise NoProjectError(
        f"there is no {CONFIG_NAME} in {directory} or above it", hint="name the project's directory with -C"
    )
