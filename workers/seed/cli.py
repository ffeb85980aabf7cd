"""`farm seed`: makes seed repositories and tool roots."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from farm.arch import arch_named, host_arch
from farm.cli.context import FarmContext, pass_farm
from farm.cli.output import Column, emit_rows, emit_text, note
from farm.clock import SystemClock
from workers.seed.installable import uninstallable
from workers.seed.manifest import Manifest
from workers.seed.package_list import read_list
from workers.seed.seed import Voice, make_seed, read_request
from workers.seed.seed_error import UninstallableError
from workers.seed.seed_paths import SeedPaths
from workers.seed.tool_roots import TOOL_ROOTS, tool_root

LISTS = Path(__file__).resolve().parents[2] / "infra" / "seed"
_LINE_EVERY = 25
_NAMED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedRow:
    """What `farm seed` made or found."""

    list: str
    arch: str
    suite: str
    packages: int
    repository: str
    seconds: float


_COLUMNS: tuple[Column[SeedRow], ...] = (
    Column("list", lambda row: row.list),
    Column("arch", lambda row: row.arch),
    Column("suite", lambda row: row.suite),
    Column("packages", lambda row: row.packages, right=True),
    Column("repository", lambda row: row.repository),
    Column("seconds", lambda row: row.seconds, right=True),
)


@click.command(name="seed")
@click.option("--list", "list_name", default="demo", show_default=True, help="A list in infra/seed, or a path of one.")
@click.option("--arch", "arches", multiple=True, help="Architecture; repeatable. Default: this machine's.")
@click.option("--update", is_flag=True, help="Fetch Debian's package index anew and follow it.")
@click.option("--check", is_flag=True, help="Also check that every package can be installed.")
@click.option("--root", "root_name", help=f"Make a tool root and print its path: {', '.join(sorted(TOOL_ROOTS))}.")
@pass_farm
def seed(
    farm: FarmContext, *, list_name: str, arches: tuple[str, ...], update: bool, check: bool, root_name: str | None
) -> None:
    """Make the seed repository that the first builds need.

    It is made from Debian packages and lies below the cache directory. Only what is new or has changed is fetched and
    converted; it may be interrupted any time and goes on from there.
    """
    paths = SeedPaths(root=farm.cache.seed)
    if root_name is not None:
        emit_text(str(tool_root(root_name, cache=paths.roots)))
        return
    rows = [
        _make(farm, _list_path(list_name), arch, paths=paths, update=update, check=check)
        for arch in arches or (host_arch(),)
    ]
    emit_rows(farm, rows, _COLUMNS)


def _list_path(name: str) -> Path:
    """Return the file of a list: a bare word is one of ours."""
    is_word = "/" not in name and not name.endswith(".toml")
    return LISTS / f"{name}.toml" if is_word else Path(name)


def _make(farm: FarmContext, path: Path, arch: str, *, paths: SeedPaths, update: bool, check: bool) -> SeedRow:
    clock = SystemClock()
    started = clock.monotonic()
    request = read_request(read_list(path), arch_named(arch))
    with _voice(farm) as voice:
        manifest = make_seed(request, paths=paths, voice=voice, update=update)
    repository = paths.repository(manifest.list_name, manifest.arch)
    if check:
        _check(farm, manifest, repository)
    return SeedRow(
        list=manifest.list_name,
        arch=manifest.arch,
        suite=manifest.suite,
        packages=len(manifest.packages),
        repository=str(repository),
        seconds=clock.monotonic() - started,
    )


def _check(farm: FarmContext, manifest: Manifest, repository: Path) -> None:
    found = uninstallable(repository, manifest.arch)
    if found:
        raise UninstallableError(
            f"{len(found)} of {len(manifest.packages)} packages of {repository} cannot be installed",
            why="\n".join(f"{each.nevra}: {each.problem}" for each in found[:_NAMED]),
            hint="correct infra/seed/fedora-names.toml or the converter's mapping of relations",
        )
    note(farm, f"{manifest.list_name} {manifest.arch}: all {len(manifest.packages)} packages can be installed")


@contextmanager
def _voice(farm: FarmContext) -> Iterator[Voice]:
    """Give a progress bar on a terminal, a line now and then elsewhere."""
    console = Console(file=sys.stderr, no_color=not farm.color_stderr)
    if farm.verbosity < 0 or not console.is_terminal:
        yield Voice(say=lambda text: note(farm, text), progress=lambda done, total: _line(farm, done, total))
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("converting", total=None, visible=False)
        yield Voice(
            say=lambda text: bar.console.print(text, markup=False, highlight=False),
            progress=lambda done, total: bar.update(task, completed=done, total=total, visible=True),
        )


def _line(farm: FarmContext, done: int, total: int) -> None:
    if done == total or done % _LINE_EVERY == 0:
        note(farm, f"({done}/{total}) converted")
