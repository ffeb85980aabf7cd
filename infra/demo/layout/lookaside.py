"""The lookaside tree, in Fedora's layout, from a cache of verified upstream files."""

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from infra.demo.layout.errors import WrongUpstreamFileError
from infra.demo.layout.upstreams import UpstreamFile

TEMPLATE = "$pkg/$filename/$hashtype/$hash/$filename"
"""Path of a file below the lookaside, in the words of `lookaside-base-uri`."""


def lookaside_path(file: UpstreamFile) -> str:
    """Return the path of a file below the lookaside."""
    return f"{file.component}/{file.filename}/sha512/{file.sha512}/{file.filename}"


def ensure_file(file: UpstreamFile, lookaside: Path, cache: Path, fetch: Callable[[Path], None]) -> bool:
    """Put a file into the lookaside, from the cache or fetched; tell whether it had to be fetched.

    What is there already is verified again, and replaced where it is damaged. Nothing is ever half-written.

    Raises:
        WrongUpstreamFileError: what was fetched is another file than `sources` names.
    """
    target = lookaside / lookaside_path(file)
    if _is(target, file.sha512):
        return False
    kept = cache / file.sha512
    fetched = not _is(kept, file.sha512)
    if fetched:
        _fetch(file, kept, fetch)
    _copy(kept, target)
    return fetched


def _fetch(file: UpstreamFile, kept: Path, fetch: Callable[[Path], None]) -> None:
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent, prefix=".fetch-") as directory:
        arriving = Path(directory, "file")
        fetch(arriving)
        found = _sha512(arriving)
        if found != file.sha512:
            raise WrongUpstreamFileError(
                f"{file.component}: {file.filename} is not the file that `sources` names",
                why=f"SHA512 expected {file.sha512[:16]}..., found {found[:16]}...",
                hint="upstream or the mirror changed it: see what changed before taking over the new hash",
            )
        arriving.replace(kept)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".copy-") as directory:
        arriving = Path(directory, "file")
        shutil.copyfile(source, arriving)
        arriving.chmod(0o644)
        arriving.replace(target)


def _is(path: Path, sha512: str) -> bool:
    return path.is_file() and _sha512(path) == sha512


def _sha512(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha512").hexdigest()
