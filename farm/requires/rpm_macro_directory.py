"""A macro set as a directory that rpm takes for its own (`RPM_CONFIGDIR`)."""

import shutil
from pathlib import Path

from farm.requires.errors import RpmMissingError
from farm.requires.macro_set import MacroSet

_BASE = ("macros", "rpmrc")
_PLATFORM = "platform/%{_target}/macros"


def lay_out_macros(macros: MacroSet, directory: Path, own: Path) -> tuple[str, ...]:
    """Write a set, after rpm's own base, and return the macro files' paths in the order in which they are to be read.

    A set that is complete is not written: rpm reads it where it is.

    Args:
        own: rpm's configuration directory (`/usr/lib/rpm`), whose base macros every other macro builds on.

    Raises:
        RpmMissingError: it has no base macros.
    """
    if macros.complete:
        return ()
    for name in _BASE:
        if not (own / name).is_file():
            raise RpmMissingError(f"{own} has no {name}", why="rpm is not installed", hint="apt-get install rpm")
        shutil.copyfile(own / name, directory / name)
    for platform in sorted((own / "platform").glob("*-linux/macros")):
        _write(directory / platform.relative_to(own), platform.read_bytes())
    for file in macros.files:
        _write(directory / file.path, file.content)
    return ("macros", _PLATFORM, *(file.path for file in macros.files if file.is_macros))


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
