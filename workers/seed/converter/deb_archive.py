"""Reading a .deb: its date, its control files and its data, as tar streams that dpkg-deb unpacks."""

import io
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workers.seed.converter.conversion_error import ConversionError

_AR_MAGIC = b"!<arch>\n"
_AR_DATE = slice(24, 36)
"""Where the date of the first member stands in an ar archive, behind the magic and its name."""
_LATEST = 2**32 - 1
_CONTROL_BYTES = 16 * 2**20
_MAINTAINER_FILES = ("control", "conffiles", "postinst")


def source_date_epoch(deb: Path) -> int:
    """Return when the package was made, in seconds since 1970: the date of its first ar member.

    Raises:
        ConversionError: it is no ar archive.
    """
    with deb.open("rb") as stream:
        head = stream.read(_AR_DATE.stop)
    date = head[_AR_DATE].strip()
    if not head.startswith(_AR_MAGIC) or not date.isdigit():
        raise ConversionError("not a .deb: no ar header")
    if int(date) > _LATEST:
        raise ConversionError("not a .deb: its date is beyond what an RPM can hold")
    return int(date)


def control_files(deb: Path) -> dict[str, str]:
    """Return the text of control, conffiles and postinst, as far as they are there.

    Raises:
        ConversionError: the archive is broken.
    """
    finished = subprocess.run(["/usr/bin/dpkg-deb", "--ctrl-tarfile", str(deb)], capture_output=True, check=False)
    if finished.returncode or len(finished.stdout) > _CONTROL_BYTES:
        raise ConversionError(f"control archive: {_last_line(finished.stderr)}")
    found = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(finished.stdout)) as archive:
            for member in archive:
                name = member.name.removeprefix("./")
                content = archive.extractfile(member) if member.isreg() and name in _MAINTAINER_FILES else None
                if content is not None:
                    found[name] = content.read().decode(errors="replace")
    except tarfile.TarError as exc:
        raise ConversionError(f"control archive: {exc}") from exc
    if "control" not in found:
        raise ConversionError("control archive: no control file")
    return found


@contextmanager
def data_members(deb: Path) -> Iterator[tarfile.TarFile]:
    """Open the data archive as a stream: members must be read in order.

    Raises:
        ConversionError: the archive is broken; also where that shows only at its end.
    """
    with subprocess.Popen(
        ["/usr/bin/dpkg-deb", "--fsys-tarfile", str(deb)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=2**20
    ) as child:
        if child.stdout is None or child.stderr is None:
            raise ConversionError("data archive: no pipe")
        try:
            with tarfile.open(fileobj=child.stdout, mode="r|", bufsize=2**20) as archive:
                yield archive
            while child.stdout.read(2**16):
                continue
        except (tarfile.TarError, EOFError) as exc:
            child.kill()
            raise ConversionError(f"data archive: {_last_line(child.stderr.read()) or exc}") from exc
        except BaseException:
            child.kill()
            raise
        complaint = child.stderr.read()
        if child.wait():
            raise ConversionError(f"data archive: {_last_line(complaint)}")


def _last_line(output: bytes) -> str:
    lines = output.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else ""
