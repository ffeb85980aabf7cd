"""Removes what no seed repository is made of any more: converted packages and downloads that were superseded."""

from pathlib import Path

from workers.seed.file_lock import locked
from workers.seed.manifest import Manifest, read_manifest
from workers.seed.seed_paths import SeedPaths


def prune_seed(paths: SeedPaths, *, dry_run: bool = False) -> tuple[Path, ...]:
    """Remove pool entries and downloads that no repository's manifest names; return them, sorted.

    Waits for a running `farm seed`. Repositories and tool roots stay.

    Args:
        dry_run: only say what would be removed.

    Raises:
        SeedError: the cache cannot be written.
    """
    if not paths.root.is_dir():
        return ()
    with locked(paths.lock):
        manifests = _manifests(paths)
        keys = {package.key for manifest in manifests for package in manifest.packages}
        debs = {_download(package.origin.package, package.origin.version) for m in manifests for package in m.packages}
        unused = [path for path in paths.pool.glob("*.*") if path.stem not in keys]
        unused += [path for path in paths.debs.glob("*.deb") if path.name.rpartition("_")[0] not in debs]
        for path in unused if not dry_run else ():
            path.unlink(missing_ok=True)
    return tuple(sorted(unused))


def _manifests(paths: SeedPaths) -> list[Manifest]:
    """Return the manifests of all repositories, those before the last exchange too."""
    found = [read_manifest(path.parent) for path in sorted(paths.root.glob("*/*/seed.json"))]
    found += [read_manifest(path.parent) for path in sorted(paths.root.glob("*/.*/seed.json"))]
    return [manifest for manifest in found if manifest is not None]


def _download(package: str, version: str) -> str:
    """Return the beginning of a download's file name, without the architecture."""
    return f"{package}_{version.replace(':', '%3a')}"
