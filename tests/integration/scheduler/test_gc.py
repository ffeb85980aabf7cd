"""`farm gc` as a command, also where the disk is full: that is when it is wanted."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from builders.small_disk import fill, small_disk

from farm.cli.main import run
from farm.clock import SystemClock
from farm.environment import inherited
from farm.events import RunStatus
from farm.ledger.errors import LedgerFullError
from farm.ledger.ledger import Ledger
from farm.paths import CachePaths, StatePaths
from farm.sandbox.claimed_directory import lock_file
from farm.store.directory_store import DirectoryStore
from repo_publish.lock import PublishBusyError, sole_publisher
from scheduler.collection import CollectionRunningError
from scheduler.run_lease import open_run

pytestmark = pytest.mark.integration

LEFT = "workspace-0123456789abcdef"
UNUSED, USED = "a" * 32, "b" * 32


class Row(msgspec.Struct):
    """A row of `farm gc -O json`."""

    what: str
    count: int
    names: tuple[str, ...]


def gc(
    state: Path, cache: Path, *options: str, status: int = 0, command: tuple[str, ...] = ("gc",)
) -> dict[str, tuple[str, ...]]:
    done = subprocess.run(
        [sys.executable, "-m", "farm", "--state", str(state), "-O", "json", *options, *command],
        env={**inherited(), "FARM_CACHE": str(cache)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    rows = msgspec.json.decode(done.stdout, type=list[Row])
    assert all(row.count == len(row.names) for row in rows if row.what not in ("events", "outcomes"))
    return {row.what: row.names for row in rows}


def add_layer(cache: CachePaths, name: str, size: int) -> None:
    """Put a layer into the cache as far as pruning looks at it."""
    root = cache.layers / name / "root"
    root.mkdir(parents=True)
    (root / "program").write_bytes(b"x" * size)
    (root.parent / "layer.json").write_text("{}")
    (cache.layers / "locks").mkdir(exist_ok=True)
    (cache.layers / "locks" / name).touch()


@contextmanager
def used_layer(cache: CachePaths, name: str) -> Iterator[None]:
    with (cache.layers / "locks" / name).open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield


def fill_farm(root: Path, layer_bytes: int = 10) -> tuple[StatePaths, CachePaths]:
    """Make a farm with something of each kind that can go."""
    state, cache = StatePaths(root=root / "state"), CachePaths(root=root / "cache")
    state.root.mkdir()
    Ledger.open(state.ledger).close()
    DirectoryStore(state.store).put_bytes(b"nobody names this")
    for name in (UNUSED, USED):
        add_layer(cache, name, layer_bytes)
    for parent in (cache.scratch, cache.layers):
        (parent / LEFT).mkdir(parents=True)
        lock_file(parent / LEFT).touch()
    for old in (cache.projects / "old.project", cache.spec_readings / "0f" / "old.json"):
        old.parent.mkdir(parents=True)
        old.touch()
        old.with_name("new").touch()
        os.utime(old, (0, 0))
    for number in range(1, 13):
        (state.snapshots / f"{number:06d}-0123456789ab").mkdir(parents=True)
    return state, cache


def everything(root: Path) -> set[Path]:
    """All that is there, but for what the ledger and locks keep beside themselves."""
    passing = ("ledger.sqlite", "publish.lock", "new", "probe")
    return {path.relative_to(root) for path in root.rglob("*") if not any(word in str(path) for word in passing)}


def test_a_dry_run_lists_what_is_then_removed(tmp_path: Path) -> None:
    state, cache = fill_farm(tmp_path)
    before = everything(tmp_path)
    with used_layer(cache, USED):
        announced = gc(state.root, cache.root, "-n")
        assert everything(tmp_path) == before
        assert gc(state.root, cache.root) == announced
    assert announced["working directories"] == (LEFT, LEFT)
    assert announced["snapshots"] == ("000001-0123456789ab", "000002-0123456789ab")
    assert announced["buildroot layers"] == (UNUSED,)
    assert (announced["projects"], announced["spec readings"]) == (("old.project",), ("old.json",))
    assert len(announced["blobs"]) == 1
    assert [path.name for path in sorted(cache.layers.glob("*/layer.json"))] == ["layer.json"]
    assert (cache.layers / USED / "root/program").is_file()
    assert len(list(state.snapshots.iterdir())) == 10
    assert not (cache.scratch / LEFT).exists()
    with used_layer(cache, USED):
        assert set(gc(state.root, cache.root, "-n").values()) == {()}


def test_a_full_disk_on_which_the_ledger_cannot_be_opened_is_cleared(tmp_path: Path) -> None:
    with small_disk(tmp_path / "small") as disk:
        state, cache = fill_farm(disk, layer_bytes=150_000)
        fill(disk)
        with pytest.raises(LedgerFullError):
            Ledger.open(state.ledger)
        with used_layer(cache, USED):
            assert gc(state.root, cache.root, "-n", status=8)["buildroot layers"] == (UNUSED,)
            assert gc(state.root, cache.root)["buildroot layers"] == (UNUSED,)
        assert (cache.layers / USED / "root/program").is_file()
        Ledger.open(state.ledger).close()
        assert DirectoryStore(state.store).blobs() == []


def test_what_a_crash_left_goes_before_the_ledger_is_asked(tmp_path: Path) -> None:
    with small_disk(tmp_path / "small") as disk:
        state, cache = fill_farm(disk)
        (cache.scratch / LEFT / "disk.img").write_bytes(b"x" * 200_000)
        fill(disk)
        with used_layer(cache, UNUSED), used_layer(cache, USED):
            removed = gc(state.root, cache.root)
        assert removed["working directories"] == (LEFT, LEFT)
        assert removed["buildroot layers"] == ()
        Ledger.open(state.ledger).close()


def test_nothing_goes_while_somebody_publishes(tmp_path: Path) -> None:
    state, cache = fill_farm(tmp_path)
    with used_layer(cache, UNUSED), used_layer(cache, USED):
        with sole_publisher(state):
            assert "blobs" not in gc(state.root, cache.root, status=8)
            assert len(DirectoryStore(state.store).blobs()) == 1
            assert len(list(state.snapshots.iterdir())) == 12
        assert len(gc(state.root, cache.root)["blobs"]) == 1


def test_the_publisher_is_kept_out_until_the_last_blob_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state, cache = fill_farm(tmp_path)
    seen: list[str] = []

    def delete(_store: DirectoryStore, digest: str) -> None:
        with pytest.raises(PublishBusyError), sole_publisher(state):
            pass
        with (
            Ledger.open(state.ledger) as ledger,
            pytest.raises(CollectionRunningError),
            open_run(ledger, SystemClock(), project="p", commit="", command="build"),
        ):
            pass
        seen.append(digest)

    monkeypatch.setattr(DirectoryStore, "delete", delete)
    monkeypatch.setenv("FARM_CACHE", str(cache.root))
    with used_layer(cache, UNUSED), used_layer(cache, USED):
        assert run(["--state", str(state.root), "gc"]) == 0
    assert len(seen) == 1
    with (
        sole_publisher(state),
        Ledger.open(state.ledger) as ledger,
        open_run(ledger, SystemClock(), project="p", commit="", command="build"),
    ):
        pass


def test_history_goes_when_asked_for(tmp_path: Path) -> None:
    state, cache = fill_farm(tmp_path)
    with Ledger.open(state.ledger) as ledger:
        ledger.end_run(ledger.begin_run("p", "", "build"), RunStatus.SUCCEEDED)
        killed = ledger.begin_run("p", "", "build")
    gc(state.root, cache.root)
    with Ledger.open(state.ledger) as ledger:
        assert len(ledger.events()) == 3
    gc(state.root, cache.root, "-n", command=("gc", "--history", "0"))
    with Ledger.open(state.ledger) as ledger:
        assert len(ledger.events()) == 3
    gc(state.root, cache.root, command=("gc", "--history", "1"))
    with Ledger.open(state.ledger) as ledger:
        assert len(ledger.events()) == 4
        assert next(each.status for each in ledger.runs() if each.run_id == killed) is RunStatus.INTERRUPTED
    gc(state.root, cache.root, command=("gc", "--history", "0"))
    with Ledger.open(state.ledger) as ledger:
        assert ledger.events() == []
        assert ledger.verify_chain() == 4
