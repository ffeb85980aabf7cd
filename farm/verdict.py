"""The verdict on a build id: were its builds bit-for-bit the same?"""

from dataclasses import dataclass
from enum import StrEnum

from farm.build import BuiltRpm
from farm.digest import Digest


class VerdictStatus(StrEnum):
    """Three different things (design decision 10)."""

    REPRODUCIBLE = "reproducible"
    UNREPRODUCIBLE = "unreproducible"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceCause:
    """A named cause of a difference, with the finding it was read from.

    Attributes:
        name: stable word: `build-time`, `hostname`, `build-path`, `locale`, `timezone`, `umask`, `cpu-count`,
            `user`, `file-order`, `unknown`.
        evidence: the differing text.
        advice: what usually mends it.
    """

    name: str
    evidence: str
    advice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RpmDifference:
    """One RPM that the builds disagree on. A digest is empty where that build did not make the file."""

    filename: str
    first: str
    second: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Verdict on a build id.

    Attributes:
        rpms: what both builds made, where it is reproducible; what the first made, else.
        builds: names of the variations that were compared.
        differences: empty exactly where it is reproducible.
        report: blob with diffoscope's text report; None where there was no difference, or no report could be made.
        html_report: the same as HTML.
    """

    build_id: Digest
    component: str
    arch: str
    status: VerdictStatus
    rpms: tuple[BuiltRpm, ...]
    builds: tuple[str, ...]
    differences: tuple[RpmDifference, ...]
    causes: tuple[DifferenceCause, ...]
    report: Digest | None
    html_report: Digest | None
