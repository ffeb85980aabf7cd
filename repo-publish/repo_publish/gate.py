"""The gate (design decision 11): what a verdict, or a waiver, lets through. Compose and the signer both stand on it.

It is closed unless opened: every way that does not end in a passing verdict for that very build, or in a waiver that
holds today, is a refusal with a reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from farm.counted import counted
from farm.digest import Digest
from farm.project.farm_settings import Waiver
from farm.verdict import Verdict, VerdictStatus


class RefusalReason(StrEnum):
    """Why something is kept out of the repositories; stable words."""

    NOT_BUILT = "not-built"
    FAILED = "failed"
    NO_VERDICT = "no-verdict"
    UNREPRODUCIBLE = "unreproducible"
    WAIVER_EXPIRED = "waiver-expired"
    NOARCH_DIFFERS = "noarch-differs"
    BAD_NAME = "bad-name"
    NO_SOURCE = "no-source"
    SOURCE_DIFFERS = "source-differs"
    NO_CHANNEL = "no-channel"
    UNSETTLED = "unsettled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """The gate stays closed."""

    reason: RefusalReason
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """The gate is open for exactly the RPMs of this verdict.

    Attributes:
        waiver: the waiver that opened it; None where the verdict itself passes.
    """

    verdict: Verdict
    waiver: Waiver | None

    @property
    def digests(self) -> frozenset[Digest]:
        """Digests of the RPMs that may pass."""
        return frozenset(rpm.digest for rpm in self.verdict.rpms)


def admit(build_id: Digest, verdict: Verdict | None, waivers: Sequence[Waiver], today: date) -> Admission | Denial:
    """Decide whether the RPMs of a build may be published today."""
    if verdict is None or verdict.build_id != build_id:
        return Denial(reason=RefusalReason.NO_VERDICT, why=f"build {build_id[:12]} has no verdict")
    if verdict.status is VerdictStatus.REPRODUCIBLE:
        return _admit_reproducible(verdict)
    if verdict.status is VerdictStatus.UNREPRODUCIBLE:
        return _admit_waived(verdict, waivers, today)
    return Denial(reason=RefusalReason.FAILED, why=f"build {build_id[:12]} failed")


def _admit_reproducible(verdict: Verdict) -> Admission | Denial:
    if verdict.differences or len(set(verdict.builds)) < 2:  # noqa: PLR2004 - "at least twice" is what the farm promises
        why = f"the verdict of build {verdict.build_id[:12]} contradicts itself: {len(set(verdict.builds))} builds, "
        return Denial(reason=RefusalReason.NO_VERDICT, why=f"{why}{counted(len(verdict.differences), 'difference')}")
    return Admission(verdict=verdict, waiver=None)


def _admit_waived(verdict: Verdict, waivers: Sequence[Waiver], today: date) -> Admission | Denial:
    written = [waiver for waiver in waivers if waiver.component == verdict.component]
    written = [waiver for waiver in written if waiver.arch in ("", verdict.arch)]
    for waiver in written:
        if waiver.covers(verdict.component, verdict.arch, today):
            return Admission(verdict=verdict, waiver=waiver)
    differing = ", ".join(difference.filename for difference in verdict.differences[:3]) or "no file in common"
    if written:
        last = max(waiver.until for waiver in written)
        return Denial(
            reason=RefusalReason.WAIVER_EXPIRED,
            why=f"its builds differ ({differing}) and its waiver ended on {last.isoformat()}",
        )
    return Denial(reason=RefusalReason.UNREPRODUCIBLE, why=f"its builds differ: {differing}")
