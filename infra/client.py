"""A client of the published repositories: dnf5 of Debian sid installs packages and runs programs of them.

Run by infra/quickstart; by hand: `.venv/bin/python infra/client.py --help`.
"""

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from farm.arch import host_arch
from farm.errors import FarmError
from farm.paths import StatePaths
from repo_publish.dnf_client import DnfClient


@click.command()
@click.option("--state", "state_directory", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--seed", type=click.Path(path_type=Path, exists=True), required=True, help="What lies beneath.")
@click.option("--root", type=click.Path(path_type=Path, exists=True), required=True, help="A system with dnf5.")
@click.option("--channel", multiple=True, default=("base",), help="Channels to add.")
@click.option("--run", "programs", multiple=True, metavar="COMMAND", help="Run this in the install root.")
@click.argument("packages", nargs=-1, required=True)
def client(
    state_directory: Path,
    seed: Path,
    root: Path,
    channel: Sequence[str],
    programs: Sequence[str],
    packages: Sequence[str],
) -> None:
    """Install PACKAGES from the published channels into a fresh install root, and run programs in it."""
    state = StatePaths(root=state_directory)
    with TemporaryDirectory(prefix="farm-client-") as scratch:
        dnf = DnfClient(root, Path(scratch) / "client")
        for name in channel:
            dnf.add_repository(f"farm-{name}", state.repositories / name / host_arch(), key=state.public_key)
        dnf.add_repository("seed", seed)
        installroot = Path(scratch) / "root"
        click.echo(f"dnf5 install {' '.join(packages)}   (gpgcheck=1 repo_gpgcheck=1)")
        click.echo(_indented(dnf.install(list(packages), installroot)))
        for program in programs:
            click.echo(f"$ {program}")
            finished = dnf.run(installroot, shlex.split(program))
            click.echo(_indented((finished.stdout + finished.stderr.encode()).decode(errors="replace")))
            if not finished.ok:
                sys.exit(f"{program} ended with status {finished.status}")


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines() if line.strip())


if __name__ == "__main__":
    try:
        client(standalone_mode=False)
    except FarmError as error:
        sys.exit(f"{error.what}\n{error.why}\n{error.hint}")
