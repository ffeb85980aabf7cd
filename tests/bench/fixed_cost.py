"""What one build costs apart from rpmbuild, warm: the farm's own part, as seconds and as a ratio.

    FARM_TEST_SEED=/var/cache/farm/seed/demo/x86_64 PYTHONPATH=tests .venv/bin/python tests/bench/fixed_cost.py

A one-file C package is built again and again; each round opens the buildroot anew. Medians of one run are compared with
each other only: machines differ, and are noisy.
"""

import statistics
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from builders.specs import c_program_spec
from builders.workbench import Workbench

from farm.arch import host_arch
from farm.clock import SystemClock
from farm.environment import variable
from farm.paths import CachePaths
from farm.sandbox.mount_namespace import isolate_mounts
from farm.store.directory_store import DirectoryStore
from scheduler.repository import read_repository
from scheduler.solver import solve_buildroot
from workers.buildroot import Buildroots

ROUNDS = 15
BASE = (
    "bash coreutils cpio diffutils dwz elfutils file findutils gawk grep gzip "
    "libfaketime make redhat-rpm-config rpm-build sed tar xz zstd"
)


def main() -> None:
    """Build, and print the medians."""
    seed = Path(variable("FARM_TEST_SEED", "/var/cache/farm/seed/demo/x86_64"))
    isolate_mounts()
    clock = SystemClock()
    with TemporaryDirectory(prefix="farm-bench-") as top:
        place = Path(top)
        store = DirectoryStore(place / "store")
        buildroots = Buildroots(cache=CachePaths(root=place / "cache"), store=store, repositories={"seed": seed})
        began = clock.monotonic()
        lock = solve_buildroot(
            [read_repository("seed", seed, 99)],
            arch=host_arch(),
            base=BASE.split(),
            layers=(("gcc",),),
            requires=("gcc",),
        )
        solving = clock.monotonic() - began
        began = clock.monotonic()
        with buildroots.open(lock):
            cold = clock.monotonic() - began
        opening, whole, rpmbuild = [], [], []
        for _ in range(ROUNDS):
            began = clock.monotonic()
            with buildroots.open(lock) as root:
                opening.append(clock.monotonic() - began)
                bench = Workbench(root=root, store=store, scratch=place / "scratch", arch=host_arch())
                result = bench.build(c_program_spec())
            if result.cause is not None:
                sys.exit(f"the build failed: {result.cause.summary}")
            whole.append(opening[-1] + result.seconds)
            rpmbuild.append(result.rpmbuild_seconds)
    fixed = [one - other for one, other in zip(whole, rpmbuild, strict=True)]
    rows = (
        ("opening the buildroot", opening),
        ("rpmbuild", rpmbuild),
        ("the whole build", whole),
        ("fixed cost", fixed),
    )
    sys.stdout.write(
        f"read the seed and solve: {solving * 1000:.0f} ms; first opening, layers installed: {cold:.1f} s\n"
    )
    for name, values in rows:
        sys.stdout.write(f"{name:24} {statistics.median(values) * 1000:8.1f} ms (median of {ROUNDS})\n")
    ratio = statistics.median(fixed) / statistics.median(rpmbuild)
    sys.stdout.write(f"fixed cost / rpmbuild    {ratio:8.2f}\n")


if __name__ == "__main__":
    main()
