"""What becomes of a component's Release tag and changelog (azldev: `release.calculation`, then rpmautospec)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from farm.overlay.model import Overlay, OverlayKind
from farm.overlay.release import bump_static_release, check_release, release_value, uses_autorelease
from farm.overlay.spec_document import SpecDocument
from farm.overlay.tags import update_tag
from farm.project.model import ReleaseCalculation
from farm.release.autorelease import Autorelease, autorelease
from farm.release.errors import SpecVersionError
from farm.release.package_history import PackageCommit, PackageHistory, RunGit, read_contents
from farm.release.processed_spec import process_spec, spec_features
from farm.release.spec_version import ReadVersions, SpecVersion
from farm.release.synthetic_history import RENDERED, FingerprintChange, interleave

_AHEAD = 32
"""Versions of so many commits are read at once: a sandbox costs more than a spec."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRequest:
    """What a release is computed from.

    Attributes:
        files: of the component after overlays.
        upstream: history of its upstream commit; None for a local spec.
        changes: of the project, oldest first; empty where no lock is committed.
        import_commit: of the committed lock.
    """

    component: str
    calculation: ReleaseCalculation
    files: Mapping[str, bytes]
    upstream: PackageHistory | None
    changes: Sequence[FingerprintChange]
    import_commit: str

    @property
    def spec_name(self) -> str:
        """File name of the spec."""
        return f"{self.component}.spec"


def raise_release(request: ReleaseRequest) -> bytes:
    """Return the spec with a static release raised by the number of changes, where the calculation asks for it.

    Raises:
        ReleaseError: the release is none that can be raised.
    """
    spec = request.files[request.spec_name]
    document = SpecDocument.parse(spec)
    check_release(document, request.calculation, request.component)
    is_counted = request.calculation in (ReleaseCalculation.AUTO, ReleaseCalculation.STATIC)
    if not request.changes or not is_counted:
        return spec
    value = release_value(document)
    if uses_autorelease(value):
        return spec
    raised = bump_static_release(value, len(request.changes))
    overlay = Overlay(kind=OverlayKind.SPEC_UPDATE_TAG, description="release", tag="Release", value=raised)
    return update_tag(document, overlay).serialize()


def needs_history(request: ReleaseRequest, *, upstream: bool = False) -> bool:
    """Tell whether the spec takes its release or changelog from history, and there is one.

    Args:
        upstream: there is one upstream, though it has not been read yet.
    """
    has_history = upstream or request.upstream is not None or bool(request.changes)
    return has_history and spec_features(request.files[request.spec_name]).needs_history


def with_release(request: ReleaseRequest, *, git: RunGit | None, versions: Sequence[ReadVersions]) -> bytes:
    """Return the spec as rpmbuild can read it: release raised, `%autorelease` defined, changelog written.

    Args:
        git: runs git on the component's dist-git repository; None for a local spec.
        versions: one is asked where those before it cannot read a spec whose release depends on it.

    Raises:
        ReleaseError: the release is none that can be raised.
        ReleaseHistoryError: the history cannot be put together.
        SpecVersionError: the version of the spec cannot be read.
    """
    spec = raise_release(request)
    if not needs_history(request):
        return spec
    found = _autorelease(request, spec, git, versions)
    if _is_unknown(found, spec):
        raise SpecVersionError(
            f"the release of component {request.component!r} cannot be computed",
            why=f"{request.spec_name} cannot be read, by rpm neither, so that its version is not known",
            hint="set `release.calculation = 'manual'` and the Release tag with a spec-set-tag overlay",
        )
    return process_spec(spec, number=found.number, changelog=found.changelog)


def release_in_history(request: ReleaseRequest, *, git: RunGit | None, versions: Sequence[ReadVersions]) -> str:
    """Return what `%autorelease` stands for in the spec as it is, without `%dist`; empty where it cannot be read.

    Args:
        versions: as for `with_release`.

    Raises:
        ReleaseHistoryError: the history cannot be put together.
    """
    found = _autorelease(request, request.files[request.spec_name], git, versions)
    return found.version.release(found.number) if found.version else ""


def _autorelease(
    request: ReleaseRequest, spec: bytes, git: RunGit | None, versions: Sequence[ReadVersions]
) -> Autorelease:
    """Return what history says by the first reader that can read the newest spec.

    That one reads all of the history: versions that two of them say would not compare.
    """
    history = _history(request)
    first, *others = versions
    reader = _Versions(request, history, git, first, spec)
    found = autorelease(history, reader.of, reader.content)
    return _autorelease(request, spec, git, others) if others and _is_unknown(found, spec) else found


def _is_unknown(found: Autorelease, spec: bytes) -> bool:
    return found.version is None and spec_features(spec).has_autorelease


def _history(request: ReleaseRequest) -> PackageHistory:
    if request.changes or request.upstream is None:
        return interleave(
            request.upstream, request.changes, name=request.component, import_commit=request.import_commit
        )
    return request.upstream


class _Versions:
    """Reads versions of specs by their content, some ahead of those asked for."""

    def __init__(
        self,
        request: ReleaseRequest,
        history: PackageHistory,
        git: RunGit | None,
        versions: ReadVersions,
        spec: bytes,
    ) -> None:
        self._request = request
        self._git = git
        self._versions = versions
        self._rendered = {**request.files, request.spec_name: spec}
        self._upcoming = list(dict.fromkeys(commit.spec for commit in history.commits.values() if commit.spec))
        self._known: dict[str, SpecVersion | None] = {"": None}

    def of(self, commit: PackageCommit) -> SpecVersion | None:
        """Return the version of a commit's spec."""
        if commit.spec not in self._known:
            self._read(commit.spec)
        return self._known[commit.spec]

    def content(self, blob: str) -> bytes:
        """Return the content of a `changelog` file."""
        if blob == RENDERED or self._git is None:
            return self._request.files.get("changelog", b"")
        return read_contents(self._git, [blob])[blob]

    def _read(self, spec: str) -> None:
        at = self._upcoming.index(spec)
        blobs = [blob for blob in self._upcoming[at : at + _AHEAD] if blob not in self._known]
        contents = read_contents(self._git, (blob for blob in blobs if blob != RENDERED)) if self._git else {}
        trees = [
            self._rendered if blob == RENDERED else {self._request.spec_name: contents[blob]}
            for blob in blobs
            if blob == RENDERED or blob in contents
        ]
        read = self._versions.read(self._request.component, trees)
        self._known.update(zip(blobs, read, strict=True))
