"""What a hostile build may leave where its packages belong."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers import collect
from workers.collect import BadOutputError, Bounds, collect_rpms

pytestmark = pytest.mark.hostile

NAME = "a-1-1.noarch.rpm"


def _link_to_secret(rpms: Path, secret: Path) -> None:
    (rpms / "noarch" / NAME).symlink_to(secret)


def _hard_link_to_secret(rpms: Path, secret: Path) -> None:
    (rpms / "noarch" / NAME).hardlink_to(secret)


def _linked_directory(rpms: Path, secret: Path) -> None:
    (rpms / "linked").symlink_to(secret.parent)


def _linked_top(rpms: Path, secret: Path) -> None:
    rpms.rename(rpms.with_name("moved"))
    rpms.symlink_to(secret.parent)


def _linked_parent(rpms: Path, secret: Path) -> None:
    rpms.parent.rename(rpms.parent.with_name("moved"))
    rpms.parent.symlink_to(secret.parent)


def _file_for_directory(rpms: Path, _secret: Path) -> None:
    (rpms / "noarch").rmdir()
    rpms.rmdir()
    rpms.write_bytes(b"")


def _fifo(rpms: Path, _secret: Path) -> None:
    os.mkfifo(rpms / "noarch" / NAME)


def _giant(rpms: Path, _secret: Path) -> None:
    with (rpms / "noarch" / NAME).open("wb") as stream:
        stream.truncate(2**40)


def _deep(rpms: Path, _secret: Path) -> None:
    (rpms / "noarch/deeper").mkdir()


def _newline(rpms: Path, _secret: Path) -> None:
    (rpms / "noarch" / f"x\n{NAME}").write_bytes(b"")


def _escape(rpms: Path, _secret: Path) -> None:
    (rpms / "noarch" / f"\x1b[2J{NAME}").write_bytes(b"")


def _not_text(rpms: Path, _secret: Path) -> None:
    Path(os.fsdecode(os.fsencode(rpms) + b"/noarch/\xff\xfe-1-1.noarch.rpm")).write_bytes(b"")


@pytest.mark.parametrize(
    "plant",
    [
        _link_to_secret,
        _hard_link_to_secret,
        _linked_directory,
        _linked_top,
        _linked_parent,
        _file_for_directory,
        _fifo,
        _giant,
        _deep,
        _newline,
        _escape,
        _not_text,
    ],
)
def test_it_is_refused_and_nothing_outside_is_touched(tmp_path: Path, plant: Callable[[Path, Path], None]) -> None:
    secret = tmp_path / "host" / NAME
    secret.parent.mkdir()
    secret.write_bytes(b"secret")
    inside = tmp_path / "inside"
    rpms = inside / "build/RPMS"
    (rpms / "noarch").mkdir(parents=True)
    plant(rpms, secret)
    with pytest.raises(BadOutputError) as caught:
        collect_rpms(inside, "build/RPMS", Bounds())
    assert secret.read_bytes() == b"secret"
    assert caught.value.what.isprintable()


def test_farms_own_directory_cannot_be_prepared_for_it(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    inside = tmp_path / "inside"
    (inside / "build/RPMS").mkdir(parents=True)
    (inside / "build/RPMS" / NAME).write_bytes(b"rpm")
    (inside / "taken").symlink_to(outside)
    (taken,) = collect_rpms(inside, "build/RPMS", Bounds())
    assert taken.read_bytes() == b"rpm"
    assert list(outside.iterdir()) == []


def test_too_many_entries_are_not_even_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collect, "_MOST_ENTRIES", 50)
    rpms = tmp_path / "build/RPMS"
    rpms.mkdir(parents=True)
    for number in range(60):
        (rpms / str(number)).mkdir()
    with pytest.raises(BadOutputError, match="more than 50 entries"):
        collect_rpms(tmp_path, "build/RPMS", Bounds())


_NAMES = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=40)


@given(_NAMES)
def test_any_name_is_taken_as_it_is_or_refused(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    inside = tmp_path_factory.mktemp("inside")
    rpms = inside / "build/RPMS"
    rpms.mkdir(parents=True)
    if name in (".", "..") or len(name.encode()) > 255:
        return
    (rpms / name).write_bytes(b"")
    try:
        taken = collect_rpms(inside, "build/RPMS", Bounds())
    except BadOutputError as exc:
        assert exc.what.isprintable()  # noqa: PT017 - either outcome is sound
        return
    assert [path.name for path in taken] == [name]
