"""The closure of a package list and its files, through a private apt; only signed indices are believed."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from farm.digest import digest_file
from farm.environment import inherited
from farm.log import get_logger
from farm.process import Finished, run
from workers.seed.apt_configuration import KEYRING, PrivateApt
from workers.seed.deb_file import DebFile, parse_print_uris
from workers.seed.seed_error import MirrorError, SeedError, UnknownPackageError

_log = get_logger()
_MIRROR_HINT = "check that 'apt-get update' works on this machine and run it again: what was fetched is kept"
_NO_SPACE = ("No space left on device", "enough free space")
_SHA256 = ("-o", "Acquire::ForceHash=SHA256")
"""Makes --print-uris name this digest."""


def update_indices(apt: PrivateApt) -> None:
    """Fetch the suite's indices anew.

    Raises:
        MirrorError: the mirror cannot be reached, or its signature is not Debian's.
    """
    if not KEYRING.is_file():
        raise SeedError(
            f"no {KEYRING}", why="Debian's signatures cannot be checked", hint="apt-get install debian-archive-keyring"
        )
    finished = _apt_get(apt, "update")
    if not finished.ok:
        raise MirrorError(f"cannot fetch the package index of {apt.suite}", why=_words(finished), hint=_MIRROR_HINT)


def has_indices(apt: PrivateApt) -> bool:
    """Tell whether indices were fetched before."""
    return any(apt.lists.glob("*_Packages*"))


def closure(apt: PrivateApt, packages: Sequence[str]) -> tuple[DebFile, ...]:
    """Return the packages and everything they depend on, sorted; nothing counts as installed.

    Raises:
        UnknownPackageError: the suite lacks a package, or cannot satisfy what it depends on.
    """
    nowhere = apt.root / "no-archives"
    (nowhere / "partial").mkdir(parents=True, exist_ok=True)
    finished = _apt_get(
        apt, "-q", "-y", "-o", f"Dir::Cache::archives={nowhere}", *_SHA256, "--print-uris", "install", *packages
    )
    if not finished.ok:
        raise UnknownPackageError(
            f"{apt.suite} ({apt.architecture}) cannot give the packages of the list",
            why=_words(finished),
            hint="correct the name in the list, or run farm seed --update if the index is old",
        )
    found = tuple(sorted(parse_print_uris(finished.stdout.decode(errors="replace"))))
    if not found:
        raise SeedError("apt named no packages to fetch", why=_words(finished))
    return found


def download(apt: PrivateApt, packages: Sequence[str], wanted: Iterable[DebFile]) -> None:
    """Fetch what is not there yet; whatever is there with another hash than the index says is fetched again.

    Raises:
        MirrorError: the mirror cannot be reached, or serves other bytes than its index says.
    """
    wanted = tuple(wanted)
    bad = broken(apt.archives, wanted)
    for deb in bad:
        path = apt.archives / deb.filename
        if path.exists():
            _log.warning("a downloaded package is damaged and is fetched again", file=deb.filename)
            path.unlink()
    if not bad:
        return
    finished = _apt_get(apt, "-q=2", "-y", "--download-only", "install", *packages)
    if not finished.ok:
        raise _download_error(apt.suite, _words(finished))
    still = broken(apt.archives, bad)
    if still:
        raise MirrorError(
            f"{len(still)} packages of {apt.suite} are not what the index says",
            why="\n".join(deb.filename for deb in still[:10]),
            hint=_MIRROR_HINT,
        )


def broken(directory: Path, wanted: Iterable[DebFile]) -> list[DebFile]:
    """Return those files that are missing or have another hash, sorted."""
    debs = sorted(wanted)
    with ThreadPoolExecutor() as pool:
        good = pool.map(lambda deb: _is_good(directory / deb.filename, deb), debs)
        return [deb for deb, is_good in zip(debs, good, strict=True) if not is_good]


def _is_good(path: Path, deb: DebFile) -> bool:
    return path.is_file() and path.stat().st_size == deb.size and digest_file(path) == deb.digest


def _download_error(suite: str, words: str) -> SeedError:
    if any(phrase in words for phrase in _NO_SPACE):
        return SeedError(f"cannot fetch packages of {suite}", why=words, hint="free some space and run it again")
    return MirrorError(f"cannot fetch packages of {suite}", why=words, hint=_MIRROR_HINT)


def _apt_get(apt: PrivateApt, *arguments: str) -> Finished:
    environment = {**inherited(), "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
    return run(["apt-get", "-c", str(apt.configuration), *arguments], environment=environment, timeout=1800)


def _words(finished: Finished) -> str:
    """Return apt's own complaint: its lines that begin with E: or W:, or the end of what it said."""
    lines = [line for line in finished.stderr.splitlines() if line.strip()]
    complaints = [line for line in lines if line.startswith(("E:", "W:"))]
    output = finished.stdout.decode(errors="replace").splitlines()
    unmet = [line for line in output if "Depends:" in line]
    return "\n".join((complaints + unmet or lines or output)[-12:])
