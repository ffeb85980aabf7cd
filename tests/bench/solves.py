"""How many buildroots a second are solved against the seed, beside solves whose pool is made of text each time.

    PYTHONPATH=tests .venv/bin/python tests/bench/solves.py SEED [COPIES]

SEED is a repository's directory. COPIES makes the seed so many times as large, with packages that nobody needs.
"""

import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

from builders.package_metadata import package, repository

from farm.arch import host_arch
from scheduler import solv_pool
from scheduler.repository import PackageRepository, read_repository
from scheduler.solver import solve_buildroot

_SOLVES = 10
_NEEDLESS = 500


def main() -> None:
    """Print both rates."""
    seed = read_repository("seed", Path(sys.argv[1]), 99)
    copies = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    needless = [package(f"needless{number}", requires=["libc.so.6"]) for number in range(copies * _NEEDLESS)]
    more = repository(*needless, name="needless")
    more = replace(more, packages=tuple(replace(it, location="Packages/x.rpm") for it in more.packages))
    stage = repository(package("made"), name="stage", priority=0)
    repositories = [stage, seed, *([more] if needless else [])]
    kept = rate(repositories)
    with patch.object(solv_pool, "_has_files", lambda _repository: False):
        anew = rate(repositories)
    packages = sum(len(it.packages) for it in repositories)
    sys.stdout.write(f"{packages} packages: {kept:.1f} solves a second of CPU, {anew:.1f} from text\n")


def rate(repositories: Sequence[PackageRepository]) -> float:
    """Return solves a second of CPU, after a first one."""
    solve(repositories)
    began = time.process_time()
    for _ in range(_SOLVES):
        solve(repositories)
    return _SOLVES / (time.process_time() - began)


def solve(repositories: Sequence[PackageRepository]) -> None:
    """Solve a buildroot."""
    solve_buildroot(repositories, arch=host_arch(), base=["bash", "gcc"], requires=["made", "make"])


if __name__ == "__main__":
    main()
