from dataclasses import replace

import pytest

from farm.buildroot_lock import BuildrootLock, LockedPackage
from farm.digest import digest_bytes
from farm.nevra import Nevra
from workers import layer_key
from workers.layer_key import layer_keys, layer_plans


def package(name: str, content: str = "") -> LockedPackage:
    return LockedPackage(
        nevra=Nevra(name=name, epoch=0, version="1", release="1", arch="x86_64"),
        digest=digest_bytes((content or name).encode()),
        repository="seed",
        location=f"{name}.rpm",
    )


A, B, C = package("a"), package("b"), package("c")


def lock(*layers: tuple[LockedPackage, ...]) -> BuildrootLock:
    return BuildrootLock(arch="x86_64", layers=layers)


def test_a_layer_stands_on_those_below() -> None:
    bottom, middle, top = layer_plans(lock((A,), (B,), (C,)))
    assert bottom.below == ()
    assert middle.below == (bottom.key,)
    assert top.below == (bottom.key, middle.key)


def test_locks_share_the_layers_they_begin_with() -> None:
    one, other = layer_keys(lock((A,), (B,))), layer_keys(lock((A,), (C,)))
    assert one[0] == other[0]
    assert one[1] != other[1]


def test_the_same_packages_upon_others_are_another_layer() -> None:
    assert layer_keys(lock((A,), (C,)))[1] != layer_keys(lock((B,), (C,)))[1]


def test_bytes_count_and_neither_order_nor_place() -> None:
    moved = replace(A, repository="stage", location="")
    assert layer_keys(lock((A, B))) == layer_keys(lock((B, moved)))
    assert layer_keys(lock((A,))) != layer_keys(lock((package("a", "other bytes"),)))


def test_empty_layers_are_left_out() -> None:
    assert layer_keys(lock((), (A,), (), (B,), ())) == layer_keys(lock((A,), (B,)))


@pytest.mark.parametrize("empty", [lock(), lock(()), lock((), ())])
def test_there_is_always_a_bottom(empty: BuildrootLock) -> None:
    (plan,) = layer_plans(empty)
    assert plan.packages == ()
    assert plan.below == ()


def test_the_architecture_and_the_installer_count(monkeypatch: pytest.MonkeyPatch) -> None:
    before = layer_keys(lock((A,)))
    assert layer_keys(BuildrootLock(arch="aarch64", layers=((A,),))) != before
    monkeypatch.setattr(layer_key, "INSTALLER", "next")
    assert layer_keys(lock((A,))) != before
