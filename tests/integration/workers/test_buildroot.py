import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from builders.seed_lock import COREUTILS, SHELL, rpm_named, seed_lock

from farm.buildroot_lock import BuildrootLock
from farm.digest import digest_file
from farm.environment import is_root
from farm.paths import CachePaths
from farm.sandbox.mount_table import mount_table
from farm.sandbox.run import run_in_sandbox
from farm.sandbox.sandbox import Sandbox
from farm.store.directory_store import DirectoryStore
from workers import layers as layers_module
from workers.buildroot import Buildroots
from workers.layer_install import InstallError, install
from workers.layer_key import layer_keys
from workers.layers import Layers
from workers.locked_rpms import EditedRpmError

pytestmark = [pytest.mark.integration, pytest.mark.skipif(not is_root(), reason="only root installs packages")]

TINY = ("base-files", "base-passwd")
"""Packages without programs that the others need: layers of them take no time."""

CRASH = """
import os, sys
from pathlib import Path
from farm.paths import CachePaths
from farm.store.directory_store import DirectoryStore
from builders.seed_lock import seed_lock
from workers import layers
from workers.buildroot import Buildroots
real = layers.install
def install(rpms, root):
    real(rpms, root)
    if len(list((Path(sys.argv[2]) / "layers").glob("*/layer.json"))) == 1:
        os.kill(os.getpid(), 9)
layers.install = install
seed, cache = Path(sys.argv[1]), Path(sys.argv[2])
roots = Buildroots(
    cache=CachePaths(root=cache), store=DirectoryStore(cache / "store"), repositories={"seed": seed}
)
with roots.open(seed_lock(seed, ("base-files",), ("base-passwd",))):
    pass
"""


@pytest.fixture(scope="module")
def shared_cache(tmp_path_factory: pytest.TempPathFactory) -> CachePaths:
    """A cache that tests share which only read."""
    return CachePaths(root=tmp_path_factory.mktemp("cache"))


def buildroots(cache: CachePaths, seed: Path) -> Buildroots:
    store = DirectoryStore(cache.root / "store")
    return Buildroots(cache=cache, store=store, repositories={"seed": seed})


def layer_names(cache: CachePaths) -> list[str]:
    return sorted(path.parent.name for path in cache.layers.glob("*/layer.json"))


def assert_clean(cache: CachePaths) -> None:
    """Nothing is mounted, nothing half-made lies about."""
    assert [mount.target for mount in mount_table() if Path(mount.target).is_relative_to(cache.root)] == []
    assert sorted(cache.scratch.glob("*")) == []
    assert sorted(cache.layers.glob("building-*")) == []


def test_a_build_user_works_in_a_root_of_two_layers(seed_repository: Path, shared_cache: CachePaths) -> None:
    lock = seed_lock(seed_repository, SHELL, COREUTILS)
    with buildroots(shared_cache, seed_repository).open(lock) as root:
        sandbox = Sandbox(root=root, environment=(("PATH", "/usr/bin"),), tmpfs=(("/builddir", 2**20),))
        script = "id -u; stat -c %u:%g /usr/bin/env /etc; touch /builddir/x /tmp/x; touch /x; ls /etc/ld.so.cache"
        result = run_in_sandbox(sandbox, ["sh", "-c", script])
        assert result.stdout.decode().splitlines() == ["1000", "0:0", "0:0", "/etc/ld.so.cache"]
        assert "Read-only file system" in result.stderr
        with pytest.raises(OSError, match="Read-only"):
            (root / "x").touch()
        assert (root / "bin").readlink() == Path("usr/bin")
        assert sorted((root / "dev").iterdir()) == []
    assert_clean(shared_cache)


def test_an_opened_root_is_warm_the_next_time(
    seed_repository: Path, shared_cache: CachePaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = seed_lock(seed_repository, SHELL, COREUTILS)
    with buildroots(shared_cache, seed_repository).open(lock):
        pass
    monkeypatch.delattr(layers_module, "install")
    with buildroots(shared_cache, seed_repository).open(lock) as root:
        assert (root / "usr/bin/env").exists()


def test_layers_are_shared_and_private_to_root(seed_repository: Path, shared_cache: CachePaths) -> None:
    roots = buildroots(shared_cache, seed_repository)
    one, other = (seed_lock(seed_repository, TINY, (name,)) for name in ("zlib1g", "libattr1"))
    with roots.open(one) as first, roots.open(other) as second:
        assert list(first.glob("usr/lib/*/libz.so.1"))
        assert not list(second.glob("usr/lib/*/libz.so.1"))
        assert list(second.glob("usr/lib/*/libattr.so.1"))
    assert len(set(layer_keys(one)) | set(layer_keys(other))) == 3
    assert shared_cache.layers.stat().st_mode & 0o777 == 0o700


def test_a_lock_without_packages_is_an_empty_root(tmp_path: Path) -> None:
    cache = CachePaths(root=tmp_path)
    with buildroots(cache, tmp_path).open(BuildrootLock(arch="x86_64", layers=((), ()))) as root:
        assert (root / "builddir").is_dir()
        assert (root / "tmp").stat().st_mode & 0o7777 == 0o1777
    assert_clean(cache)


def test_a_package_of_the_store_is_installed(seed_repository: Path, tmp_path: Path) -> None:
    roots = buildroots(CachePaths(root=tmp_path), seed_repository)
    (layer,) = seed_lock(seed_repository, ("base-files",)).layers
    roots.store.put_file(seed_repository / layer[0].location)
    lock = BuildrootLock(arch="x86_64", layers=((replace(layer[0], location="", repository="stage"),),))
    with roots.open(lock) as root:
        assert (root / "etc/debian_version").exists()


def test_an_edited_rpm_is_refused_before_anything_is_installed(
    seed_repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed = tmp_path / "seed"
    seed.mkdir()
    for name in TINY:
        source = rpm_named(seed_repository, name)
        shutil.copyfile(source, seed / source.name)
    lock = seed_lock(seed, TINY)
    edited = seed / lock.layers[0][1].location
    data = bytearray(edited.read_bytes())
    data[-20] ^= 1
    edited.write_bytes(data)
    monkeypatch.delattr(layers_module, "install")
    cache = CachePaths(root=tmp_path / "cache")
    with pytest.raises(EditedRpmError, match=str(lock.layers[0][1].nevra)), buildroots(cache, seed).open(lock):
        pytest.fail("it was opened")
    assert layer_names(cache) == []
    assert_clean(cache)


def test_what_rpm_refuses_is_told_in_its_words(tmp_path: Path) -> None:
    seed = tmp_path / "seed"
    seed.mkdir()
    (seed / "bad-1-1.noarch.rpm").write_text("no RPM")
    cache = CachePaths(root=tmp_path / "cache")
    with pytest.raises(InstallError) as caught, buildroots(cache, seed).open(seed_lock(seed, ("bad",))):
        pytest.fail("it was opened")
    assert caught.value.code == "BRT003"
    assert "bad-1-1" in caught.value.why
    assert "Alien" not in caught.value.why
    assert layer_names(cache) == []
    assert_clean(cache)


def test_many_at_once_build_a_layer_once(
    seed_repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed: list[int] = []

    def counted(rpms: Sequence[Path], root: Path) -> None:
        installed.append(len(rpms))
        install(rpms, root)

    monkeypatch.setattr(layers_module, "install", counted)
    cache = CachePaths(root=tmp_path)
    lock = seed_lock(seed_repository, ("base-files",), ("base-passwd",))
    seen: list[bool] = []

    def use() -> None:
        with buildroots(cache, seed_repository).open(lock) as root:
            seen.append((root / "etc/passwd").exists())

    users = [threading.Thread(target=use) for _ in range(4)]
    for user in users:
        user.start()
    for user in users:
        user.join()
    assert seen == [True] * 4
    assert installed == [1, 1]
    assert_clean(cache)


def test_a_crash_in_the_middle_leaves_nothing_half_made(seed_repository: Path, tmp_path: Path) -> None:
    cache = CachePaths(root=tmp_path)
    environment = {"PATH": os.defpath, "PYTHONPATH": ":".join(("tests", *sys.path))}
    died = subprocess.run(
        [sys.executable, "-c", CRASH, str(seed_repository), str(tmp_path)], check=False, env=environment
    )
    assert died.returncode == -9
    lock = seed_lock(seed_repository, ("base-files",), ("base-passwd",))
    assert len(layer_names(cache)) == 1, "the layer that was complete"
    assert len(list(cache.layers.glob("building-*.lock"))) == 1
    with buildroots(cache, seed_repository).open(lock) as root:
        assert (root / "etc/passwd").exists()
    assert len(layer_names(cache)) == 2
    assert_clean(cache)


def test_layers_that_nobody_needs_can_be_removed(seed_repository: Path, tmp_path: Path) -> None:
    cache = CachePaths(root=tmp_path)
    roots, layers = buildroots(cache, seed_repository), Layers(cache.layers)
    keep, drop = (seed_lock(seed_repository, ("base-files",), (name,)) for name in ("base-passwd", "libattr1"))
    with roots.open(keep):
        pass
    with roots.open(drop):
        assert layers.prune(set(layer_keys(keep))) == [], "it is in use"
    (removed,) = layers.prune(set(layer_keys(keep)))
    assert layer_keys(drop)[1].startswith(removed)
    assert len(layer_names(cache)) == 2
    with roots.open(drop) as root:
        assert list(root.glob("usr/lib/*/libattr.so.1")), "it is built again"


def test_installing_changes_nothing_outside(seed_repository: Path, tmp_path: Path) -> None:
    databases = [Path("/var/lib/rpm"), Path("/root/.rpmdb")]
    before = [digest_file(path) for top in databases for path in sorted(top.rglob("*")) if path.is_file()]
    root = tmp_path / "root"
    root.mkdir()
    install([rpm_named(seed_repository, "base-passwd")], root)
    assert (root / "etc/passwd").exists()
    assert (root / "var/lib/rpm").is_dir()
    assert [digest_file(path) for top in databases for path in sorted(top.rglob("*")) if path.is_file()] == before
