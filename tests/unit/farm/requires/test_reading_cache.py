from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from builders.spec_readers import NO_MACROS, macro_set, spec_file, spec_text

from farm.requires.fast_reader import FastReader
from farm.requires.macro_set import MacroSet
from farm.requires.reading import ReaderName, RenderedSpec, SpecReading
from farm.requires.reading_cache import CachedReader


@dataclass(kw_only=True)
class Counting:
    """The fast reader, which notes what it is asked."""

    version: str = "1"
    transient: bool = False
    asked: list[str] = field(default_factory=list)

    @property
    def name(self) -> ReaderName:
        return ReaderName.FAST

    def read(self, specs: Sequence[RenderedSpec], *, macros: MacroSet, arch: str) -> list[SpecReading]:
        self.asked += [spec.component for spec in specs]
        if self.transient:
            return [
                SpecReading(component=spec.component, arch=arch, reader=self.name, error="x", transient=True)
                for spec in specs
            ]
        return FastReader().read(specs, macros=macros, arch=arch)


@pytest.fixture
def specs(tmp_path: Path) -> list[RenderedSpec]:
    load = "%{load:%{_sourcedir}/own.macros}\nBuildRequires: %own\n"
    return [
        spec_file(tmp_path, spec_text("BuildRequires: a\n"), name="one"),
        spec_file(tmp_path, spec_text(load), name="two", own_macros=b"%own b\n"),
    ]


def read(inner: Counting, specs: Sequence[RenderedSpec], tmp_path: Path, macros: MacroSet = NO_MACROS) -> list[str]:
    """Read through the cache and return what was asked of the reader behind it."""
    inner.asked.clear()
    readings = CachedReader(reader=inner, directory=tmp_path / "cache").read(specs, macros=macros, arch="x86_64")
    assert [reading.component for reading in readings] == [spec.component for spec in specs]
    return list(inner.asked)


def test_nothing_is_read_twice(specs: list[RenderedSpec], tmp_path: Path) -> None:
    inner = Counting()
    assert read(inner, specs, tmp_path) == ["one", "two"]
    assert read(inner, specs[::-1], tmp_path) == []


def test_what_changed_is_read_again(specs: list[RenderedSpec], tmp_path: Path) -> None:
    inner = Counting()
    read(inner, specs, tmp_path)
    specs[0].path.write_text(spec_text("BuildRequires: c\n"))
    assert read(inner, specs, tmp_path) == ["one"]
    (specs[1].path.parent / "own.macros").write_text("%own d\n")
    (specs[1].path.parent / "other.macros").write_text("%other d\n")
    assert read(inner, specs, tmp_path) == ["two"]
    (specs[1].path.parent / "own.macros").unlink()
    assert read(inner, specs, tmp_path) == ["two"]
    assert read(inner, specs, tmp_path, macro_set("%x 1\n")) == ["one", "two"]
    inner.version = "2"
    assert read(inner, specs, tmp_path) == ["one", "two"]


def test_damage_is_read_again_and_mended(specs: list[RenderedSpec], tmp_path: Path) -> None:
    inner = Counting()
    read(inner, specs, tmp_path)
    kept = sorted((tmp_path / "cache").glob("*/*.json"))
    kept[0].write_bytes(b'{"component": "o')
    kept[1].write_bytes(b"\xff\x80")
    assert read(inner, specs, tmp_path) == ["one", "two"]
    assert read(inner, specs, tmp_path) == []


def test_what_the_machine_had_its_part_in_is_not_remembered(specs: list[RenderedSpec], tmp_path: Path) -> None:
    inner = Counting(transient=True)
    read(inner, specs, tmp_path)
    assert read(inner, specs, tmp_path) == ["one", "two"]


def test_a_cache_that_cannot_be_written_costs_only_time(specs: list[RenderedSpec], tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("in the way")
    inner = Counting()
    assert read(inner, specs, tmp_path) == ["one", "two"]
    assert read(inner, specs, tmp_path) == ["one", "two"]


def test_a_spec_that_is_gone_is_no_traceback(tmp_path: Path) -> None:
    inner = Counting()
    reader = CachedReader(reader=inner, directory=tmp_path / "cache")
    gone = RenderedSpec(component="gone", path=tmp_path / "gone" / "gone.spec")
    (reading,) = reader.read([gone], macros=NO_MACROS, arch="x86_64")
    assert "No such file" in reading.error
