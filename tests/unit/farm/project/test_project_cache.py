import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from builders.fake_clock import FakeClock
from builders.projects import write_files

from farm.errors import ProjectError
from farm.project import loader
from farm.project.model import Project
from farm.project.project_cache import ProjectCache

ROOT = """
includes = ['**/*.comp.toml', 'absent-*.toml']
[component-groups.g]
specs = ['specs/*/*.spec']
[components.plain]
spec = { type = 'local', path = 'plain.spec' }
"""
COMPONENT = """
[components.a]
spec = { type = 'local', path = 'a.spec' }
overlay-files = ['o/*.toml']
"""
OVERLAYS = """
[metadata]
category = 'azl-pruning'
upstream-status = 'unknown'
[[overlays]]
type = 'spec-remove-tag'
tag = 'X'
"""
FILES = {
    "project/azldev.toml": ROOT,
    "project/a/a.comp.toml": COMPONENT,
    "project/a/o/one.toml": OVERLAYS,
    "project/specs/s/s.spec": "Name: s\n",
    "project/farm.toml": "arches = ['x86_64']\n",
    "extra/more.toml": "includes = ['*.inc.toml']\n",
}
CONFIG = "[components.new]\nspec = { type = 'local', path = 'new.spec' }\n"


class Cached:
    """A project, its cache, and how often it was really read."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        self.directory = root / "cache"
        self.clock = FakeClock()
        self.clock.sleep(10 * 365 * 86_400)
        self.reads = 0
        read = loader.load_project

        def counted(*arguments: object, **options: object) -> Project:
            self.reads += 1
            return read(*arguments, **options)  # type: ignore[arg-type] # passed on

        monkeypatch.setattr(loader, "load_project", counted)

    def load(self) -> Project:
        cache = ProjectCache(self.directory, self.clock)
        return cache.load(self.root / "project", config_files=[self.root / "extra" / "more.toml"])

    def entry(self) -> Path:
        (entry,) = self.directory.glob("*.project")
        return entry


@pytest.fixture
def cached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cached:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    write_files(tmp_path, FILES)
    made = Cached(tmp_path, monkeypatch)
    made.load()
    assert made.reads == 1
    return made


def test_an_unchanged_project_is_not_read_again_and_is_the_same(cached: Cached) -> None:
    again = cached.load()
    assert cached.reads == 1
    assert again == loader.load_project(cached.root / "project", config_files=[cached.root / "extra" / "more.toml"])
    assert sorted(again.components) == ["a", "plain", "s"]
    assert [overlay.tag for overlay in again.component("a").overlays] == ["X"]


def write(name: str, text: str = CONFIG) -> Callable[[Path], object]:
    return lambda root: write_files(root, {name: text})


def append(name: str, text: str) -> Callable[[Path], object]:
    def change(root: Path) -> None:
        with (root / name).open("a") as file:
            file.write(text)

    return change


def same_size_and_date(root: Path) -> None:
    path = root / "project/a/a.comp.toml"
    before = path.stat()
    path.write_text(path.read_text().replace("a.spec", "b.spec"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def replaced_by_another_of_the_same_date(root: Path) -> None:
    path = root / "project/a/a.comp.toml"
    other = root / "other"
    other.write_text(path.read_text().replace("a.spec", "c.spec"))
    shutil.copystat(path, other)
    other.replace(path)


def linked_elsewhere(root: Path) -> None:
    path = root / "project/a/a.comp.toml"
    path.rename(root / "project/a/kept")
    path.symlink_to("kept")


CHANGES: dict[str, Callable[[Path], object]] = {
    "the root is edited": append("project/azldev.toml", CONFIG),
    "an included file is edited": append("project/a/a.comp.toml", "# x\n"),
    "an edit that keeps size and date": same_size_and_date,
    "a replacement that keeps size and date": replaced_by_another_of_the_same_date,
    "a file becomes a link": linked_elsewhere,
    "a file that a glob finds is added": write("project/a/b.comp.toml"),
    "one is added in a new directory": write("project/new/deep/n.comp.toml"),
    "one is added at the top": write("project/top.comp.toml"),
    "a file that a glob finds is removed": lambda root: (root / "project/a/a.comp.toml").unlink(),
    "a directory with one is renamed": lambda root: (root / "project/a").rename(root / "project/b"),
    "a glob that found nothing finds something": write("project/absent-x.toml"),
    "an overlay file is edited": append("project/a/o/one.toml", "# x\n"),
    "an overlay file is added": write("project/a/o/two.toml", FILES["project/a/o/one.toml"]),
    "an overlay file is removed": lambda root: (root / "project/a/o/one.toml").unlink(),
    "a spec is discovered": write("project/specs/t/t.spec", "Name: t\n"),
    "a discovered spec is removed": lambda root: shutil.rmtree(root / "project/specs/s"),
    "farm.toml is edited": append("project/farm.toml", "\n"),
    "farm.toml is removed": lambda root: (root / "project/farm.toml").unlink(),
    "a further configuration file is edited": append("extra/more.toml", "[components]\n"),
    "what that includes appears": write("extra/x.inc.toml"),
    "a user's configuration appears": write("config/azldev/config.toml"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_every_change_that_could_matter_is_noticed(cached: Cached, change: Callable[[Path], object]) -> None:
    change(cached.root)
    project = cached.load()
    assert cached.reads == 2
    assert project == loader.load_project(cached.root / "project", config_files=[cached.root / "extra" / "more.toml"])


def test_a_project_that_became_wrong_is_refused(cached: Cached) -> None:
    append("project/azldev.toml", "nonsense = 1\n")(cached.root)
    for _ in range(2):
        with pytest.raises(ProjectError):
            cached.load()


def test_what_lies_beside_the_project_does_not_matter(cached: Cached) -> None:
    write_files(cached.root, {"project/README.md": "x", "project/a/a.spec": "Name: a\n", "elsewhere/x.comp.toml": "x"})
    cached.load()
    reads = cached.reads
    (cached.root / "project/README.md").write_text("other")
    (cached.root / "project/a/a.spec").write_text("other")
    cached.load()
    assert cached.reads == reads


def test_what_was_changed_a_moment_ago_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    write_files(tmp_path, FILES)
    made = Cached(tmp_path, monkeypatch)
    made.clock = FakeClock()
    changed = (tmp_path / "project" / "azldev.toml").stat().st_ctime
    made.clock.sleep(changed + 1 - made.clock.now().timestamp())
    made.load()
    made.load()
    assert made.reads == 2
    made.clock.sleep(86_400)
    made.load()
    made.load()
    assert made.reads == 3


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"",
        lambda data: data[:-1],
        lambda data: data[:100],
        lambda data: data[:-1] + bytes([data[-1] ^ 1]),
        lambda _: b"\x80\x04cos\nsystem\n(S'true'\ntR.",
        lambda data: data + b"x",
    ],
)
def test_a_damaged_entry_is_none(cached: Cached, damage: Callable[[bytes], bytes]) -> None:
    cached.entry().write_bytes(damage(cached.entry().read_bytes()))
    assert sorted(cached.load().components) == ["a", "plain", "s"]
    assert cached.reads == 2
    cached.load()
    assert cached.reads == 2


def writable_entry(cached: Cached) -> None:
    cached.entry().chmod(0o666)


def writable_directory(cached: Cached) -> None:
    cached.directory.chmod(0o777)


def linked_entry(cached: Cached) -> None:
    entry = cached.entry()
    entry.rename(cached.root / "kept")
    entry.symlink_to(cached.root / "kept")


def entry_that_is_a_pipe(cached: Cached) -> None:
    entry = cached.entry()
    entry.unlink()
    os.mkfifo(entry)


@pytest.mark.parametrize("change", [writable_entry, writable_directory, linked_entry, entry_that_is_a_pipe])
def test_what_others_could_have_written_is_not_believed(cached: Cached, change: Callable[[Cached], None]) -> None:
    change(cached)
    cached.load()
    assert cached.reads == 2


def test_what_another_user_wrote_is_not_believed(cached: Cached, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: cached.entry().stat().st_uid + 1)
    cached.load()
    assert cached.reads == 2


def test_without_a_place_for_it_the_project_is_read_all_the_same(cached: Cached) -> None:
    shutil.rmtree(cached.directory)
    cached.directory.write_text("no directory")
    assert sorted(cached.load().components) == ["a", "plain", "s"]


def test_what_killed_processes_left_goes_and_old_entries_too(cached: Cached) -> None:
    for number in range(60):
        (cached.directory / f"{number}.project").write_text("")
    part = cached.directory / "x.part"
    part.write_text("")
    append("project/azldev.toml", "# x\n")(cached.root)
    cached.load()
    assert not part.exists()
    assert 40 <= len(list(cached.directory.iterdir())) <= 50
    cached.load()
    assert cached.reads == 2


def test_many_at_once_all_get_the_project(cached: Cached) -> None:
    cached.entry().unlink()
    found: list[Project] = []
    threads = [threading.Thread(target=lambda: found.append(cached.load())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert all(project == found[0] for project in found)
    assert [path.suffix for path in cached.directory.iterdir()] == [".project"]


def test_two_ways_to_read_a_project_have_two_entries(cached: Cached) -> None:
    without = ProjectCache(cached.directory, cached.clock).load(cached.root / "project")
    assert without.roots == (cached.root / "project",)
    assert len(list(cached.directory.glob("*.project"))) == 2
