"""RPM files taken out of what a build has left."""

import errno
from pathlib import Path

import pytest

from workers.collect import BadOutputError, Bounds, collect_rpms


def _put(inside: Path, name: str, content: bytes = b"rpm") -> Path:
    path = inside / "build/RPMS" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_files_are_moved_to_a_place_of_the_farms(tmp_path: Path) -> None:
    left = [_put(tmp_path, "x86_64/b-1-1.x86_64.rpm"), _put(tmp_path, "noarch/a-1-1.noarch.rpm")]
    taken = collect_rpms(tmp_path, "build/RPMS", Bounds())
    assert [path.name for path in taken] == ["a-1-1.noarch.rpm", "b-1-1.x86_64.rpm"]
    assert {path.parent for path in taken} == {tmp_path / "taken"}
    assert not any(path.exists() for path in left)


def test_full_disk_is_the_builds_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(BadOutputError, match="unusable"):
        collect_rpms(tmp_path, "build/RPMS", Bounds())


def test_nothing_there_is_nothing_taken(tmp_path: Path) -> None:
    assert collect_rpms(tmp_path, "build/RPMS", Bounds()) == ()
    assert collect_rpms(tmp_path, "build/RPMS", Bounds()) == ()


@pytest.mark.parametrize("bounds", [Bounds(files=2), Bounds(total_bytes=8)])
def test_bounds_hold(tmp_path: Path, bounds: Bounds) -> None:
    for name in ("a", "b", "c"):
        _put(tmp_path, f"noarch/{name}-1-1.noarch.rpm")
    with pytest.raises(BadOutputError):
        collect_rpms(tmp_path, "build/RPMS", bounds)
