"""The version of a spec and the flags of its `%autorelease`, as a spec reader tells them."""

import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from farm.requires.macro_set import MacroFile, MacroSet
from farm.requires.reading import RenderedSpec, SpecReader, SpecReading

_FLAGS = re.compile(r"E(?P<extra>[^_]*)_S(?P<snapshot>[^_]*)_P(?P<pre>[01])_B(?P<base>\d{0,9})")
_MACROS = b"""\
%autorelease(e:s:pb:n) E%{?-e*}_S%{?-s*}_P%{?-p:1}%{!?-p:0}_B%{?-b*}
%autochangelog %nil
%dist %nil
%_invalid_encoding_terminates_build 0
"""
"""Makes the Release tag say which flags `%autorelease` was called with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecVersion:
    """What counts of a spec for its release.

    Attributes:
        epoch_version: as `1:2.3`, or `2.3` where there is no epoch.
        extra: `-e`; snapshot: `-s`; prerelease: `-p`; base: `-b`.
    """

    epoch_version: str
    extra: str = ""
    snapshot: str = ""
    prerelease: bool = False
    base: int = 1

    def release(self, number: int) -> str:
        """Return the release without `%dist` for a release number."""
        tags = "".join(f".{tag}" for tag in (self.extra, self.snapshot) if tag)
        return f"{'0.' if self.prerelease else ''}{number + self.base - 1}{tags}"


class ReadVersions(Protocol):
    """Reads the versions of specs; it knows where a spec may be read."""

    def read(self, name: str, trees: Sequence[Mapping[str, bytes]]) -> list[SpecVersion | None]:
        """Return the version of `<name>.spec` in each set of files; None where it cannot be read."""
        ...


class VersionsByReader:
    """Asks one of the farm's spec readers: the one that executes nothing, or rpmspec in a sandbox.

    Args:
        macros: macro set of the distribution.
        arch: architecture for which specs are read.
    """

    def __init__(self, reader: SpecReader, macros: MacroSet, arch: str) -> None:
        self._reader = reader
        own = MacroFile(path="macros.d/macros.zz-farm-release", content=_MACROS, origin="release numbers")
        self._macros = MacroSet(files=(*macros.files, own), complete=macros.complete)
        self._arch = arch

    def read(self, name: str, trees: Sequence[Mapping[str, bytes]]) -> list[SpecVersion | None]:
        """Return the version of a spec in each set of files."""
        with tempfile.TemporaryDirectory(prefix="farm-versions-") as scratch:
            Path(scratch).chmod(0o711)  # a sandbox of another user goes through it to the specs
            specs = [_lay_out(Path(scratch) / str(at), name, files) for at, files in enumerate(trees)]
            readings = self._reader.read(specs, macros=self._macros, arch=self._arch)
        return [spec_version(reading) for reading in readings]


def spec_version(reading: SpecReading) -> SpecVersion | None:
    """Return what a reading says of the version; None where the spec could not be read."""
    source = reading.source
    if source is None or reading.error or "%" in source.version:
        return None
    epoch_version = f"{source.epoch}:{source.version}" if source.epoch else source.version
    flags = _FLAGS.fullmatch(source.release)
    if flags is None:
        return SpecVersion(epoch_version=epoch_version)
    return SpecVersion(
        epoch_version=epoch_version,
        extra=flags["extra"],
        snapshot=flags["snapshot"],
        prerelease=flags["pre"] == "1",
        base=int(flags["base"] or 1),
    )


def _lay_out(directory: Path, name: str, files: Mapping[str, bytes]) -> RenderedSpec:
    directory.mkdir()
    for file, data in sorted(files.items()):
        if "/" not in file:
            (directory / file).write_bytes(data)
    return RenderedSpec(component=name, path=directory / f"{name}.spec")
