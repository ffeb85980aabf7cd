"""Where a user's own configuration of azldev lies."""

from pathlib import Path

from farm.environment import user_config_directory

_NAME = Path("azldev", "config.toml")


def user_config_file() -> Path | None:
    """Return the path of the file, which need not be there; None where the environment names no place for it."""
    directory = user_config_directory()
    return None if directory is None else directory / _NAME
