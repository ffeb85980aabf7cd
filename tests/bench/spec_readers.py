"""How fast specs of a whole distribution are read, in which memory, and how far the two readers agree.

    FARM_TEST_AZURELINUX=DIR PYTHONPATH=tests .venv/bin/python tests/bench/spec_readers.py [--rpm N]

Cold and warm are processes of their own over one cache directory, as `farm component query -a --reader fast` is; one
run's figures are compared with each other only. With `--rpm N` rpmspec reads N specs chosen evenly (0: all, which takes
minutes), and the agreement is printed as Markdown.
"""

import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from builders.reader_agreement import FIELDS, Agreement, compare_readings

from farm.clock import SystemClock
from farm.environment import inherited, variable
from farm.paths import CachePaths
from farm.requires.macro_set import MacroSet
from farm.requires.parallel_reader import ParallelReader
from farm.requires.readers import cached_reader
from farm.requires.reading import ReaderName, RenderedSpec
from farm.requires.rpm_reader import RpmReader
from farm.requires.tree_macros import tree_macros
from farm.sandbox.mount_namespace import isolate_mounts

ARCH = "x86_64"
TREE = Path(variable("FARM_TEST_AZURELINUX"))


def specs_of_tree() -> list[RenderedSpec]:
    """Return the specs of the tree, sorted by component."""
    paths = sorted((TREE / "specs").glob("?/*/*.spec"))
    return [RenderedSpec(component=path.stem, path=path) for path in paths if path.stem == path.parent.name]


def macros_of_tree() -> MacroSet:
    """Return the macro set of the tree."""

    def directory(component: str) -> Path | None:
        found = TREE / "specs" / component[0].lower() / component
        return found if found.is_dir() else None

    return tree_macros(directory)


def read_all(cache: Path) -> None:
    """Read every spec as a command does, and say how many could be read."""
    readings = cached_reader(ReaderName.FAST, CachePaths(root=cache)).read(
        specs_of_tree(), macros=macros_of_tree(), arch=ARCH
    )
    sys.stdout.write(f"{len(readings)} specs, {sum(bool(reading.error) for reading in readings)} unreadable\n")


def timed(cache: Path, label: str) -> float:
    """Run `read_all` in a process of its own; print and return its wall time."""
    clock = SystemClock()
    began, before = clock.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, __file__, "--child", str(cache)], check=True, env=inherited())
    seconds, after = clock.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    sys.stdout.write(
        f"{label:18} {seconds:7.2f} s wall {cpu:7.2f} s CPU {after.ru_maxrss >> 10:5} MiB in one process\n"
    )
    return seconds


def agreement(count: int) -> None:
    """Have both readers read specs, and print how far they agree."""
    isolate_mounts()
    everything = specs_of_tree()
    specs = everything[:: max(len(everything) // count, 1)] if count else everything
    macros, clock = macros_of_tree(), SystemClock()
    with TemporaryDirectory(prefix="farm-bench-") as scratch:
        Path(scratch).chmod(0o755)
        began = clock.monotonic()
        truth = RpmReader(scratch=Path(scratch)).read(specs, macros=macros, arch=ARCH)
        asked = clock.monotonic() - began
    began = clock.monotonic()
    fast = ParallelReader().read(specs, macros=macros, arch=ARCH)
    ratio = asked / (clock.monotonic() - began)
    sys.stdout.write(
        f"\nrpmspec takes {asked:.0f} s for {len(specs)} specs, {ratio:.0f} times as long as the fast reader.\n"
    )
    sys.stdout.write(report(compare_readings(truth, fast)))


def report(found: Agreement) -> str:
    """Return an agreement as Markdown."""
    lines = [
        f"\n{found.compared} specs were read by both; {len(found.unread)} were not.\n",
        "| field | the same in | share |",
        "| --- | --: | --: |",
        *(f"| {field} | {found.agreeing[field]} | {found.share(field):.2%} |" for field in FIELDS),
        "\n## Not read\n",
        "| component | why |",
        "| --- | --- |",
        *(f"| {name} | {_cell(why)} |" for name, why in sorted(found.unread.items())),
        "\n## Where they differ\n",
        "| component | field | only rpm | only fast | what the fast reader could not know |",
        "| --- | --- | --- | --- | --- |",
        *(
            f"| {it.component} | {it.field} | {_some(it.only_truth)} | {_some(it.only_other)} | {_some(it.guesses)} |"
            for it in found.differences
        ),
    ]
    return "\n".join(lines) + "\n"


def _some(words: tuple[str, ...]) -> str:
    shown = ", ".join(words[:3]) + (f" and {len(words) - 3} more" if len(words) > 3 else "")
    return _cell(shown)


def _cell(text: str) -> str:
    return text.partition("\n")[0][:160].replace("|", "\\|").replace("<", "&lt;")


def main() -> None:
    """Measure."""
    if sys.argv[1:2] == ["--child"]:
        read_all(Path(sys.argv[2]))
        return
    with TemporaryDirectory(prefix="farm-bench-") as cache:
        cold, warm = timed(Path(cache), "cold"), timed(Path(cache), "nothing changed")
    sys.stdout.write(f"cold / nothing changed: {cold / warm:.1f}\n")
    if sys.argv[1:2] == ["--rpm"]:
        agreement(int(sys.argv[2]))


if __name__ == "__main__":
    main()
