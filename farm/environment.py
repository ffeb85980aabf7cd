"""The one place where the process environment is read."""

import os
import pwd
from pathlib import Path


def variable(name: str, default: str = "") -> str:
    """Return an environment variable, or the default where it is unset or empty."""
    return os.environ.get(name) or default  # noqa: TID251 - this is the named module


def inherited() -> dict[str, str]:
    """Return the whole environment, for a child that must run as the user would run it."""
    return dict(os.environ)  # noqa: TID251 - this is the named module


def is_root() -> bool:
    """Tell whether this process runs as root."""
    return os.geteuid() == 0


def user_name() -> str:
    """Return the name of the user who runs this process; its number where it has no name."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


def state_directory(option: Path | None) -> Path:
    """Return where ledger, store, signer and repositories live: option, $FARM_STATE, or the default."""
    if option is not None:
        return option.absolute()
    named = variable("FARM_STATE")
    if named:
        return Path(named).absolute()
    return Path("/var/lib/farm") if is_root() else _xdg("XDG_STATE_HOME", ".local/state") / "farm"


def cache_directory() -> Path:
    """Return where everything that can be made again is kept: $FARM_CACHE or the default."""
    named = variable("FARM_CACHE")
    if named:
        return Path(named).absolute()
    return Path("/var/cache/farm") if is_root() else _xdg("XDG_CACHE_HOME", ".cache") / "farm"


def user_config_directory() -> Path | None:
    """Return $XDG_CONFIG_HOME or ~/.config; None where neither variable is an absolute path."""
    named = Path(variable("XDG_CONFIG_HOME"))
    if named.is_absolute():
        return named
    home = Path(variable("HOME"))
    return home / ".config" if home.is_absolute() else None


def _xdg(name: str, below_home: str) -> Path:
    value = variable(name)
    return Path(value) if value else Path(variable("HOME", "/root")) / below_home


def set_default(name: str, value: str) -> None:
    """Set a variable for this process and its children, unless the user has set it."""
    os.environ.setdefault(name, value)  # noqa: TID251 - this is the named module
