import tarfile
from dataclasses import replace
from pathlib import Path

import pytest
from builders.archives import Member, listing, make_tar, removal, replacement, source_tar
from builders.sandbox_results import failed

from farm.archive import editor
from farm.archive.editor import ArchiveLimits, edit_archive
from farm.archive.errors import ArchiveWorkError, BadArchiveError
from farm.overlay.errors import OverlayError
from farm.project.origin import Origin
from farm.sandbox.run import SandboxResult

pytestmark = pytest.mark.integration


def edited(directory: Path, data: bytes, *overlays: object, limits: ArchiveLimits | None = None) -> bytes:
    source, target = directory / "p.tar.gz", directory / "edited"
    source.write_bytes(data)
    edit_archive(
        source,
        overlays,  # type: ignore[arg-type]
        component="demo",
        scratch=directory / "scratch",
        target=target,
        limits=limits or ArchiveLimits(),
    )
    return target.read_bytes()


def test_an_archive_is_edited_in_a_sandbox_and_left_as_it_was(tmp_path: Path) -> None:
    data = source_tar("gz")
    after = edited(tmp_path, data, removal("bin/*"), replacement("src/main.c", "main", "other"))
    assert listing(after)["p-1/src/main.c"] == (tarfile.REGTYPE, 0o644, b"int other;\n")
    assert (tmp_path / "p.tar.gz").read_bytes() == data
    assert [path.name for path in (tmp_path / "scratch").iterdir() if path.is_dir()] == []


def test_an_edit_that_does_not_apply_names_its_place(tmp_path: Path) -> None:
    path = tmp_path / "demo.comp.toml"
    path.write_text("\n\n[[overlays]]\n")
    overlay = replace(removal("nowhere"), origin=Origin(file=path, keys=("overlays", 0)))
    with pytest.raises(OverlayError, match="'demo'") as caught:
        edited(tmp_path, source_tar(), removal("configure"), overlay)
    assert f"{path}:3" in caught.value.why
    assert not (tmp_path / "edited").exists()


@pytest.mark.parametrize(
    ("data", "limits", "reason"),
    [
        (make_tar(Member(name="../x")), ArchiveLimits(), "leads out"),
        (source_tar("gz"), ArchiveLimits(unpacked_bytes=1000), "unpacks to more than 1000 bytes"),
        (source_tar("gz"), ArchiveLimits(members=2), "more than 2 members"),
        (source_tar("gz"), ArchiveLimits(seconds=0.001), "too long"),
    ],
    ids=["hostile", "bytes", "members", "time"],
)
def test_hostile_archives_and_limits_are_said_so(
    tmp_path: Path, data: bytes, limits: ArchiveLimits, reason: str
) -> None:
    with pytest.raises(BadArchiveError, match=r"'demo' edits inside p\.tar\.gz") as caught:
        edited(tmp_path, data, removal("configure"), limits=limits)
    assert reason in caught.value.why
    assert not (tmp_path / "edited").exists()


ENDED = failed(status=0, stdout=b"{}")


@pytest.mark.parametrize(
    ("result", "kind", "reason"),
    [
        (ENDED, BadArchiveError, "left nothing"),
        (replace(ENDED, stdout=b"garbage"), BadArchiveError, "gave no answer"),
        (replace(ENDED, status=139, stderr="boom"), BadArchiveError, "status 139\nboom"),
        (replace(ENDED, out_of_memory=True), BadArchiveError, "too much memory"),
        (replace(ENDED, stdout=b'{"trouble":"No space left on device"}'), ArchiveWorkError, "No space left"),
    ],
)
def test_what_the_sandbox_says_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, result: SandboxResult, kind: type[Exception], reason: str
) -> None:
    monkeypatch.setattr(editor, "run_in_sandbox", lambda *_, **__: result)
    with pytest.raises(kind) as caught:
        edited(tmp_path, source_tar(), removal("configure"))
    assert reason in caught.value.why  # type: ignore[attr-defined]


def test_a_link_that_the_sandbox_leaves_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def leave_a_link(sandbox: object, *_: object, **__: object) -> SandboxResult:
        work = sandbox.binds[1].source  # type: ignore[attr-defined]
        (work / "edited").symlink_to("/etc/passwd")
        return ENDED

    monkeypatch.setattr(editor, "run_in_sandbox", leave_a_link)
    with pytest.raises(BadArchiveError, match="cannot be edited"):
        edited(tmp_path, source_tar(), removal("configure"))
