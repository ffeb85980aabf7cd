from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from builders.builds import digest
from builders.projects import make_component
from builders.source_tasks import TOOLS, facts_of, made_by, rendered, site

from farm.bootstrap_source import BootstrapSpecs, UnknownBcondError
from farm.buildroot_lock import BuildrootLock
from farm.errors import FarmError, ProjectError
from farm.nevra import Nevra
from farm.project.farm_settings import BootstrapSetting, FarmSettings
from farm.project.model import Component
from farm.source_package import RenderedSource, SourceFile, SourceRpm
from farm.store.directory_store import DirectoryStore
from scheduler.node import Node
from scheduler.preparation import (
    BrokenBootstrapError,
    MakeSource,
    NothingMadeError,
    Preparation,
    Prepared,
    first_round,
)
from workers.spec_errors import SpecError
from workers.tasks import MadeSource, SourceTask

ARCHES = ("x86_64", "aarch64")


def render(component: Component) -> RenderedSource:
    if component.name == "broken":
        raise ProjectError("an overlay does not apply")
    return rendered(component.name)


def preparation(
    root: Path,
    make: MakeSource,
    at_once: int = 2,
    *,
    render: Callable[[Component], RenderedSource] = render,
    bootstraps: BootstrapSpecs | None = None,
) -> Preparation:
    return Preparation(
        render=render,
        name_inputs=lambda _component: (),
        store=DirectoryStore(root / "store"),
        site=site(root),
        tools=TOOLS,
        make=make,
        at_once=at_once,
        bootstraps=bootstraps,
    )


def prepare(
    root: Path, make: MakeSource, *names: str, arches: tuple[str, ...] = ARCHES
) -> dict[str, Prepared | FarmError]:
    return preparation(root, make).prepare([make_component(name) for name in names], arches)


def test_components_come_in_the_order_they_were_given_each_with_its_own_error(tmp_path: Path) -> None:
    error = SpecError("unparsable.spec: rpm cannot use this spec")

    def make(task: SourceTask) -> MadeSource:
        if task.source.component == "unparsable":
            raise error
        return made_by(task)

    found = prepare(tmp_path, make, "zlib", "broken", "unparsable", "curl")

    assert list(found) == ["zlib", "broken", "unparsable", "curl"]
    assert isinstance(found["broken"], ProjectError)
    assert found["unparsable"] is error
    good = found["curl"]
    assert isinstance(good, Prepared)
    assert list(good.facts.items()) == [(arch, facts_of("curl", arch)) for arch in ARCHES]


def test_what_is_kept_is_not_made_again(tmp_path: Path) -> None:
    tasks: list[SourceTask] = []
    store = DirectoryStore(tmp_path / "store")

    def make(task: SourceTask) -> MadeSource:
        tasks.append(task)
        made = made_by(task)
        if made.source_rpm is not None:
            (tmp_path / "blob").write_text(task.source.component)
            assert store.put_file(tmp_path / "blob") == made.source_rpm.digest
        return made

    first = prepare(tmp_path, make, "curl", arches=("x86_64",))
    assert prepare(tmp_path, make, "curl", arches=("x86_64",)) == first
    assert len(tasks) == 1
    both = prepare(tmp_path, make, "curl")["curl"]
    assert isinstance(both, Prepared)
    assert list(both.facts) == ["x86_64", "aarch64"]
    assert [(task.makes_source_rpm, task.arches) for task in tasks] == [(True, ("x86_64",)), (False, ("aarch64",))]


def test_a_source_rpm_that_is_gone_is_made_again(tmp_path: Path) -> None:
    wanted: list[bool] = []

    def make(task: SourceTask) -> MadeSource:
        wanted.append(task.makes_source_rpm)
        return made_by(task)

    for _ in range(2):
        prepare(tmp_path, make, "curl")
    assert wanted == [True, True]
    assert not DirectoryStore(tmp_path / "store").has(digest("curl"))


def test_a_worker_that_makes_nothing_is_found_out(tmp_path: Path) -> None:
    found = prepare(tmp_path, lambda _task: MadeSource(source_rpm=None, facts=()), "curl")
    assert isinstance(found["curl"], NothingMadeError)


@pytest.mark.parametrize("at_once", [1, 7])
def test_how_many_are_made_at_once_changes_nothing(tmp_path: Path, at_once: int) -> None:
    components = [make_component(f"c{number}") for number in range(9)]
    seen: list[str] = []
    found = preparation(tmp_path, made_by, at_once).prepare(components, ARCHES, lambda: seen.append("one"))
    assert len(seen) == len(components)
    assert found == preparation(tmp_path / "other", made_by).prepare(components, ARCHES)


class Bootstrap:
    """A project whose `curl` has the bootstrap bcond `tiny`, and whose zlib has none."""

    def __init__(self, root: Path, spec: bytes = b"%bcond_with tiny\n") -> None:
        self.root = root
        self.store = DirectoryStore(root / "store")
        self.spec = self.store.put_bytes(spec)
        self.broken = False

    def render(self, component: Component) -> RenderedSource:
        file = SourceFile(name=f"{component.name}.spec", digest=self.spec)
        return RenderedSource(component=component.name, files=(file,), epoch=0)

    def make(self, task: SourceTask) -> MadeSource:
        if self.broken and task.source != self.render(make_component(task.source.component)):
            raise SpecError("curl.spec:3: rpm cannot use this spec", why="no %endif")
        made = made_by(task)
        name = task.source.component
        rpm = SourceRpm(component=name, nevra=Nevra.parse(f"{name}-1-1.src"), digest=digest(task.source.id), size=1)
        return replace(made, source_rpm=rpm)

    def prepare(self) -> dict[str, Prepared | FarmError]:
        settings = FarmSettings(bootstrap=(BootstrapSetting(component="curl", bcond="tiny"),))
        sources = BootstrapSpecs(settings, self.root)
        ready = preparation(self.root, self.make, render=self.render, bootstraps=sources)
        return ready.prepare([make_component(name) for name in ("curl", "zlib")], ARCHES)


def test_a_component_with_a_bootstrap_bcond_is_prepared_with_and_without(tmp_path: Path) -> None:
    found = Bootstrap(tmp_path).prepare()

    curl, zlib = found["curl"], found["zlib"]
    assert isinstance(curl, Prepared)
    assert isinstance(zlib, Prepared)
    assert (zlib.first, curl.bootstrap) == (None, "")
    assert curl.first is not None
    assert (curl.first.bootstrap, set(curl.first.facts)) == ("tiny", set(ARCHES))
    lock = BuildrootLock(arch="x86_64", layers=())
    full, first = curl.inputs("x86_64", lock), curl.first.inputs("x86_64", lock)
    assert first.build.build_id != full.build.build_id
    assert (first.bootstrap, full.bootstrap) == ("tiny", "")
    assert [(one.name, one.value, one.file) for one in first.named] == [(("bootstrap", "curl"), "tiny", "farm.toml")]
    nodes = [Node(name, "x86_64") for name in ("curl", "zlib")]
    assert first_round(found, nodes) == {nodes[0]: curl.first}


def test_a_bcond_of_no_spec_ends_it_all_and_one_that_breaks_its_spec_the_component(tmp_path: Path) -> None:
    with pytest.raises(UnknownBcondError):
        Bootstrap(tmp_path / "unknown", b"Name: curl\n").prepare()

    world = Bootstrap(tmp_path / "broken")
    world.broken = True
    found = world.prepare()

    error = found["curl"]
    assert isinstance(error, BrokenBootstrapError)
    assert str(error.what) == "curl.spec cannot be used with its bcond 'tiny': curl.spec:3: rpm cannot use this spec"
    assert "one further down" in error.hint
    assert first_round(found, [Node("curl", "x86_64")]) == {}
    assert isinstance(found["zlib"], Prepared)
