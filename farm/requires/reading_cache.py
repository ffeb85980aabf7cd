"""Readings kept by content: what has not changed is not read again, and nothing stale is ever given.

A reading is kept under the digest of the spec, the macro set, the architecture and the reader's version; with it stand
the digests of the files beside the spec that it depends on, which are compared before it is given. Each is one JSON
file, written aside and renamed: a crash leaves none by halves, and of two processes either may win, for both say the
same.
"""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from farm.canonical import encode
from farm.digest import digest_bytes
from farm.identity import random_name
from farm.requires.beside import BesideFiles
from farm.requires.macro_set import MacroSet
from farm.requires.reading import ReaderName, RenderedSpec, SpecReader, SpecReading

_DECODER = msgspec.json.Decoder(SpecReading)


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedReader:
    """A reader that remembers.

    Attributes:
        directory: where readings are kept; it may be removed at any time.
    """

    reader: SpecReader
    directory: Path

    @property
    def name(self) -> ReaderName:
        """Which reader this is."""
        return self.reader.name

    @property
    def version(self) -> str:
        """What the answers depend on."""
        return self.reader.version

    def read(self, specs: Sequence[RenderedSpec], *, macros: MacroSet, arch: str) -> list[SpecReading]:
        """Return what each spec says, in the order given."""
        stem = f"{self.reader.name}\n{self.reader.version}\n{macros.digest}\n{arch}".encode()
        places = [self._place(stem, spec) for spec in specs]
        found = [_kept(place, spec) for place, spec in zip(places, specs, strict=True)]
        missing = [number for number, reading in enumerate(found) if reading is None]
        if missing:
            fresh = self.reader.read([specs[number] for number in missing], macros=macros, arch=arch)
            for number, reading in zip(missing, fresh, strict=True):
                found[number] = reading
                place = places[number]
                if place is not None and not reading.transient:
                    _keep(place, reading)
        return [reading for reading in found if reading is not None]

    def _place(self, stem: bytes, spec: RenderedSpec) -> Path | None:
        """Return where the reading of a spec is kept; None for a spec that is not there."""
        try:
            content = digest_bytes(spec.path.read_bytes())
        except OSError:
            return None
        key = hashlib.sha256(b"\n".join([stem, spec.component.encode(), content.encode()])).hexdigest()
        return self.directory / key[:2] / f"{key}.json"


def _kept(place: Path | None, spec: RenderedSpec) -> SpecReading | None:
    if place is None:
        return None
    try:
        reading = _DECODER.decode(place.read_bytes())
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return reading if BesideFiles(spec).still(reading.beside, reading.whole_directory) else None


def _keep(place: Path, reading: SpecReading) -> None:
    """Write a reading; a cache that cannot be written costs time, and nothing else."""
    with suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        aside = place.with_name(random_name(".new"))
        try:
            aside.write_bytes(encode(reading))
            aside.replace(place)
        finally:
            aside.unlink(missing_ok=True)
