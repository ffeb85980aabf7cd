"""What reading a whole distribution costs, as seconds and as ratios to what Python itself needs.

    FARM_TEST_AZURELINUX=/path/to/azurelinux .venv/bin/python tests/bench/load_project.py

Each figure is the median of several cold processes, and what they cost together in CPU and memory. References of the
same run: an empty Python process, and one that parses the project's TOML files with the standard library and does no
more. Machines differ, and are noisy: compare the ratios.
"""

import os
import resource
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from farm.clock import SystemClock
from farm.environment import inherited, variable
from farm.process import run

ROUNDS = 7
EMPTY = "pass"
PARSE = "import sys, tomllib\nfor path in sys.argv[1:]:\n    tomllib.load(open(path, 'rb'))"
LOAD = (
    "import sys\nfrom pathlib import Path\nfrom farm.garbage import collect_rarely\n"
    "from farm.project.loader import load_project\ncollect_rarely()\n"
    "project = load_project(Path(sys.argv[1]))"
)
LIST_FILES = f"{LOAD}\nprint(*project.files, sep='\\n')"
CACHED = (
    "import sys\nfrom pathlib import Path\nfrom farm.garbage import collect_rarely\n"
    "from farm.project.project_cache import ProjectCache\ncollect_rarely()\n"
    "ProjectCache(Path(sys.argv[2])).load(Path(sys.argv[1]))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Medians of one kind of process; memory is the most of any."""

    seconds: float
    cpu: float
    mebibytes: float


def main() -> None:
    """Measure and print."""
    root = Path(variable("FARM_TEST_AZURELINUX"))
    if not (root / "azldev.toml").is_file():
        sys.exit("FARM_TEST_AZURELINUX must name a checkout of Azure Linux 4.0")
    python = sys.executable
    files = run([python, "-c", LIST_FILES, str(root)]).stdout.decode().split()
    farm = str(Path(python).parent / "farm")
    with tempfile.TemporaryDirectory(prefix="farm-bench-") as top:
        places = {"FARM_STATE": f"{top}/state", "XDG_CONFIG_HOME": f"{top}/none"}
        warm = {**places, "FARM_CACHE": f"{top}/cache"}
        cold = {**places, "FARM_CACHE": "/proc/none"}
        listing = [farm, "-C", str(root), "component", "list", "-a", "-O", "json"]
        costs = {
            "python -c pass": _measure([python, "-c", EMPTY], places),
            f"parse {len(files)} files (tomllib)": _measure([python, "-c", PARSE, *files], places),
            "load and resolve, no cache": _measure([python, "-c", LOAD, str(root)], places),
            "load and resolve, nothing changed": _measure([python, "-c", CACHED, str(root), f"{top}/projects"], places),
            "component list -a -O json, no cache": _measure(listing, cold),
            "component list -a -O json, nothing changed": _measure(listing, warm),
            "project check": _measure([farm, "-C", str(root), "project", "check"], warm),
        }
    empty, parse = list(costs.values())[:2]
    sys.stdout.write(f"{'':44} {'wall':>8} {'CPU':>8} {'memory':>9} {'/ empty':>8} {'/ parse':>8}   (CPU)\n")
    for name, cost in costs.items():
        sys.stdout.write(
            f"{name:44} {cost.seconds:6.3f} s {cost.cpu:6.3f} s {cost.mebibytes:5.0f} MiB"
            f" {cost.cpu / empty.cpu:8.1f} {cost.cpu / parse.cpu:8.2f}\n"
        )


def _measure(command: Sequence[str], variables: Mapping[str, str]) -> Cost:
    """Run a command once unmeasured, then several times."""
    runs = [_run(command, {**inherited(), **variables}) for _ in range(ROUNDS + 1)][1:]
    return Cost(
        seconds=statistics.median(run.seconds for run in runs),
        cpu=statistics.median(run.cpu for run in runs),
        mebibytes=max(run.mebibytes for run in runs),
    )


def _run(command: Sequence[str], environment: Mapping[str, str]) -> Cost:
    clock = SystemClock()
    began = clock.monotonic()
    null = os.open(os.devnull, os.O_WRONLY)
    actions = [(os.POSIX_SPAWN_DUP2, null, 1)]
    process = os.posix_spawn(command[0], list(command), dict(environment), file_actions=actions)
    _, status, usage = os.wait4(process, 0)
    seconds = clock.monotonic() - began
    os.close(null)
    if status:
        sys.exit(f"{command[0]} ended with status {os.waitstatus_to_exitcode(status)}")
    return Cost(seconds=seconds, cpu=usage.ru_utime + usage.ru_stime, mebibytes=_mebibytes(usage))


def _mebibytes(usage: resource.struct_rusage) -> float:
    return usage.ru_maxrss / 1024


if __name__ == "__main__":
    main()
