"""Turns whatever ended a command into words on standard error and an exit status."""

import errno
import os
import select
import sys
import traceback

import click

from farm.cli.context import FarmContext
from farm.errors import FarmError, InfrastructureError
from farm.printable import printable
from farm.url_user import without_url_user

INTERRUPTED = 130
_PIPE_CLOSED = 141
"""What a shell reports of a program that SIGPIPE ended."""

_DEBUG = 2

_ANOTHER_PLACE = "name another directory: --state, $FARM_STATE, $FARM_CACHE, or the one that the command takes"

_REASONS = {
    errno.ENOSPC: "free some space; `farm gc` removes what nothing needs",
    errno.EDQUOT: "free some space; `farm gc` removes what nothing needs",
    errno.EACCES: "run the farm as a user that may do this, or name another directory",
    errno.EPERM: "run the farm as a user that may do this; builds need root",
    errno.EROFS: "name a directory on a file system that can be written",
    errno.ENOTDIR: _ANOTHER_PLACE,
    errno.EISDIR: _ANOTHER_PLACE,
    errno.EEXIST: _ANOTHER_PLACE,
    errno.ENAMETOOLONG: _ANOTHER_PLACE,
    errno.ELOOP: _ANOTHER_PLACE,
    errno.EMFILE: "raise the limit of open files (ulimit -n)",
    errno.ENFILE: "raise the limit of open files (fs.file-max)",
    errno.EIO: "check the disk",
    errno.ENOMEM: "free some memory, or lower the number of builds at once",
}


class HostError(InfrastructureError):
    """The operating system refused something."""

    code = "CLI004"


def report(exc: BaseException, farm: FarmContext | None) -> int:
    """Write an exception for a person and return the exit status. `farm` is None where even options failed."""
    if isinstance(exc, SystemExit):
        return exc.code if isinstance(exc.code, int) else int(exc.code is not None)
    if isinstance(exc, KeyboardInterrupt | click.Abort):
        _write(farm, "interrupted", code="", why="", hint="run the same command again to go on from here")
        return INTERRUPTED
    if isinstance(exc, BrokenPipeError) and _reader_is_gone():
        _close_stdout()
        return _PIPE_CLOSED
    if isinstance(exc, click.ClickException):
        return _report_usage(exc, farm)
    if farm is not None and farm.verbosity >= _DEBUG:
        sys.stderr.write("".join(traceback.format_exception(exc)))
    error = _as_farm_error(exc)
    _write(farm, error.what, code=error.code, why=error.why, hint=error.hint)
    return error.exit_status


def _report_usage(exc: click.ClickException, farm: FarmContext | None) -> int:
    if isinstance(exc, click.exceptions.NoArgsIsHelpError):
        sys.stderr.write(exc.format_message() + "\n")
        return 2
    ctx = exc.ctx if isinstance(exc, click.UsageError) else None
    hint = f"try `{ctx.command_path} --help`" if ctx else ""
    _write(farm, exc.format_message(), code="FARM002", why=_usage(ctx), hint=hint)
    return 2


def _usage(ctx: click.Context | None) -> str:
    return "" if ctx is None else "it goes: " + " ".join(ctx.get_usage().removeprefix("Usage: ").split())


def _as_farm_error(exc: BaseException) -> FarmError:
    if isinstance(exc, FarmError):
        return exc
    if isinstance(exc, OSError) and exc.errno in _REASONS:
        what = (exc.strerror or str(exc)).lower()
        names = [str(name) for name in (exc.filename, exc.filename2) if name]
        return HostError(what, why=" -> ".join(names), hint=_REASONS[exc.errno])
    if isinstance(exc, MemoryError):
        return HostError("out of memory", hint=_REASONS[errno.ENOMEM])
    return FarmError(
        f"internal error: {type(exc).__name__}: {exc}",
        why=_place(exc),
        hint="this is a fault of the farm; run it again with -vv and report what it says",
    )


def _place(exc: BaseException) -> str:
    frames = traceback.extract_tb(exc.__traceback__)
    return f"at {frames[-1].filename}:{frames[-1].lineno} in {frames[-1].name}" if frames else ""


def _write(farm: FarmContext | None, what: str, *, code: str, why: str, hint: str) -> None:
    color = farm is not None and farm.color_stderr
    label = f"error[{code}]" if code else "error"
    lines = [f"{_styled(label, 'red', color=color)}: {_indented(what)}"]
    if why:
        lines.append(f"  {_styled('why', 'bold', color=color)}: {_indented(why)}")
    if hint:
        lines.append(f"  {_styled('hint', 'bold', color=color)}: {_indented(hint)}")
    try:
        sys.stderr.write("\n".join(lines) + "\n")
        sys.stderr.flush()
    except BrokenPipeError:
        return


def _indented(text: str) -> str:
    return printable(without_url_user(text.strip()), keep="\n\t").replace("\n", "\n       ")


def _styled(text: str, style: str, *, color: bool) -> str:
    if not color:
        return text
    return click.style(text, bold=True) if style == "bold" else click.style(text, fg=style, bold=True)


def _reader_is_gone() -> bool:
    """Tell whether standard output is a pipe nobody reads any more: another broken pipe is a fault to report."""
    try:
        poller = select.poll()
        poller.register(sys.stdout.fileno(), 0)
        return any(event & select.POLLERR for _, event in poller.poll(0))
    except (OSError, ValueError):
        return False


def _close_stdout() -> None:
    """Keep the interpreter from failing once more when it flushes standard output at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
