"""Publishing: sign what is not signed, put a new tree together, check it, and let clients see it in one step."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from farm.clock import Clock, timestamp
from farm.digest import Digest
from farm.errors import FarmError
from farm.ledger.ledger import Ledger
from farm.paths import StatePaths
from farm.store.artifact_store import ArtifactStore
from repo_publish.assemble import assemble, generations
from repo_publish.authority import Authority, waivers_of
from repo_publish.check import unbacked
from repo_publish.composition import Compose, ComposedRepository
from repo_publish.layout import PUBLIC_KEY
from repo_publish.lock import sole_publisher
from repo_publish.published import current_snapshot, snapshot_directories
from repo_publish.recover import STAGING, publication_of, recover
from repo_publish.repodata import names
from repo_publish.repofile import repo_file
from repo_publish.sign_compose import SignedRepository, sign_compose
from repo_publish.signer.launch import signer
from repo_publish.signer.messages import Described
from repo_publish.snapshot import Snapshot, SnapshotRepository, content_identity, snapshot_name, snapshot_number
from repo_publish.tree_check import check_tree
from repo_publish.write import flip, sync


class NothingToPublishError(FarmError):
    """There is no package to publish, and nothing was published before."""

    code = "PUB004"


class UnsoundTreeError(FarmError):
    """The new tree did not pass its own check; what was published before stays."""

    code = "PUB005"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishReport:
    """What clients see now.

    Attributes:
        changed: False where it was the same before, and nothing was done.
        root: directory of the repositories.
    """

    snapshot: str
    changed: bool
    repositories: int
    packages: int
    fingerprint: str
    root: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """Publishes the composes of one project.

    Attributes:
        project: name of the distribution.
        project_root: where a signer that this command starts reads waivers; None: none hold.
        base_url: where clients reach the repositories; empty for the state directory itself.
    """

    state: StatePaths
    store: ArtifactStore
    ledger: Ledger
    clock: Clock
    project: str
    project_root: Path | None
    base_url: str = ""

    def publish(self, composed: Compose, run_id: str | None = None) -> PublishReport:
        """Let clients see a compose; until the last step they see the state before, whole.

        Raises:
            NothingToPublishError: there is no package, and nothing was published before.
            SigningError: the signer refuses, or cannot work.
            UnsoundTreeError: the new tree is not in order.
            PublishBusyError: another command is publishing.
        """
        with sole_publisher(self.state):
            current = current_snapshot(self.state)
            recover(self.state, self.ledger, current)
            repositories = _with_emptied(composed, current)
            if current is None and not any(repository.packages for repository in repositories):
                raise NothingToPublishError("there is nothing to publish", hint="farm repo compose says why")
            if current is not None and self._is_published(current, repositories):
                return self._report(current, changed=False)
            with signer(self.state, self.project_root, self.clock) as client:
                key = client.describe()
                signed = sign_compose(client, repositories, self.store)
            snapshot = self._snapshot(self._identity(repositories, key.public_key), key, signed, current)
            staging = self._stage(snapshot, key, signed, current)
            self._check(staging, key.fingerprint)
            self._go_live(snapshot, staging, run_id)
            return self._report(snapshot, changed=True)

    def _is_published(self, current: Snapshot, repositories: Sequence[ComposedRepository]) -> bool:
        """Tell whether clients see just this already, whole and backed by builds that may still be published.

        A tree that was damaged is made anew, and so is one that names a build which was withdrawn since, where another
        build has made the same bytes.
        """
        if current.digest != self._identity(repositories, self._known_key()):
            return False
        if self._has_unbacked(current, repositories):
            return False
        return not check_tree(self.state.repositories, self.state.public_key, current.fingerprint).findings

    def _has_unbacked(self, current: Snapshot, repositories: Sequence[ComposedRepository]) -> bool:
        """Look only at packages that another build stands for now: the compose has admitted all others."""
        admitted = {(package.digest, package.build_id) for each in repositories for package in each.packages}
        published = [package for each in current.repositories for package in each.packages]
        others = [package for package in published if (package.unsigned, package.build_id) not in admitted]
        authority = Authority(
            ledger=self.ledger, store=self.store, waivers=lambda: waivers_of(self.project_root), clock=self.clock
        )
        return bool(unbacked(others, authority))

    def _snapshot(
        self, digest: Digest, key: Described, signed: Sequence[SignedRepository], current: Snapshot | None
    ) -> Snapshot:
        before = {each.key: each for each in current.repositories} if current is not None else {}
        return Snapshot(
            name=snapshot_name(self._next_number(), digest),
            digest=digest,
            project=self.project,
            fingerprint=key.fingerprint,
            created=timestamp(self.clock.now()),
            repositories=tuple(
                SnapshotRepository(
                    key=each.key,
                    packages=each.packages,
                    generations=generations(names(each.metadata.repodata), before.get(each.key)),
                )
                for each in signed
            ),
        )

    def _stage(
        self, snapshot: Snapshot, key: Described, signed: Sequence[SignedRepository], current: Snapshot | None
    ) -> Path:
        """Put the tree together beside the published ones, under a name that no reader looks at."""
        staging = self.state.snapshots / f"{STAGING}{snapshot.name}"
        assemble(
            snapshot,
            {each.key: each.metadata for each in signed},
            staging,
            public_key=key.public_key,
            repo_file=self._repo_file(signed),
            store=self.store,
            previous=self.state.repositories.resolve() if current is not None else None,
        )
        return staging

    def _check(self, staging: Path, fingerprint: str) -> None:
        """Look at the new tree as a client will, before any can."""
        report = check_tree(staging, staging / PUBLIC_KEY, fingerprint)
        if report.findings:
            why = "\n".join(f"{each.path}: {each.kind.value}: {each.why}" for each in report.findings[:10])
            raise UnsoundTreeError("the new repositories are not in order; nothing was published", why=why)

    def _go_live(self, snapshot: Snapshot, staging: Path, run_id: str | None) -> None:
        """Publish. A process that is killed between these steps leaves what the next one finishes or removes."""
        final = staging.rename(self.state.snapshots / snapshot.name)
        sync(self.state.snapshots)
        flip(self.state.repositories, final)
        self.ledger.record_publication(publication_of(snapshot), run_id)

    def _identity(self, repositories: Sequence[ComposedRepository], public_key: str) -> Digest:
        text = self._repo_file(repositories)
        return content_identity(repositories, project=self.project, public_key=public_key, repo_file=text)

    def _repo_file(self, repositories: Sequence[ComposedRepository] | Sequence[SignedRepository]) -> str:
        base = self.base_url or self.state.repositories.as_uri()
        return repo_file([each.key for each in repositories], project=self.project, base_url=base)

    def _known_key(self) -> str:
        try:
            return self.state.public_key.read_text("utf-8")
        except FileNotFoundError:
            return ""

    def _next_number(self) -> int:
        """Return a number that no snapshot has or had."""
        named = [*snapshot_directories(self.state), *(each.snapshot for each in self.ledger.publications())]
        return 1 + max((snapshot_number(name) or 0 for name in named), default=0)

    def _report(self, snapshot: Snapshot, *, changed: bool) -> PublishReport:
        return PublishReport(
            snapshot=snapshot.name,
            changed=changed,
            repositories=len(snapshot.repositories),
            packages=sum(len(each.packages) for each in snapshot.repositories),
            fingerprint=snapshot.fingerprint,
            root=str(self.state.repositories),
        )


def _with_emptied(composed: Compose, current: Snapshot | None) -> list[ComposedRepository]:
    """Return the composed repositories, and empty ones for those that clients know and that lost their last package."""
    found = {each.key: each for each in composed.repositories}
    for each in current.repositories if current is not None else ():
        found.setdefault(each.key, ComposedRepository(key=each.key, packages=()))
    return [found[key] for key in sorted(found)]
