"""`farm gc`: remove artifacts and caches that nothing needs any more."""

import re
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import click

from farm.canonical import encode
from farm.cli.context import FarmContext, pass_farm
from farm.cli.output import Column, emit_rows
from farm.clock import SystemClock
from farm.digest import Digest
from farm.errors import InfrastructureError
from farm.events import RunStatus
from farm.ledger.errors import LedgerFullError
from farm.ledger.ledger import Ledger
from farm.ledger.subjects import build_subject
from farm.node_inputs import load_inputs
from farm.old_files import remove_old
from farm.sandbox.claimed_directory import remove_abandoned
from farm.store.artifact_store import ArtifactStore
from repo_publish.lock import sole_publisher
from repo_publish.retention import needed_blobs, remove_superfluous, superfluous_snapshots
from scheduler.collection import preparing, sole_collector
from scheduler.leases import is_alive
from scheduler.run_lease import end_abandoned, is_abandoned
from workers.layer_key import layer_keys
from workers.layers import Layers
from workers.seed.pruning import prune_seed
from workers.seed.seed_paths import SeedPaths

_DIGEST = re.compile(rb"[0-9a-f]{64}")
_INPUTS = "build-inputs"
_LAYERS = "buildroot layers"
_KEPT_SECONDS = 60 * 86_400.0
"""What was read from projects and specs longer ago is read again."""

_MOST_DAYS = 36_500

SNAPSHOTS = 10
"""How many snapshots stay for a rollback."""


class BuildsRunningError(InfrastructureError):
    """What a running build has just stored is named nowhere yet."""

    code = "CLI032"


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """What of one kind was removed, or would be (`--dry-run`); rows of the ledger have no names."""

    what: str
    count: int
    names: tuple[str, ...]


COLUMNS: Sequence[Column[Removed]] = (
    Column("what", lambda row: row.what),
    Column("removed", lambda row: row.count, right=True),
)


@click.command()
@click.option(
    "--history",
    type=click.IntRange(0, _MOST_DAYS),
    metavar="DAYS",
    help="Also let go of events, and of outcomes that newer ones replaced, of runs that ended more than DAYS ago.",
)
@pass_farm
def gc(farm: FarmContext, history: int | None) -> None:
    """Remove blobs that neither the ledger nor any record names, unused buildroot layers, and what a crash left.

    What a published package was made from is named by its build inputs, so it is never removed; nor are verdicts,
    results and publications, whatever --history says. With -O json, each row names what was removed; with -n, what
    would be. Nothing is published and no build begins meanwhile.
    """
    found: dict[str, Removed] = {}
    try:
        for what, names in _clear(farm):
            every = (*(found[what].names if what in found else ()), *names)
            found[what] = Removed(what=what, count=len(every), names=every)
        if history is not None:
            for row in _let_go(farm, history):
                found[row.what] = row
    finally:
        emit_rows(farm, list(found.values()), COLUMNS)


def _clear(farm: FarmContext) -> Iterator[tuple[str, Sequence[str]]]:
    """Remove, kind by kind, and yield what; first all that needs no ledger, because that needs space to be opened."""
    yield "working directories", _names([*_abandoned(farm, farm.cache.scratch), *_abandoned(farm, farm.cache.layers)])
    yield "seed packages", _names(prune_seed(SeedPaths(root=farm.cache.seed), dry_run=farm.dry_run))
    outlived = SystemClock().now().timestamp() - _KEPT_SECONDS
    for what, directory, pattern in (
        ("spec readings", farm.cache.spec_readings, "*/*"),
        ("projects", farm.cache.projects, "*"),
    ):
        yield what, _names(remove_old(directory, pattern, older_than=outlived, dry_run=farm.dry_run))
    # Signed packages of a compose that is being published are named nowhere yet.
    with nullcontext() if farm.dry_run else sole_publisher(farm.state):
        outdated = (superfluous_snapshots if farm.dry_run else remove_superfluous)(farm.state, SNAPSHOTS)
        yield "snapshots", outdated
        layers = Layers(farm.cache.layers)
        try:
            farm.ledger()
        except LedgerFullError:
            # Nobody can be asked which layers are of use; each can be built again.
            yield _LAYERS, layers.prune(set(), dry_run=farm.dry_run)
        yield _LAYERS, layers.prune(_used_layers(farm.store(), farm.ledger()), dry_run=farm.dry_run)
        with nullcontext() if farm.dry_run else sole_collector(farm.ledger()):
            yield "blobs", _clear_blobs(farm, outdated)


def _clear_blobs(farm: FarmContext, outdated: Sequence[str]) -> list[str]:
    store, ledger = farm.store(), farm.ledger()
    _refuse_while_building(ledger, _build_ids(store))
    # Builds may have ended while that was asked, so it is listed again; from now on none begins.
    kept = {*_named(store, ledger, _build_ids(store)), *needed_blobs(farm.state, without=outdated)}
    orphans = sorted(set(store.blobs()) - kept)
    for digest in orphans if not farm.dry_run else ():
        store.delete(digest)
    return [*orphans]


def _build_ids(store: ArtifactStore) -> list[Digest]:
    return [Digest(name.removeprefix(f"{_INPUTS}/")) for name in store.records(_INPUTS)]


def _let_go(farm: FarmContext, days: int) -> Iterator[Removed]:
    ledger = farm.ledger()
    if not farm.dry_run:
        end_abandoned(ledger, ledger.clock)  # a run without an end would keep its events for ever
    gone = ledger.compact(ledger.clock.now() - timedelta(days=days), dry_run=farm.dry_run)
    yield Removed(what="events", count=gone.events, names=())
    yield Removed(what="outcomes", count=gone.outcomes, names=())


def _abandoned(farm: FarmContext, directory: Path) -> list[Path]:
    return remove_abandoned(directory, dry_run=farm.dry_run)


def _names(paths: Sequence[Path]) -> list[str]:
    return [path.name for path in paths]


def _refuse_while_building(ledger: Ledger, build_ids: Sequence[Digest]) -> None:
    clock = ledger.clock
    hint = "again when they have ended"
    for run in ledger.runs():
        if run.status is RunStatus.RUNNING and not is_abandoned(ledger, run, clock):
            raise BuildsRunningError("builds are running", why=f"{run.run_id} has not ended", hint=hint)
    lease = preparing(ledger)
    if lease is not None:
        why = f"{lease.holder.name}, process {lease.holder.pid}"
        raise BuildsRunningError("components are being prepared", why=why, hint="again when they are")
    for build_id in build_ids:
        lease = ledger.lease_of(build_subject(build_id))
        if lease is not None and is_alive(lease, clock):
            raise BuildsRunningError("builds are running", why=f"{lease.holder.name} works on {build_id}", hint=hint)


def _named(store: ArtifactStore, ledger: Ledger, build_ids: Sequence[Digest]) -> Iterator[Digest]:
    """Yield every digest that a record or the ledger names, wherever it stands: rather one too many."""
    for name in store.records(""):
        yield from _digests(name.encode() + b"\n" + (store.record(name) or b""))
    for build_id in build_ids:
        yield from _digests(encode((ledger.results(build_id), ledger.verdict(build_id))))
    yield from _digests(encode(ledger.publications()))


def _digests(data: bytes) -> Iterator[Digest]:
    for match in _DIGEST.finditer(data):
        yield Digest(match.group().decode())


def _used_layers(store: ArtifactStore, ledger: Ledger) -> set[str]:
    """Return the keys of the layers that the nodes of the newest run were, or would be, built in."""
    used: set[str] = set()
    for run in ledger.runs()[:1]:
        for outcome in ledger.outcomes(run.run_id):
            inputs = load_inputs(store, outcome.build_id) if outcome.build_id else None
            if inputs is not None:
                used.update(layer_keys(inputs.lock))
    return used
