"""A state directory in which builds were judged: a real ledger and a real store, without the builds themselves."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from builders.builds import digest

from farm.build import BuildInputs, BuiltRpm
from farm.buildroot_lock import BuildrootLock, LockedPackage
from farm.clock import SystemClock
from farm.ledger.holder import this_process
from farm.ledger.ledger import Ledger
from farm.node_inputs import NodeInputs, save_inputs
from farm.paths import StatePaths
from farm.project.channels import PackageKind
from farm.project.farm_settings import Waiver
from farm.rpm.reader import read_rpms
from farm.source_package import RenderedSource, SourceRpm
from farm.states import NodeState
from farm.store.directory_store import DirectoryStore
from farm.verdict import RpmDifference, Verdict, VerdictStatus
from repo_publish.authority import Authority
from repo_publish.choice import Built, Candidate
from repo_publish.compose import compose
from repo_publish.composition import Compose
from repo_publish.publish import Publisher


@dataclass(kw_only=True)
class FarmState:
    """What a farm knows after its builds.

    Attributes:
        ledger_url: of a ledger on a server; empty where it is a file of the state directory.
    """

    root: Path
    ledger_url: str = ""
    waivers: list[Waiver] = field(default_factory=list)
    candidates: dict[tuple[str, str], Candidate] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.state = StatePaths(root=self.root, ledger_url=self.ledger_url)
        self.root.mkdir(parents=True, exist_ok=True)
        self.store = DirectoryStore(self.state.store)
        self.ledger = Ledger.open(self.state.ledger_address)

    def judge(
        self,
        component: str,
        rpms: Sequence[Path],
        source: Path,
        *,
        arch: str = "x86_64",
        status: VerdictStatus = VerdictStatus.REPRODUCIBLE,
        buildroot: Sequence[LockedPackage] = (),
    ) -> Verdict:
        """Record a build of these RPMs with a verdict; it becomes the component's newest build."""
        facts = read_rpms([*rpms, source])
        built = [
            BuiltRpm(
                nevra=each.nevra,
                digest=self.store.put_file(path),
                size=each.size,
                header=each.header,
                payload=each.payload,
            )
            for path, each in zip(rpms, facts[:-1], strict=True)
        ]
        made_from = SourceRpm(
            component=component, nevra=facts[-1].nevra, digest=self.store.put_file(source), size=facts[-1].size
        )
        inputs = self._inputs(component, arch, made_from, buildroot)
        verdict = _verdict(inputs, built, status)
        save_inputs(self.store, inputs)
        self.record(verdict)
        newest = Built(verdict=verdict, source=made_from)
        before = self.candidates.get((component, arch))
        self.candidates[component, arch] = Candidate(
            component=component,
            arch=arch,
            state=NodeState(status.value),
            why="",
            newest=newest,
            earlier=tuple(filter(None, (before.newest if before else None,))),
        )
        return verdict

    def record(self, verdict: Verdict) -> None:
        """Record a verdict; it replaces the one before."""
        subject = f"build:{verdict.build_id}"
        lease = self.ledger.acquire(subject, this_process("test"), 60.0)
        assert lease is not None
        self.ledger.record_verdict(lease, verdict)
        self.ledger.release(lease)

    def compose(self, today: date = date(2026, 6, 1)) -> Compose:
        """Compose everything into channel `base`."""
        return compose(list(self.candidates.values()), channel_of=base_channel, waivers=self.waivers, today=today)

    def authority(self) -> Authority:
        return Authority(ledger=self.ledger, store=self.store, waivers=lambda: self.waivers, clock=SystemClock())

    def publisher(self, project_root: Path | None = None) -> Publisher:
        return Publisher(
            state=self.state,
            store=self.store,
            ledger=self.ledger,
            clock=SystemClock(),
            project="demo",
            project_root=project_root,
        )

    def _inputs(self, component: str, arch: str, source: SourceRpm, buildroot: Sequence[LockedPackage]) -> NodeInputs:
        return NodeInputs(
            build=BuildInputs(
                component=component,
                arch=arch,
                source_rpm=source.digest,
                buildroot=digest(f"buildroot of {arch}"),
                macros=digest("macros"),
                sandbox="1",
                epoch=1_700_000_000,
            ),
            source=RenderedSource(component=component, files=(), epoch=1_700_000_000),
            source_rpm=source,
            lock=BuildrootLock(arch=arch, layers=(tuple(buildroot),)),
        )


def base_channel(component: str, package: str, kind: PackageKind) -> str | None:
    """Publish everything to one channel."""
    del component, package, kind
    return "base"


def _verdict(inputs: NodeInputs, built: Sequence[BuiltRpm], status: VerdictStatus) -> Verdict:
    differs = RpmDifference(filename="content", first=digest("one"), second=digest("other"))
    return Verdict(
        build_id=inputs.build.build_id,
        component=inputs.build.component,
        arch=inputs.build.arch,
        status=status,
        rpms=tuple(sorted(built)),
        builds=("first", "second"),
        differences=() if status is VerdictStatus.REPRODUCIBLE else (differs,),
        causes=(),
        report=None,
        html_report=None,
    )
