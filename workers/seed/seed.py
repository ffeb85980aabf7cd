"""Makes the seed repository of a list: what the manifest no longer answers, from download to exchange."""

from collections.abc import Callable
from dataclasses import dataclass

from farm.arch import Arch
from farm.canonical import identity
from farm.counted import counted
from farm.digest import digest_file
from farm.log import get_logger
from workers.seed.apt_configuration import PrivateApt
from workers.seed.apt_download import closure, download, has_indices, update_indices
from workers.seed.conversion import Conversion, Progress, convert_all
from workers.seed.converter_code import code_digest
from workers.seed.deb_file import DebFile
from workers.seed.debian_root import root_record
from workers.seed.file_lock import locked
from workers.seed.local_package import LocalPackage, build_local, read_local
from workers.seed.manifest import Manifest, Origin, damaged_files, read_manifest
from workers.seed.mirror import debian_mirror
from workers.seed.name_table import NameTable, read_names
from workers.seed.package_list import PackageList
from workers.seed.package_pool import PooledRpm
from workers.seed.repository import Identification, make_repository
from workers.seed.seed_error import MirrorError, SeedError
from workers.seed.seed_paths import SeedPaths
from workers.seed.tool_roots import tool_root

_log = get_logger()
_CONVERTER = "converter"
_RPM = "rpm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """How the work tells of itself.

    Attributes:
        say: one line about a step.
        progress: told how many of how many packages are converted.
    """

    say: Callable[[str], object]
    progress: Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked for, with everything read that the answer depends on."""

    package_list: PackageList
    arch: Arch
    names: NameTable
    locals: tuple[LocalPackage, ...]

    @property
    def id(self) -> str:
        """Identity over lists, names and local packages; not over the converter, which the manifest names apart."""
        return identity(
            "seed-request",
            {
                "suite": self.package_list.suite,
                "packages": self.package_list.packages,
                "names": digest_file(self.package_list.names),
                "locals": [local.digest for local in self.locals],
                "arch": self.arch.name,
            },
        )


def read_request(package_list: PackageList, arch: Arch) -> Request:
    """Read what the list names.

    Raises:
        SeedListError: the table of names or a local package is invalid.
    """
    return Request(
        package_list=package_list,
        arch=arch,
        names=read_names(package_list.names),
        locals=tuple(read_local(spec) for spec in package_list.local_specs),
    )


def make_seed(request: Request, *, paths: SeedPaths, voice: Voice, update: bool = False) -> Manifest:
    """Return the manifest of the request's repository, making the repository unless it is there and undamaged.

    Args:
        update: fetch the package index anew and follow it.

    Raises:
        SeedError: mirror, disk or a program failed; another run goes on from there.
        UnknownPackageError: the suite lacks what the list names.
    """
    current = None if update else _current(request, paths)
    if current is not None:
        return current
    try:
        with locked(paths.lock, lambda: voice.say("another farm seed is at work; waiting for it")) as waited:
            current = _current(request, paths) if waited and not update else None
            return current or _make(request, paths=paths, voice=voice, update=update)
    except OSError as exc:
        hint = "free some space, or name another directory with $FARM_CACHE, and run it again"
        raise SeedError(f"cannot write below {paths.root}", why=str(exc), hint=hint) from exc


def _current(request: Request, paths: SeedPaths) -> Manifest | None:
    """Return the manifest where the repository is what is asked for, byte for byte."""
    repository = paths.repository(request.package_list.name, request.arch.name)
    manifest = read_manifest(repository)
    if manifest is None or (manifest.request, manifest.code) != (request.id, code_digest()):
        return None
    damaged = damaged_files(repository, manifest)
    if damaged:
        _log.warning("the seed repository is damaged and is made again", repository=str(repository), files=damaged[:10])
        return None
    return manifest


def _make(request: Request, *, paths: SeedPaths, voice: Voice, update: bool) -> Manifest:
    package_list, arch = request.package_list, request.arch
    voice.say(f"{package_list.name} {arch.name}: package index and download from {package_list.suite}")
    debs = _fetch(request, paths, update=update)
    voice.say(f"{package_list.name} {arch.name}: {counted(len(debs), 'package')}; the converter's root")
    root = tool_root(_CONVERTER, cache=paths.roots)
    rpm = root_record(root).packages[_RPM]
    voice.say(f"{package_list.name} {arch.name}: converting")
    conversion = Conversion(arch=arch, names=request.names, root=root, rpm=rpm)
    converted = convert_all(conversion, debs, paths=paths, progress=voice.progress)
    contents: dict[PooledRpm, Origin] = {
        converted[deb]: Origin(package=deb.package, version=deb.version, sha256=deb.digest) for deb in debs
    }
    for local in request.locals:
        origin = Origin(package=local.spec.name, version="", sha256=local.digest)
        contents |= dict.fromkeys(build_local(local, root=root, rpm=rpm, paths=paths), origin)
    voice.say(f"{package_list.name} {arch.name}: repository of {counted(len(contents), 'package')}")
    identification = Identification(request=request.id, code=code_digest(), rpm=rpm)
    return make_repository(package_list, arch.name, contents, identification=identification, paths=paths)


def _fetch(request: Request, paths: SeedPaths, *, update: bool) -> tuple[DebFile, ...]:
    """Return the downloaded closure; an index that has grown too old for the mirror is fetched anew once."""
    apt = PrivateApt(
        root=paths.apt(request.package_list.suite, request.arch.debian),
        archives=paths.debs,
        suite=request.package_list.suite,
        architecture=request.arch.debian,
        mirror=debian_mirror(),
    )
    apt.prepare()
    packages = request.package_list.packages
    fresh = update or not has_indices(apt)
    if fresh:
        update_indices(apt)
    debs = closure(apt, packages)
    try:
        download(apt, packages, debs)
    except MirrorError:
        if fresh:
            raise
        update_indices(apt)
        debs = closure(apt, packages)
        download(apt, packages, debs)
    return debs
