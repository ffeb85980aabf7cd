"""Logs on standard error, never results, never secrets.

Modules log through `get_logger()`. structlog is imported when the first line is written, and not before.
"""

import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    verbosity: int = 0
    service: bool = False
    color: bool = False


class Logger:
    """Writes events with their fields as lines; which of them are shown is for `configure` to say."""

    def debug(self, event: str, **fields: object) -> None:
        """Say what helps to find a mistake in the farm."""
        _write("debug", event, fields)

    def info(self, event: str, **fields: object) -> None:
        """Say what is being done."""
        _write("info", event, fields)

    def warning(self, event: str, **fields: object) -> None:
        """Say what somebody should look at."""
        _write("warning", event, fields)

    def error(self, event: str, **fields: object) -> None:
        """Say what failed; `exc_info` takes an exception."""
        _write("error", event, fields)

    def exception(self, event: str, **fields: object) -> None:
        """Say what failed, with the exception that is being handled."""
        _write("exception", event, fields)


_LOGGER = Logger()
_wanted: list[_Wanted] = []
"""What the process asked for last, until structlog knows of it."""


def get_logger() -> Logger:
    """Return the logger of this process."""
    return _LOGGER


def configure(verbosity: int, *, service: bool, color: bool = False) -> None:
    """Set up logging of this process.

    Args:
        verbosity: -1 errors, 0 warnings, 1 information, 2 and more everything.
        service: JSON lines for a log collector, from information upwards, in place of lines for a person.
    """
    _wanted[:] = [_Wanted(verbosity=verbosity, service=service, color=color)]
    if "structlog" in sys.modules:
        _apply()


def _apply() -> None:
    from farm import log_lines  # noqa: PLC0415 - see above

    for wanted in _wanted:
        log_lines.apply(wanted.verbosity, service=wanted.service, color=wanted.color)
    _wanted.clear()


def _write(level: str, event: str, fields: dict[str, object]) -> None:
    import structlog  # noqa: PLC0415 - see above

    _apply()
    getattr(structlog.get_logger(), level)(event, **fields)
