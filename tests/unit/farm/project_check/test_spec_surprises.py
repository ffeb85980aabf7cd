from collections.abc import Mapping

import msgspec
import pytest

from farm.overlay.engine import Step
from farm.overlay.model import Overlay
from farm.project_check.spec_surprises import surprises_of

SPEC = b"""Name: a
Version: 1
BuildRequires: x
BuildRequires: y
Patch: a.patch

%Build
make

%files
a
# the log
%changelog
"""


def surprises(fields: Mapping[str, str], spec: bytes = SPEC) -> list[str]:
    place = {"origin": {"file": "/p/azldev.toml"}}
    overlay = msgspec.convert({**fields, **place}, Overlay, dec_hook=lambda kind, value: kind(value))
    files = {"a.spec": spec}
    return [finding.message for finding in surprises_of("a", files, [Step(overlay=overlay, files=files)])]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"kind": "spec-add-tag", "tag": "version"}, "adds a second `version`; the spec has '1' already"),
        ({"kind": "spec-set-tag", "tag": "BuildRequires"}, "gives all 2 lines of `BuildRequires` the one value"),
        ({"kind": "spec-append-lines", "section": "%build"}, "leaves %Build alone"),
        (
            {"kind": "spec-remove-section", "section": "%files"},
            "the comment before %changelog, too: '# the log'",
        ),
        ({"kind": "patch-remove", "file": "a*"}, "does not see `Patch:` without a number"),
    ],
)
def test_what_nobody_would_think(fields: dict[str, str], words: str) -> None:
    assert any(words in message for message in surprises(fields))


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "spec-add-tag", "tag": "BuildRequires"},
        {"kind": "spec-set-tag", "tag": "Version"},
        {"kind": "spec-append-lines", "section": "%files"},
        {"kind": "spec-remove-section", "section": "%changelog"},
        {"kind": "file-remove", "file": "x"},
    ],
)
def test_what_everybody_would_think(fields: dict[str, str]) -> None:
    assert surprises(fields) == []


def test_lines_go_to_every_section_of_a_name() -> None:
    found = surprises({"kind": "spec-prepend-lines", "section": "%files"}, SPEC + b"%files\nb\n")
    assert found == ["overlay `spec-prepend-lines` adds its lines to all 2 sections %files"]


def test_a_spec_that_azldev_cannot_read_has_no_surprises() -> None:
    assert surprises({"kind": "spec-add-tag", "tag": "Version"}, b"x" * 70_000) == []
