"""Seed repositories on disk: complete or not there, exchanged in one step."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from farm.canonical import identity
from farm.digest import digest_file
from farm.identity import random_name
from workers.seed.manifest import PACKAGES, Manifest, Origin, SeedPackage, write_manifest
from workers.seed.package_list import PackageList
from workers.seed.package_pool import PackagePool, PooledRpm
from workers.seed.repodata import write_repodata
from workers.seed.seed_error import SeedError
from workers.seed.seed_paths import SeedPaths


@dataclass(frozen=True, slots=True, kw_only=True)
class Identification:
    """What a repository answers: see `Manifest`."""

    request: str
    code: str
    rpm: str


def make_repository(
    package_list: PackageList,
    arch: str,
    contents: Mapping[PooledRpm, Origin],
    *,
    identification: Identification,
    paths: SeedPaths,
) -> Manifest:
    """Make the repository of a list and architecture from packages of the pool, and put it in place of the last one.

    The repository's path is a link, so the exchange is one rename. The one before stays until the next exchange: a
    reader may still be at it.

    Raises:
        SeedError: the disk is full, or createrepo_c failed.
    """
    link = paths.repository(package_list.name, arch)
    temporary = link.with_name(f".{arch}-{random_name('new')}")
    try:
        (temporary / PACKAGES).mkdir(parents=True)
        pool = PackagePool(paths.pool)
        for rpm in contents:
            os.link(pool.path(rpm.key), temporary / PACKAGES / rpm.filename)
        newest = max((rpm.epoch for rpm in contents), default=0)
        write_repodata(temporary, revision=newest, scratch=paths.scratch)
        manifest = Manifest(
            list_name=package_list.name,
            arch=arch,
            suite=package_list.suite,
            request=identification.request,
            code=identification.code,
            rpm=identification.rpm,
            packages=tuple(_package(rpm, contents[rpm]) for rpm in sorted(contents, key=lambda rpm: rpm.nevra)),
            repodata={path.name: digest_file(path) for path in sorted((temporary / "repodata").iterdir())},
        )
        write_manifest(temporary, manifest)
        _exchange(link, temporary, identity("seed-repository", manifest))
    except OSError as exc:
        raise SeedError(
            f"cannot write the repository {link}", why=str(exc), hint="free some space and run it again"
        ) from exc
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return manifest


def _package(rpm: PooledRpm, origin: Origin) -> SeedPackage:
    return SeedPackage(
        nevra=rpm.nevra, filename=rpm.filename, sha256=rpm.sha256, size=rpm.size, key=rpm.key, origin=origin
    )


def _exchange(link: Path, complete: Path, name: str) -> None:
    before = link.readlink().name if link.is_symlink() else ""
    target = link.with_name(f".{link.name}-{name[:16]}")
    if target.exists():  # of the same name but damaged, or it would not have been made again
        target = link.with_name(f".{link.name}-{random_name(name[:16])}")
    complete.rename(target)
    new_link = link.with_name(random_name(f".{link.name}-link"))
    new_link.symlink_to(target.name)
    new_link.replace(link)
    for path in link.parent.glob(f".{link.name}-*"):
        if path.name not in (before, target.name):
            path.unlink() if path.is_symlink() else shutil.rmtree(path, ignore_errors=True)
