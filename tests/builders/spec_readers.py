"""Specs to be read, and readers to read them with."""

from pathlib import Path

from farm.requires.fast_reader import FastReader
from farm.requires.macro_set import MacroFile, MacroSet
from farm.requires.reading import RenderedSpec, SpecReading

NO_MACROS = MacroSet(files=())

HEAD = "Name: x\nVersion: 1\nRelease: 1\nSummary: x\nLicense: MIT\n"
TAIL = "\n%description\nx\n%files\n"


def macro_set(text: str) -> MacroSet:
    """Return a set of one file."""
    return MacroSet(files=(MacroFile(path="macros.d/macros.x", content=text.encode(), origin="x"),))


def spec_file(directory: Path, text: str | bytes, *, name: str = "x", **beside: bytes) -> RenderedSpec:
    """Write a spec into a directory of its own, with files beside it (`own_macros` is written as `own.macros`)."""
    own = directory / name
    own.mkdir(parents=True)
    own.chmod(0o755)
    path = own / f"{name}.spec"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(errors="surrogateescape"))
    for key, data in beside.items():
        (own / key.replace("_", ".")).write_bytes(data)
    return RenderedSpec(component=name, path=path)


def spec_text(tags: str, behind: str = "") -> str:
    """Return a spec that rpm takes, with more tags and more behind its files."""
    return HEAD + tags + TAIL + behind


def read_fast(
    directory: Path, text: str | bytes, *, macros: MacroSet = NO_MACROS, arch: str = "x86_64", **beside: bytes
) -> SpecReading:
    """Return what the reader that executes nothing says of a spec."""
    return FastReader().read([spec_file(directory, text, name="x", **beside)], macros=macros, arch=arch)[0]
