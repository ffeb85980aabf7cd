"""CPU that rendering takes for each component of a local dist-git, without tarballs.

    FARM_TEST_AZURELINUX=/checkout PYTHONPATH=tests .venv/bin/python tests/bench/render_all.py [COUNT]

Components are taken evenly from the rendered specs of the real tree; every one has a macros file, so that each goes
through the overlay engine. The second figure leaves out what the command costs for one component: start and loading.
"""

import resource
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from builders.local_dist_git import lay_out

from farm.clock import SystemClock
from farm.environment import variable
from farm.process import BASE_ENVIRONMENT, run

COUNT = 400
TARGET_MS = 20.0


def cpu_seconds() -> float:
    """Return the CPU time of all programs that were run and waited for, and of theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Lay out, render, and print the figures."""
    tree = variable("FARM_TEST_AZURELINUX")
    if not tree:
        sys.exit("FARM_TEST_AZURELINUX names no checkout of the real tree")
    clock = SystemClock()
    with TemporaryDirectory(prefix="farm-bench-") as top:
        world = lay_out(Path(top), Path(tree), int(sys.argv[1]) if sys.argv[1:] else COUNT)
        figures: dict[str, tuple[float, float]] = {}
        for name, selector in (("one", ["-p", world.components[0]]), ("all", ["-a"]), ("again", ["-a"])):
            began, used = clock.monotonic(), cpu_seconds()
            farm = [sys.executable, "-m", "farm", "-q", "-O", "json", "-C", str(world.project)]
            finished = run(
                [*farm, "component", "render", *selector, "-k", "-o", str(Path(top, "out"))],
                environment={
                    **BASE_ENVIRONMENT,
                    "FARM_STATE": f"{top}/state",
                    "FARM_CACHE": f"{top}/cache",
                    "HOME": top,
                    "PYTHONPATH": str(Path(__file__).parents[2]),
                },
            )
            if not finished.ok:
                sys.exit(finished.stderr[-3000:])
            figures[name] = (cpu_seconds() - used, clock.monotonic() - began)
        count = len(world.components)
        start = figures["one"][0]
        for name, words in (("all", "rendering all"), ("again", "and again, nothing changed")):
            used, wall = figures[name]
            each, net = 1000 * used / count, 1000 * (used - start) / count
            sys.stdout.write(
                f"{words:28} {count} components: {each:.1f} ms of CPU each ({net:.1f} without start), "
                f"{wall:.1f} s in all; target {TARGET_MS:.0f} ms, ratio {each / TARGET_MS:.2f}\n"
            )
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    sys.stdout.write(f"{'peak memory':28} {peak:.0f} MiB\n")


if __name__ == "__main__":
    main()
