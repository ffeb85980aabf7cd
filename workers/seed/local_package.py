"""Local packages of a seed: a spec of this tree with its sources beside it, built in the converter root."""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from farm.canonical import identity
from farm.digest import Digest, digest_bytes, digest_file
from farm.nevra import Nevra
from workers.seed.converter.job import Result
from workers.seed.converter_code import PACKAGE, code_digest
from workers.seed.converter_sandbox import ConverterSandbox, converter_sandbox
from workers.seed.package_pool import PackagePool, PooledRpm
from workers.seed.seed_error import ConversionFailedError, SeedListError
from workers.seed.seed_paths import SeedPaths

_CHANGELOG = re.compile(rb"^%changelog\s*\n\s*\* ", re.MULTILINE)
_MODULE = f"{PACKAGE}.local_build"
_TAIL_LINES = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalPackage:
    """A spec and the directory it lies in.

    Attributes:
        digest: over names and content of all files of the directory.
    """

    spec: Path
    digest: Digest


def read_local(spec: Path) -> LocalPackage:
    """Read what a local package is made of.

    Raises:
        SeedListError: the spec has no dated changelog, which the RPM takes its date from.
    """
    if not _CHANGELOG.search(spec.read_bytes()):
        raise SeedListError(
            f"{spec}: no dated %changelog", hint="the package takes its build time from the newest entry"
        )
    lines = "".join(f"{digest_file(path)} {path.name}\n" for path in _sources(spec))
    return LocalPackage(spec=spec, digest=digest_bytes(f"{spec.name}\n{lines}".encode()))


def build_local(package: LocalPackage, *, root: Path, rpm: str, paths: SeedPaths) -> list[PooledRpm]:
    """Return the RPMs of a local package, building them unless the pool has them.

    Raises:
        ConversionFailedError: rpmbuild failed.
    """
    pool = PackagePool(paths.pool)
    first = identity("seed-local-build", {"source": package.digest, "code": code_digest(), "rpm": rpm})
    return find_local(pool, first) or _build(package, first, root=root, paths=paths)


def find_local(pool: PackagePool, first: Digest) -> list[PooledRpm]:
    """Return all packages of a build of which the first has this key; none where one is missing or damaged."""
    record = pool.find(first)
    if record is None:
        return []
    others = [pool.find(_next_key(first, number)) for number in range(1, record.siblings + 1)]
    whole = [other for other in others if other is not None]
    return [record, *whole] if len(whole) == record.siblings else []


def _next_key(first: Digest, number: int) -> Digest:
    return identity("seed-local-next", {"first": first, "number": number})


def _build(package: LocalPackage, key: Digest, *, root: Path, paths: SeedPaths) -> list[PooledRpm]:
    with converter_sandbox(root, source=package.spec.parent, scratch=paths.scratch) as sandbox:
        said = bytearray()
        arguments = [_copy_sources(package, sandbox), f"{sandbox.work}/output", f"{sandbox.work}/build"]
        result = sandbox.run(_MODULE, arguments, said.extend)
        text = said.decode(errors="replace")
        results = [each for each in map(Result.parse, text.splitlines()) if each is not None]
        if not result.ok or not results:
            raise ConversionFailedError(
                f"the local package {package.spec.name} cannot be built",
                why="\n".join(text.strip().splitlines()[-_TAIL_LINES:]),
                hint=f"correct {package.spec}",
            )
        pool = PackagePool(paths.pool)
        others = [_add(pool, sandbox, each, _next_key(key, number)) for number, each in enumerate(results[1:], start=1)]
        return [_add(pool, sandbox, results[0], key, siblings=len(others)), *others]


def _add(pool: PackagePool, sandbox: ConverterSandbox, result: Result, key: Digest, *, siblings: int = 0) -> PooledRpm:
    nevra = Nevra.parse(result.nevra)
    source = sandbox.workspace / "output" / Path(result.output).name
    return pool.add(key, source, filename=nevra.filename, nevra=str(nevra), epoch=result.epoch, siblings=siblings)


def _copy_sources(package: LocalPackage, sandbox: ConverterSandbox) -> str:
    """Copy the sources: the checkout may lie where the sandbox's user cannot look."""
    place = sandbox.workspace / "sources"
    place.mkdir()
    for path in _sources(package.spec):
        shutil.copy(path, place / path.name)
        os.chmod(place / path.name, 0o644)  # noqa: PTH101 - as in any other checkout
    sandbox.give("sources")
    return f"{sandbox.work}/sources/{package.spec.name}"


def _sources(spec: Path) -> Iterator[Path]:
    return (path for path in sorted(spec.parent.iterdir()) if path.is_file() and not path.name.startswith("."))
