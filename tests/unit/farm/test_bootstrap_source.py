from pathlib import Path

import pytest
from builders.projects import write_files

from farm.bootstrap_source import BootstrapSpecs, UnknownBcondError, bootstrap_source
from farm.project.farm_settings import BootstrapSetting, FarmSettings
from farm.source_package import RenderedSource, SourceFile
from farm.store.directory_store import DirectoryStore

SPEC = b"# a comment\n%bcond_with tiny\nName: alpha\n%if %{without tiny}\nBuildRequires: beta\n%endif\n"


class World:
    """A project that declares a bcond for `alpha`, and a store."""

    def __init__(self, root: Path, bcond: str = "tiny") -> None:
        write_files(root, {"farm.toml": f'arches = ["x86_64"]\n[bootstrap]\nalpha = "{bcond}"\n'})
        self.store = DirectoryStore(root / "store")
        settings = FarmSettings(bootstrap=(BootstrapSetting(component="alpha", bcond=bcond),))
        self.specs = BootstrapSpecs(settings, root)

    def source(self, **files: bytes) -> RenderedSource:
        return bootstrap_source(self.rendered(**files), self.specs, self.store)

    def rendered(self, **files: bytes) -> RenderedSource:
        named = {name.replace("_", "."): data for name, data in files.items()}
        found = [SourceFile(name=name, digest=self.store.put_bytes(data)) for name, data in sorted(named.items())]
        return RenderedSource(component="alpha", files=tuple(found), epoch=7)


def test_the_spec_sets_the_bcond_as_rpmbuild_would_and_nothing_else_changes(tmp_path: Path) -> None:
    world = World(tmp_path)
    source = world.rendered(alpha_spec=SPEC, other_patch=b"%bcond_with tiny")

    found = bootstrap_source(source, world.specs, world.store)

    before = {file.name: file.digest for file in source.files}
    after = {file.name: file.digest for file in found.files}
    assert world.store.read(after.pop("alpha.spec")) == b"%global _with_tiny --with-tiny\n" + SPEC
    assert before.pop("alpha.spec")
    assert (after, found.epoch, found.component) == (before, 7, "alpha")
    assert found.id != source.id


def test_only_declared_components_have_a_bcond(tmp_path: Path) -> None:
    specs = World(tmp_path).specs

    assert (specs.bcond("alpha"), specs.bcond("beta")) == ("tiny", "")


@pytest.mark.parametrize(
    "text",
    [
        b"%bcond tiny 0",
        b"%{?!bcond_without tiny}",
        b"%bcond_with\ttiny",
        b"%if %{with tiny}",
        b"%{?_with_tiny:y}",
        b"%{!without tiny}",
    ],
)
def test_a_bcond_is_known_in_every_spelling(tmp_path: Path, text: bytes) -> None:
    world = World(tmp_path)

    assert world.source(alpha_spec=text).files


def test_a_file_of_macros_beside_the_spec_may_know_it(tmp_path: Path) -> None:
    world = World(tmp_path)

    assert world.source(alpha_spec=b"%include x", x_macros=b"%bcond_with tiny").files


@pytest.mark.parametrize(
    ("spec", "hint"),
    [
        (b"%bcond_with tiny2\n%bcond big 1\n", "its bconds are big, tiny2"),
        (b"Built with tiny things, without tiny ones.\n", "it has none: take the line out"),
        (b"\xff\xfe %bcond_with\n", "it has none: take the line out"),
    ],
)
def test_a_bcond_that_the_spec_does_not_name_is_refused(tmp_path: Path, spec: bytes, hint: str) -> None:
    world = World(tmp_path)

    with pytest.raises(UnknownBcondError, match=r"alpha\.spec has no bcond 'tiny'") as caught:
        world.source(alpha_spec=spec, notes_txt=b"%bcond_with tiny")
    assert caught.value.hint == hint
    assert f"{tmp_path / 'farm.toml'}:3: " in caught.value.why
    assert caught.value.exit_status == 3
