#!/usr/bin/env python3
"""Lay the demo out: dist-git repositories and a lookaside with real upstream releases, below one directory.

Everything may be repeated: what is there and right stays, what was fetched is kept outside the checkout.
"""

import sys
from functools import partial
from pathlib import Path

import click

from farm.cli.error_report import report
from farm.environment import cache_directory
from farm.errors import FarmError
from infra.demo.layout.debian_origin import DebianSources
from infra.demo.layout.errors import DemoFilesError
from infra.demo.layout.history import read_history
from infra.demo.layout.lookaside import ensure_file, lookaside_path
from infra.demo.layout.pip_settings import pip_settings, usual_interpreters
from infra.demo.layout.pypi_origin import PypiSources
from infra.demo.layout.repository import ensure_repository
from infra.demo.layout.sites_file import SITES_NAME, sites_text
from infra.demo.layout.upstreams import DebianOrigin, PypiOrigin, UpstreamFile, read_upstreams

DEMO = Path(__file__).absolute().parent
UPSTREAM_DISTRO = "fern"


@click.command()
@click.option(
    "--target",
    type=click.Path(path_type=Path),
    default=None,
    help="Directory to lay out in [default: $FARM_CACHE/demo].",
)
@click.option("--only", "components", multiple=True, metavar="COMPONENT", help="This component alone; may be repeated.")
def lay_out(target: Path | None, components: tuple[str, ...]) -> None:
    """Lay out dist-git repositories, the lookaside, and sites.toml, which tells a project where they are."""
    target = (target or cache_directory() / "demo").absolute()
    histories, upstreams = read_history(DEMO), read_upstreams(DEMO)
    unknown = sorted(set(components) - set(histories))
    if unknown:
        raise DemoFilesError(f"the demo has no component {unknown[0]}", hint=f"it has {', '.join(histories)}")
    names = sorted(components or histories)
    for name in names:
        tip = ensure_repository(target / "dist-git" / f"{name}.git", histories[name])
        click.echo(f"dist-git   {name}  {len(histories[name])} commits, {tip[:12]}")
    Lookaside(target).fill([file for file in upstreams if file.component in names])
    (target / SITES_NAME).write_text(sites_text(target, UPSTREAM_DISTRO), encoding="utf-8")
    click.echo(f"sites      {target / SITES_NAME}")


class Lookaside:
    """Fills the lookaside below a target; asks a mirror only for what is not there."""

    def __init__(self, target: Path) -> None:
        self._target = target / "lookaside"
        self._cache = cache_directory() / "demo-upstream"
        self._debian: DebianSources | None = None
        self._pypi: PypiSources | None = None

    def fill(self, files: list[UpstreamFile]) -> None:
        """Put every file into place.

        Raises:
            UpstreamFileError: a mirror does not give one; those before it stay.
            WrongUpstreamFileError: a mirror gives another file.
        """
        packages = [file.origin.package for file in files if isinstance(file.origin, DebianOrigin)]
        for file in files:
            fetched = ensure_file(file, self._target, self._cache / "files", partial(self._fetch, file, packages))
            click.echo(f"lookaside  {lookaside_path(file).rpartition('/')[2]}  {'fetched' if fetched else 'there'}")

    def _fetch(self, file: UpstreamFile, packages: list[str], path: Path) -> None:
        match file.origin:
            case DebianOrigin(original=original):
                if self._debian is None:
                    self._debian = DebianSources(self._cache / "apt")
                    self._debian.open(packages)
                self._debian.fetch(original, path)
            case PypiOrigin(project=project):
                if self._pypi is None:
                    self._pypi = PypiSources(pip_settings(usual_interpreters(DEMO.parents[1])))
                self._pypi.fetch(project, file.filename, path)


def main() -> int:
    """Run, and return the exit status."""
    try:
        lay_out(standalone_mode=False)
    except (FarmError, click.ClickException, click.Abort, KeyboardInterrupt, OSError) as exc:
        return report(exc, None)
    return 0


if __name__ == "__main__":
    sys.exit(main())
