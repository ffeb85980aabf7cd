"""azldev's own overlay tests, replayed (`overlay_vectors.json`)."""

import msgspec
import pytest
from builders.overlays import make_overlay, overlay_faults, reader_of
from builders.vectors import read_vectors, require_vectors

from farm.errors import ProjectError
from farm.overlay.engine import ON_SPEC, apply_overlays
from farm.overlay.errors import NotApplicableError
from farm.overlay.spec_document import SpecDocument

FILE = "overlay_vectors.json"


class Vector(msgspec.Struct, kw_only=True):
    name: str
    scope: str
    overlay: dict[str, object]
    input_files: dict[str, str]
    spec: str = ""
    overlay_source_content: str | None = None
    expected_files: dict[str, str] | None = None
    expected_error: bool = False


VECTORS = read_vectors(FILE, Vector)


def test_the_vectors_are_here() -> None:
    require_vectors(FILE)
    assert len(VECTORS) == 164


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_overlay_does_what_azldev_does(vector: Vector) -> None:
    if vector.expected_error:
        with pytest.raises((ProjectError, NotApplicableError)):
            _apply(vector)
    else:
        assert _apply(vector) == vector.expected_files


def _apply(vector: Vector) -> dict[str, str]:
    if vector.scope == "sources" and (faults := overlay_faults(vector.overlay)):
        raise NotApplicableError(str(faults))
    overlay = make_overlay(vector.overlay)
    files = {name: text.encode() for name, text in vector.input_files.items()}
    if vector.scope == "spec":
        (name,) = files
        document = ON_SPEC[overlay.kind](SpecDocument.parse(files[name]), overlay)
        return {name: document.serialize().decode()}
    spec = vector.spec or "absent.spec"
    content = vector.overlay_source_content
    steps = apply_overlays(
        files if vector.spec else {**files, spec: b""},
        [overlay],
        component=spec.removesuffix(".spec"),
        read_source=reader_of(None if content is None else content.encode()),
    )
    after = {name: data.decode() for name, data in steps[-1].files.items()}
    return after if vector.spec else {name: text for name, text in after.items() if name != spec}
