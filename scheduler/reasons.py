"""Why a build is (or is not) done: values that a plan carries, a ledger keeps and a person reads."""

import msgspec

from scheduler.shortened import some

_LONGEST = 100


class NeverBuilt(msgspec.Struct, frozen=True, kw_only=True, tag="never-built"):
    """No build of this component for this architecture is recorded."""

    def __str__(self) -> str:
        return "never built"


class SpecChanged(msgspec.Struct, frozen=True, kw_only=True, tag="spec-changed"):
    """The rendered spec has other bytes than last time."""

    def __str__(self) -> str:
        return "the spec changed"


class SourcesChanged(msgspec.Struct, frozen=True, kw_only=True, tag="sources-changed"):
    """Source files beside the spec were added, removed or changed; names are sorted."""

    files: tuple[str, ...]

    def __str__(self) -> str:
        return f"sources changed: {some(self.files)}"


class InputChanged(msgspec.Struct, frozen=True, kw_only=True, tag="input-changed"):
    """What a maintainer says of the component changed: the cause of a changed spec or changed sources.

    Attributes:
        input: the key, such as `build.defines.vendor` or `overlays[2].replacement`, counted from 1.
        before: the value, empty where it is new; `after` is empty where it is gone.
        file: the file that says it, or said it.
    """

    input: str
    before: str
    after: str
    file: str

    def __str__(self) -> str:
        if not self.before:
            change = f"is new: {_short(self.after)}"
        elif not self.after:
            change = f"is gone: {_short(self.before)}"
        else:
            change = f"{_short(self.before)} -> {_short(self.after)}"
        return f"{self.file}: {self.input} {change}"


class BuildrootChanged(msgspec.Struct, frozen=True, kw_only=True, tag="buildroot-changed"):
    """One package of the buildroot is another one now.

    Attributes:
        before: NEVRA, empty where the package is new; `after` is empty where it is gone. Both are equal where only
            the bytes of the RPM changed.
    """

    package: str
    before: str
    after: str

    def __str__(self) -> str:
        if not self.before:
            return f"buildroot: {self.after} is new"
        if not self.after:
            return f"buildroot: {self.before} is gone"
        if self.before == self.after:
            return f"buildroot: {self.after} has other bytes"
        return f"buildroot: {self.before} -> {self.after}"


class PolicyChanged(msgspec.Struct, frozen=True, kw_only=True, tag="policy-changed"):
    """The farm's own part of the inputs changed: `macros` (a digest) or `sandbox` (a version)."""

    what: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"policy: {self.what} {self.before[:12]} -> {self.after[:12]}"


class InputsChanged(msgspec.Struct, frozen=True, kw_only=True, tag="inputs-changed"):
    """Fields of the build inputs differ, and no finer reason explains them; names are sorted."""

    fields: tuple[str, ...]

    def __str__(self) -> str:
        return f"build inputs changed: {some(self.fields)}"


class ParentRebuilt(msgspec.Struct, frozen=True, kw_only=True, tag="parent-rebuilt"):
    """A component whose packages are in the buildroot is built again; early cutoff may save this build."""

    component: str

    def __str__(self) -> str:
        return f"{self.component} is rebuilt (this build is saved if its bytes stay the same)"


class ParentUnusable(msgspec.Struct, frozen=True, kw_only=True, tag="parent-unusable"):
    """A component that is needed is not going to give usable packages; `why` is its state or `blocked`."""

    component: str
    why: str

    def __str__(self) -> str:
        return f"needs {self.component}, which is {self.why}"


class MissingProvider(msgspec.Struct, frozen=True, kw_only=True, tag="missing-provider"):
    """Nothing in the project or the seed provides a requirement."""

    requirement: str

    def __str__(self) -> str:
        return f"nothing provides {self.requirement}"


class Unresolvable(msgspec.Struct, frozen=True, kw_only=True, tag="unresolvable"):
    """The inputs cannot be known; `why` may have several lines, of which the first says most."""

    why: str

    def __str__(self) -> str:
        return self.why.partition("\n")[0]


class Quarantined(msgspec.Struct, frozen=True, kw_only=True, tag="quarantined"):
    """Builds from the same inputs killed what ran them; `why` also says who lets it be tried again."""

    why: str

    def __str__(self) -> str:
        return self.why


class LastFailed(msgspec.Struct, frozen=True, kw_only=True, tag="last-failed"):
    """The same inputs were tried and gave no verdict of use; `state` says how that ended."""

    state: str

    def __str__(self) -> str:
        return f"the last build ended {self.state}"


class Unreproducible(msgspec.Struct, frozen=True, kw_only=True, tag="unreproducible"):
    """The same inputs were found unreproducible: building them again would not change that."""

    def __str__(self) -> str:
        return "the same inputs were found unreproducible"


class BootstrapFirst(msgspec.Struct, frozen=True, kw_only=True, tag="bootstrap"):
    """It is in a cycle, and its first round is a bootstrap build; a later round builds it in full.

    Attributes:
        bcond: what that build switches on.
        without: components that it does without; sorted.
    """

    bcond: str
    without: tuple[str, ...]

    def __str__(self) -> str:
        return f"bootstrap: first --with {self.bcond}, without {some(self.without)}; then in full"


class UpToDate(msgspec.Struct, frozen=True, kw_only=True, tag="up-to-date"):
    """The same inputs have a reproducible verdict."""

    def __str__(self) -> str:
        return "up to date"


Reason = (
    NeverBuilt
    | SpecChanged
    | SourcesChanged
    | InputChanged
    | BuildrootChanged
    | PolicyChanged
    | InputsChanged
    | ParentRebuilt
    | ParentUnusable
    | MissingProvider
    | Unresolvable
    | Quarantined
    | LastFailed
    | Unreproducible
    | BootstrapFirst
    | UpToDate
)


def describe(reason: Reason) -> str:
    """Return one line for a person."""
    return str(reason)


def _short(value: str) -> str:
    """Return the beginning of a value, in one line."""
    line = " ".join(value.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
