"""Whether every package of a seed repository can be installed from it alone, asked of libsolv."""

from pathlib import Path

import msgspec
from defusedxml.ElementTree import parse  # type: ignore[import-untyped] # shipped without types

from farm.arch import ARCHES
from workers.seed.seed_error import SeedError

_METADATA = "{http://linux.duke.edu/metadata/repo}"


class Uninstallable(msgspec.Struct, frozen=True, kw_only=True):
    """A package that cannot be installed, and libsolv's words for it."""

    nevra: str
    problem: str


def uninstallable(repository: Path, arch: str) -> list[Uninstallable]:
    """Return the packages that cannot be installed, sorted.

    Raises:
        SeedError: the metadata cannot be read.
    """
    import solv  # noqa: PLC0415 - only this check needs libsolv

    pool = solv.Pool()
    pool.setdisttype(solv.Pool.DISTTYPE_RPM)
    pool.setarch(ARCHES[arch].name)
    repo = pool.add_repo("seed")
    extend = solv.Repo.REPO_LOCALPOOL | solv.Repo.REPO_EXTEND_SOLVABLES
    for kind, language, flags in (("primary", None, 0), ("filelists", "FL", extend)):
        stream = solv.xfopen(str(repository / _location(repository, kind)))
        # Given None, libsolv would kill the process.
        if stream is None or not repo.add_rpmmd(stream, language, flags):
            raise SeedError(f"libsolv cannot read {kind} of {repository}")
        stream.close()
    pool.addfileprovides()
    pool.createwhatprovides()
    found = []
    for solvable in pool.solvables:
        job = pool.Job(solv.Job.SOLVER_INSTALL | solv.Job.SOLVER_SOLVABLE, solvable.id)
        solver = pool.Solver()  # problems are read from its memory: it must live as long
        problems = solver.solve([job])
        if problems:
            found.append(Uninstallable(nevra=str(solvable), problem="; ".join(str(problem) for problem in problems)))
    return sorted(found, key=lambda each: each.nevra)


def _location(repository: Path, kind: str) -> str:
    index = repository / "repodata" / "repomd.xml"
    try:
        for data in parse(index).getroot().findall(f"{_METADATA}data"):
            location = data.find(f"{_METADATA}location")
            if data.get("type") == kind and location is not None:
                return str(location.get("href"))
    except (OSError, SyntaxError, ValueError) as exc:
        raise SeedError(f"cannot read {index}", why=str(exc)) from exc
    raise SeedError(f"{index} names no {kind}")
