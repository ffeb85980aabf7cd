"""The process that reads RPM files inside a sandbox: `[--verify] FILE...` gives a `Report` per line.

Each line is written before the next file is opened: where this process dies, its owner knows which file killed it.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

import createrepo_c

from farm import process
from farm.rpm.digest_check import failed_checks
from farm.rpm.header_index import read_raw
from farm.rpm.report import Report

VERIFY = "--verify"


def main(arguments: list[str]) -> None:
    """Report on each file; with `--verify` first, digests of header and payload are checked."""
    verify, paths = arguments[:1] == [VERIFY], [word for word in arguments if word != VERIFY]
    problems = _check(paths) if verify else {}
    for path in paths:
        sys.stdout.write(json.dumps(asdict(_report(path, problems.get(path, "")))) + "\n")
        sys.stdout.flush()


def _check(paths: list[str]) -> dict[str, str]:
    with TemporaryDirectory() as empty:
        argv = ["rpmkeys", "--define", f"_dbpath {empty}", "--checksig", "--verbose", "--", *paths]
        finished = process.run(argv, timeout=3600.0)
    return failed_checks(finished.stdout.decode(errors="replace"), paths)


def _report(path: str, problem: str) -> Report:
    """Read one file. What the parsers raise for bad input is theirs to choose, so everything is caught."""
    try:
        report = _read(path)
    except Exception as exc:  # noqa: BLE001 - the reason is reported, the parent raises
        return Report(error=str(exc).replace(path, "the file") or type(exc).__name__)
    return Report(error=problem) if problem else report


def _read(path: str) -> Report:
    with Path(path).open("rb") as stream:
        raw = read_raw(stream)
    package = createrepo_c.package_from_rpm(path)
    package.time_file = package.time_build  # when the file was written is not a property of it
    package.location_href = f"{package.name}-{package.version}-{package.release}.{package.arch}.rpm"
    primary, filelists, other = createrepo_c.xml_dump(package)
    return Report(
        name=package.name,
        epoch=int(package.epoch or 0),
        version=package.version,
        release=package.release,
        arch=package.arch,
        digest=package.pkgId,
        size=package.size_package,
        source_rpm=package.rpm_sourcerpm or "",
        header=raw.header,
        payload=raw.payload,
        signed=raw.signed,
        primary=primary,
        filelists=filelists,
        other=other,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
