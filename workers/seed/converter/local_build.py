"""Build a local package of the seed, from a spec and the files beside it, writing one result line for each RPM.

Usage: python3 -m workers.seed.converter.local_build SPEC OUTPUT WORK
"""

import subprocess
import sys
from pathlib import Path

from workers.seed.converter.job import RESULT_MARK, Result
from workers.seed.converter.rpm_build import ENVIRONMENT, REPRODUCIBLE_MACROS, defines

_QUERY = "%{NEVRA}\t%{BUILDTIME}"


def main(arguments: list[str]) -> int:
    """Build it; rpmbuild's words go to standard output."""
    spec, output, work = (Path(argument) for argument in arguments)
    macros = {
        **REPRODUCIBLE_MACROS,
        "_topdir": str(work),
        "_tmppath": str(work),
        "_rpmdir": str(output),
        "_sourcedir": str(spec.parent),
        "_build_name_fmt": "%%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm",
        "source_date_epoch_from_changelog": "1",
    }
    work.mkdir()
    finished = subprocess.run(
        ["/usr/bin/rpmbuild", "-bb", "--nodeps", *defines(macros), str(spec)],
        env={**ENVIRONMENT, "HOME": str(work)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if finished.returncode:
        sys.stdout.write(finished.stdout.replace(RESULT_MARK, ""))
        return 1
    for rpm in sorted(output.glob("*.rpm")):
        sys.stdout.write(_result(rpm).line() + "\n")
    return 0


def _result(rpm: Path) -> Result:
    query = subprocess.run(
        ["/usr/bin/rpm", "--query", "--package", "--queryformat", _QUERY, str(rpm)],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=True,
    )
    nevra, epoch = query.stdout.split("\t")
    return Result(output=str(rpm), nevra=nevra, epoch=int(epoch))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
