"""`farm run quarantined` and `farm run release`: builds that killed their workers, and who lets them try again."""

import fnmatch
from collections.abc import Sequence

import click

from farm.cli.context import FarmContext, pass_farm
from farm.cli.output import Column, emit_rows, note
from farm.environment import user_name
from farm.errors import UsageError
from farm.ledger.values import NodeOutcome
from scheduler.quarantine import quarantined, release

COLUMNS: Sequence[Column[NodeOutcome]] = (
    Column("component", lambda row: row.component),
    Column("arch", lambda row: row.arch),
    Column("build id", lambda row: (row.build_id or "")[:12]),
    Column("why", lambda row: row.why),
)


class NotQuarantinedError(UsageError):
    """A selector matches no build in quarantine."""

    code = "CLI045"


@click.command("quarantined")
@pass_farm
def list_quarantined(farm: FarmContext) -> None:
    """List the builds that are not tried again, because what ran them died too often.

    Each is out of quarantine when its inputs change, or with `farm run release`.
    """
    emit_rows(farm, [outcome for _, outcome in sorted(quarantined(farm.ledger()).items())], COLUMNS)


@click.command("release")
@click.option("-p", "--component", multiple=True, required=True, metavar="GLOB", help="Builds of components by name.")
@click.option("--arch", multiple=True, metavar="ARCH", help="Only builds for this architecture.")
@click.option("--why", default="", metavar="TEXT", help="Reason, recorded with the release.")
@pass_farm
def release_quarantined(farm: FarmContext, component: tuple[str, ...], arch: tuple[str, ...], why: str) -> None:
    """Let builds out of quarantine: the next `farm build` tries them again."""
    ledger = farm.ledger()
    found = [node for node in sorted(quarantined(ledger)) if not arch or node.arch in arch]
    for glob in component:
        if not any(fnmatch.fnmatchcase(node.component, glob) for node in found):
            raise NotQuarantinedError(f"no build in quarantine matches {glob}", hint="farm run quarantined")
    chosen = [node for node in found if any(fnmatch.fnmatchcase(node.component, glob) for glob in component)]
    names = ", ".join(map(str, chosen))
    if farm.dry_run:
        note(farm, f"would release {names}")
        return
    release(ledger, chosen, by=user_name(), why=why)
    note(farm, f"released {names}; the next farm build tries again")
