"""What a log line looks like: short for a person, JSON for a service; and nothing secret in it.

Importing structlog takes longer than most commands do, so `farm.log` imports this when the first line is written.
What belongs to a whole piece of work (run, component, arch, build_id) is bound with `structlog.contextvars`.
"""

import logging
import re
import sys

import structlog
from structlog.types import EventDict, Processor, WrappedLogger

from farm.printable import printable
from farm.url_user import HIDDEN, without_url_user

_LEVELS = {-1: logging.ERROR, 0: logging.WARNING, 1: logging.INFO}

_SECRET_NAME = re.compile(
    r"pass(word|wd|phrase)|secret|credential|authorization|cookie|private_?key|(?<!fencing_)token", re.IGNORECASE
)


def apply(verbosity: int, *, service: bool, color: bool) -> None:
    """Set structlog up; the arguments are those of `farm.log.configure`."""
    level = _LEVELS.get(verbosity, logging.DEBUG)
    structlog.configure(
        processors=_service_processors() if service else _console_processors(color=color),
        wrapper_class=structlog.make_filtering_bound_logger(min(level, logging.INFO) if service else level),
        logger_factory=_stderr_logger,
        cache_logger_on_first_use=False,
    )


def hide_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace what is secret by its name, and user parts of URLs."""
    return {name: HIDDEN if _SECRET_NAME.search(name) else _without_user(value) for name, value in event.items()}


def _without_user(value: object) -> object:
    return without_url_user(value) if isinstance(value, str) else value


def _printable_values(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {
        name: printable(value) if isinstance(value, str) and name != "exception" else value
        for name, value in event.items()
    }


def _shared_processors() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        hide_secrets,
    ]


def _console_processors(*, color: bool) -> list[Processor]:
    return [
        *_shared_processors(),
        _printable_values,
        structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False),
        structlog.dev.ConsoleRenderer(colors=color, pad_event_to=0, pad_level=False),
    ]


def _service_processors() -> list[Processor]:
    return [
        *_shared_processors(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.JSONRenderer(sort_keys=True),
    ]


def _stderr_logger(*_arguments: object) -> structlog.WriteLogger:
    """Return a logger on the standard error of this moment: it may have been replaced since `configure`."""
    return structlog.WriteLogger(sys.stderr)
