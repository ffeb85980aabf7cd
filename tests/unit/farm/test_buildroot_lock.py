from dataclasses import replace

from builders.builds import digest, nevra

from farm.buildroot_lock import BuildrootLock, LockedPackage

BASH = LockedPackage(nevra=nevra("bash-5.2-1.x86_64"), digest=digest("bash"), repository="seed", location="bash.rpm")
ZLIB = LockedPackage(nevra=nevra("zlib-1.3-1.x86_64"), digest=digest("zlib"), repository="stage", location="")


def lock(*layers: tuple[LockedPackage, ...], arch: str = "x86_64") -> BuildrootLock:
    return BuildrootLock(arch=arch, layers=layers)


def test_the_cut_into_layers_and_the_place_of_a_file_do_not_reach_the_identity() -> None:
    elsewhere = replace(BASH, repository="other", location="x/bash.rpm")
    assert lock((BASH,), (ZLIB,)).id == lock((elsewhere, ZLIB)).id == lock((ZLIB,), (BASH,)).id


def test_packages_bytes_and_architecture_do() -> None:
    ids = [
        lock((BASH, ZLIB)).id,
        lock((BASH,)).id,
        lock((BASH, replace(ZLIB, digest=digest("other bytes")))).id,
        lock((BASH, replace(ZLIB, nevra=nevra("zlib-1.3-2.x86_64")))).id,
        lock((BASH, ZLIB), arch="aarch64").id,
    ]
    assert len(set(ids)) == len(ids)


def test_packages_are_sorted() -> None:
    assert lock((ZLIB,), (BASH,)).packages == (BASH, ZLIB)
