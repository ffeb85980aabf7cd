"""Builds as values: inputs and their identity, surroundings, results."""

from dataclasses import dataclass
from enum import StrEnum

from farm.canonical import identity
from farm.digest import Digest
from farm.nevra import Nevra


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildInputs:
    """Everything that can reach the output of a build (design decision 1).

    A new field changes every identity: a test asks for the decision.

    Attributes:
        component: name of the component.
        arch: architecture built for.
        source_rpm: digest of the source RPM (rendered spec and sources are inside it).
        buildroot: identity of the buildroot lock.
        macros: digest of the farm's policy macros.
        sandbox: version of the sandbox's promises to the build (paths, users, devices).
        epoch: SOURCE_DATE_EPOCH for a spec without a dated changelog.
    """

    component: str
    arch: str
    source_rpm: Digest
    buildroot: Digest
    macros: Digest
    sandbox: str
    epoch: int

    @property
    def build_id(self) -> Digest:
        """Identity: same id, same result."""
        return identity("build", self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variation:
    """Surroundings of a build that must not reach its output.

    Attributes:
        name: `first`, `second`, ...; unique among the builds of one build id.
        time_offset: seconds added to the clock that the build sees.
        environment: extra variables of the build user's environment, sorted pairs.
    """

    name: str
    hostname: str
    time_offset: int
    umask: int
    locale: str
    timezone: str
    cpus: int
    user: str
    home: str
    environment: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildLimits:
    """What one build may use. Not part of the build id: a limit that is hit fails the build."""

    seconds: int = 3600
    memory_bytes: int = 6 * 2**30
    disk_bytes: int = 8 * 2**30
    processes: int = 1024
    log_bytes: int = 64 * 2**20


class BuildOutcome(StrEnum):
    """How one build attempt ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    TIMED_OUT = "timed-out"
    INFRA_ERROR = "infra-error"
    CANCELLED = "cancelled"
    """Nobody needs its result any more; such an attempt has an event, but no result."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class BuiltRpm:
    """One unsigned RPM that a build made; a blob of the artifact store.

    Attributes:
        header: sha256 of the main header (RPMTAG_SHA256HEADER): signing leaves it unchanged.
        payload: digest of the compressed payload (RPMTAG_PAYLOADDIGEST).
    """

    nevra: Nevra
    digest: Digest
    size: int
    header: str
    payload: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureCause:
    """Why a build failed, in its own words.

    Attributes:
        category: `compiler`, `test`, `missing-file`, `timeout`, `network`, `disk-full`, `read-only`, ...: data for
            people and policies, never parsed from text again.
        lines: the few log lines that say it.
        first_line: 1-based number of the first of them in the log; 0 where the log does not say it.
    """

    category: str
    summary: str
    lines: tuple[str, ...]
    first_line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildResult:
    """What one build attempt gave.

    Attributes:
        rpms: sorted; empty unless it succeeded.
        log: blob with the build log.
        started: RFC 3339.
        seconds: wall time of the whole attempt; `rpmbuild_seconds` of rpmbuild alone, so the difference is the
            farm's own cost.
        cause: set unless it succeeded.
        memory_bytes: the most that the build held at once, cached files aside; `disk_bytes` that it had on its disk.
            0 where nobody measured, as in results of old ledgers.
        cpus: cores that were set aside for it; 0 in results of old ledgers. How many it saw, the variation says.
    """

    build_id: Digest
    component: str
    arch: str
    variation: Variation
    outcome: BuildOutcome
    rpms: tuple[BuiltRpm, ...]
    log: Digest
    worker: str
    started: str
    seconds: float
    rpmbuild_seconds: float
    cause: FailureCause | None
    memory_bytes: int = 0
    disk_bytes: int = 0
    cpus: int = 0
