"""Overlays on real specs, as azldev's own code applied them (`overlay_real_specs.json.gz`)."""

from hashlib import sha256
from pathlib import Path

import msgspec
import pytest
from builders.overlays import make_overlay
from builders.vectors import read_vectors, require_vectors

from farm.errors import ProjectError
from farm.overlay.engine import ON_SPEC
from farm.overlay.errors import NotApplicableError
from farm.overlay.spec_document import SpecDocument

pytestmark = pytest.mark.integration

FILE = "overlay_real_specs.json.gz"


class Vector(msgspec.Struct, kw_only=True):
    name: str
    spec: str
    spec_sha256: str
    overlay: dict[str, object]
    expected_sha256: str = ""
    expected_error: bool = False


def test_real_specs_come_out_as_azldev_makes_them(real_tree: Path) -> None:
    require_vectors(FILE)
    vectors = read_vectors(FILE, Vector)
    assert len(vectors) == 1500
    wrong = [vector.name for vector in vectors if _outcome(vector, real_tree) != _expected(vector)]
    assert wrong == []


def _expected(vector: Vector) -> str:
    return "error" if vector.expected_error else vector.expected_sha256


def _outcome(vector: Vector, tree: Path) -> str:
    data = (tree / vector.spec).read_bytes()
    assert sha256(data).hexdigest() == vector.spec_sha256, vector.spec
    overlay = make_overlay(vector.overlay)
    try:
        return sha256(ON_SPEC[overlay.kind](SpecDocument.parse(data), overlay).serialize()).hexdigest()
    except (NotApplicableError, ProjectError):
        return "error"
