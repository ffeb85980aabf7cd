"""A store, a buildroot and a scratch directory: everything that one build needs, for tests that run rpm for real."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from builders.specs import make_rendered

from farm.build import BuildInputs, BuildLimits, BuildResult, Variation
from farm.clock import SystemClock
from farm.digest import digest_bytes
from farm.sandbox.sandbox import VERSION, Sink
from farm.source_package import SourceRpm
from farm.store.artifact_store import ArtifactStore
from workers.build import BuildRequest, build_rpm
from workers.policy_macros import policy_digest
from workers.source_rpm import build_source_rpm
from workers.variation import further_variation

SMALL = BuildLimits(seconds=60, memory_bytes=512 * 2**20, disk_bytes=128 * 2**20, processes=128, log_bytes=2**20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbench:
    """Where tests build.

    Attributes:
        root: an opened buildroot with rpmbuild, gcc and libfaketime.
    """

    root: Path
    store: ArtifactStore
    scratch: Path
    arch: str

    def source_rpm(self, spec: str, *, component: str = "tiny", files: dict[str, bytes] | None = None) -> SourceRpm:
        source = make_rendered(self.store, spec, component=component, files=files)
        return build_source_rpm(source, root=self.root, store=self.store, scratch=self.scratch)

    def inputs(self, source_rpm: SourceRpm) -> BuildInputs:
        return BuildInputs(
            component=source_rpm.component,
            arch=self.arch,
            source_rpm=source_rpm.digest,
            buildroot=digest_bytes(str(self.root).encode()),
            macros=policy_digest(),
            sandbox=VERSION,
            epoch=1_700_000_000,
        )

    def build(
        self,
        spec: str,
        *,
        component: str = "tiny",
        limits: BuildLimits = SMALL,
        vary: Callable[[BuildInputs], Variation] | None = None,
        sink: Sink | None = None,
    ) -> BuildResult:
        """Build a spec once; plainly, unless told how to vary."""
        source_rpm = self.source_rpm(spec, component=component)
        inputs = self.inputs(source_rpm)
        variation = vary(inputs) if vary else further_variation(inputs.build_id, 0)
        request = BuildRequest(inputs=inputs, source_rpm=source_rpm, variation=variation, limits=limits)
        return build_rpm(
            request,
            root=self.root,
            store=self.store,
            scratch=self.scratch,
            worker="test",
            sink=sink,
            clock=SystemClock(),
        )

    def log(self, result: BuildResult) -> str:
        return self.store.read(result.log).decode(errors="replace")
