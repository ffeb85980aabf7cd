"""The readers on the specs of a whole distribution: how far they agree with each other, and with what is known."""

import gzip
import os
import re
import shutil
from pathlib import Path

import msgspec
import pytest
from builders.reader_agreement import compare_readings
from builders.vectors import DIRECTORY, require_vectors

from farm.requires.macro_set import MacroSet
from farm.requires.parallel_reader import ParallelReader
from farm.requires.reading import RenderedSpec, SpecReading
from farm.requires.rpm_reader import RpmReader
from farm.requires.tree_macros import tree_macros
from farm.sandbox.mount_namespace import isolate_mounts

pytestmark = pytest.mark.integration

GRAPH = "azl4_graph.jsonl.gz"
SAMPLE = 96

NOT_IN_VECTORS = re.compile(r"go-rpm-macros|ghc-.+-prof")
"""What the vectors lack, because they were made with shims that say nothing: `%gometa` asks for go-rpm-macros, and
ghc-srpm-macros of the tree turns profiling on (the tree's package groups list the `-prof` packages)."""


class GraphVector(msgspec.Struct):
    """A spec as the vectors have it: names without versions."""

    spec: str
    buildrequires: list[str]


@pytest.fixture(scope="module")
def specs(real_tree: Path) -> list[RenderedSpec]:
    paths = sorted((real_tree / "specs").glob("?/*/*.spec"))
    return [RenderedSpec(component=path.stem, path=path) for path in paths if path.stem == path.parent.name]


@pytest.fixture(scope="module")
def macros(real_tree: Path) -> MacroSet:
    def directory(component: str) -> Path | None:
        found = real_tree / "specs" / component[0].lower() / component
        return found if found.is_dir() else None

    return tree_macros(directory)


def vectors() -> dict[str, set[str]]:
    require_vectors(GRAPH)
    with gzip.open(DIRECTORY / GRAPH) as stream:
        rows = [msgspec.json.decode(line, type=GraphVector) for line in stream]
    return {row.spec: {name for name in row.buildrequires if not NOT_IN_VECTORS.fullmatch(name)} for row in rows}


def names(reading: SpecReading) -> set[str]:
    """Return the names of BuildRequires, as the vectors have them."""
    said = {text if text.startswith("(") else text.partition(" ")[0] for text in reading.build_requires}
    return {name for name in said if not NOT_IN_VECTORS.fullmatch(name)}


def agreeing(readings: list[SpecReading]) -> float:
    """Return in what share of the specs, that are known and were read, BuildRequires are as the vectors say."""
    known = vectors()
    compared = [reading for reading in readings if reading.component in known and not reading.error]
    assert len(compared) > 0.98 * len([reading for reading in readings if reading.component in known])
    same = [reading for reading in compared if names(reading) == known[reading.component]]
    return len(same) / len(compared)


def test_the_fast_reader_on_every_spec(specs: list[RenderedSpec], macros: MacroSet) -> None:
    readings = ParallelReader().read(specs, macros=macros, arch="x86_64")
    unread = [reading.component for reading in readings if reading.error]
    assert len(unread) < 0.005 * len(readings), unread
    assert agreeing(readings) > 0.99


def test_readers_agree_on_a_sample(specs: list[RenderedSpec], macros: MacroSet, tmp_path: Path) -> None:
    if shutil.which("rpmspec") is None or os.geteuid():
        pytest.skip("no rpmspec on this machine, or no root to make sandboxes with their limits")
    isolate_mounts()
    tmp_path.chmod(0o755)
    sample = specs[:: len(specs) // SAMPLE]
    truth = RpmReader(scratch=tmp_path / "scratch").read(sample, macros=macros, arch="x86_64")
    found = compare_readings(truth, ParallelReader().read(sample, macros=macros, arch="x86_64"))
    print(*found.differences, sep="\n")  # noqa: T201 - where they differ is what a person wants to see
    assert len(found.unread) <= 3, found.unread
    assert found.share("build_requires") > 0.97
    assert found.share("dynamic") > 0.98
    assert found.share("packages") > 0.95
    assert agreeing(truth) > 0.97
