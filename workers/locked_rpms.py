"""From locked packages to files whose bytes are those that were locked."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from farm.buildroot_lock import LockedPackage
from farm.digest import Digest, digest_file
from farm.errors import InfrastructureError
from farm.store.artifact_store import ArtifactStore, CorruptBlobError, MissingBlobError


class EditedRpmError(InfrastructureError):
    """An RPM's bytes are not those that were locked."""

    code = "BRT001"


class MissingRpmError(InfrastructureError):
    """A locked RPM is not where the lock says."""

    code = "BRT002"


def verified_rpms(
    packages: Sequence[LockedPackage], *, repositories: Mapping[str, Path], store: ArtifactStore, staging: Path
) -> tuple[Path, ...]:
    """Return a file per package, each with the bytes that were locked.

    Args:
        repositories: root directory of each repository that the packages name.
        staging: directory for copies of packages that come from the artifact store.

    Raises:
        EditedRpmError: one has other bytes; it is named.
        MissingRpmError: one is not there; it is named.
    """
    return tuple(
        _from_repository(package, repositories) if package.location else _from_store(package, store, staging)
        for package in packages
    )


def _from_repository(package: LockedPackage, repositories: Mapping[str, Path]) -> Path:
    root = repositories.get(package.repository)
    if root is None:
        raise MissingRpmError(
            f"{package.nevra} comes from repository {package.repository!r}, which is not known here",
            why=f"known are {', '.join(sorted(repositories)) or 'none'}",
            hint="the lock was made with another set of repositories; plan again",
        )
    path = (root / package.location).resolve()
    if not path.is_relative_to(root.resolve()) or not path.is_file():
        raise MissingRpmError(
            f"{package.nevra} is not in repository {package.repository!r}",
            why=f"no file {package.location} in {root}",
            hint="make or synchronise the repository again",
        )
    found = path.stat()
    digest = _digest(path, found.st_ino, found.st_mtime_ns, found.st_ctime_ns, found.st_size)
    if digest != package.digest:
        raise EditedRpmError(
            f"{package.nevra} in repository {package.repository!r} is not the file that was locked",
            why=f"{path}: sha256 is {digest}, locked was {package.digest}",
            hint="the file was edited or replaced; restore it, or plan again if that was meant",
        )
    return path


def _from_store(package: LockedPackage, store: ArtifactStore, staging: Path) -> Path:
    target = staging / f"{package.digest}.rpm"
    try:
        if not target.exists():
            store.export(package.digest, target)
    except CorruptBlobError as exc:
        raise EditedRpmError(
            f"{package.nevra} in the artifact store is not the file that was locked",
            why=exc.why or exc.what,
            hint="remove the blob and build the package again",
        ) from exc
    except MissingBlobError as exc:
        raise MissingRpmError(
            f"{package.nevra} is not in the artifact store", why=exc.why or exc.what, hint="build the package again"
        ) from exc
    return target


@lru_cache(maxsize=100_000)
def _digest(path: Path, _inode: int, _modified: int, _changed: int, _size: int) -> Digest:
    """Hash a file once per process, again when anything about it changes (the change time cannot be set back)."""
    return digest_file(path)
