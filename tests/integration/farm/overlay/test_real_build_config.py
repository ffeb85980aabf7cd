"""Macros, check skips and headers of the real distribution: its rendered specs carry what its configuration says."""

from pathlib import Path

import pytest

from farm.overlay.engine import apply_overlays
from farm.overlay.macros_file import macros_file, macros_file_name
from farm.overlay.model import Overlay
from farm.overlay.system import all_overlays
from farm.project.loader import load_project
from farm.project.model import Component, Project

pytestmark = pytest.mark.integration


class Loaded:
    """The components, behind a short representation: pytest prints that of every argument of a test that fails."""

    def __init__(self, project: Project) -> None:
        self.components = project.components


@pytest.fixture(scope="module")
def project(real_tree: Path) -> Loaded:
    return Loaded(load_project(real_tree))


def rendered(tree: Path, name: str, suffix: str) -> Path:
    return tree / "specs" / name[0].lower() / name / f"{name}{suffix}"


def test_all_macros_files_are_as_committed(project: Loaded, real_tree: Path) -> None:
    committed = {path.name: path.read_bytes() for path in real_tree.glob("specs/*/*/*.azl.macros")}
    made = {macros_file_name(name): macros_file(component.build) for name, component in project.components.items()}
    assert len(committed) == 28
    assert {name: data for name, data in made.items() if data} == committed


def test_all_check_skips_are_as_committed(project: Loaded, real_tree: Path) -> None:
    """Take the skip out of the committed spec, and let the engine put it in again."""
    skipped = [component for component in project.components.values() if component.build.skip_check]
    assert len(skipped) == 187
    assert [component.name for component in skipped if not _comes_back(component, real_tree)] == []


def test_all_headers_are_as_committed(project: Loaded, real_tree: Path) -> None:
    *_, header = all_overlays(next(iter(project.components.values())))
    top = "".join(f"{line}\n" for line in header.lines).encode()
    specs = [path for name in project.components if (path := rendered(real_tree, name, ".spec")).is_file()]
    assert len(specs) > 7500
    assert [path.name for path in specs if not _begins_with(path.read_bytes(), top)][:10] == []


def _begins_with(spec: bytes, header: bytes) -> bool:
    """Tell whether a spec begins with a header, behind what rpmautospec has put before it later."""
    _, end, behind = spec.partition(b"## END: Set by rpmautospec\n")
    return (behind if end else spec).lstrip(b"\n").startswith(header)


def _comes_back(component: Component, tree: Path) -> bool:
    *_, skip, _header = all_overlays(component)
    committed = rendered(tree, component.name, ".spec").read_bytes()
    text = "".join(f"{line}\n" for line in skip.lines).encode()
    assert text in committed, component.name
    spec = f"{component.name}.spec"
    before = {spec: committed.replace(text, b"")}
    return _applied(before, skip, component.name)[spec] == committed


def _applied(files: dict[str, bytes], overlay: Overlay, component: str) -> dict[str, bytes]:
    (step,) = apply_overlays(files, [overlay], component=component, read_source=lambda _: b"")
    return dict(step.files)
