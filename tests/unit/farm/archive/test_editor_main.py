import io
import json
import tarfile
from dataclasses import asdict
from pathlib import Path

import pytest
import zstandard
from builders.archives import Member, listing, make_tar, removal, replacement, run_edits, source_tar
from hypothesis import given, settings
from hypothesis import strategies as st

from farm.archive import editor_main
from farm.archive.job import REMOVE, Edit, Job

SOUND = removal("bin/*.exe"), replacement("src/*.c", "main", "other")
AFTER = {
    "p-1": (tarfile.DIRTYPE, 0o775, ""),
    "p-1/bin": (tarfile.DIRTYPE, 0o755, ""),
    "p-1/configure": (tarfile.REGTYPE, 0o755, b"#!/bin/sh\n"),
    "p-1/latest": (tarfile.SYMTYPE, 0o777, "src/main.c"),
    "p-1/p.spec": (tarfile.REGTYPE, 0o644, b"Name: p\n"),
    "p-1/src": (tarfile.DIRTYPE, 0o755, ""),
    "p-1/src/main.c": (tarfile.REGTYPE, 0o644, b"int other;\n"),
}


@pytest.mark.parametrize("compression", ["", "gz", "xz"])
def test_edits_are_below_the_top_directory_and_everything_is_sorted(tmp_path: Path, compression: str) -> None:
    answer, edited = run_edits(tmp_path, source_tar(compression), *SOUND)
    assert answer.fault == ""
    assert list(listing(edited).items()) == list(AFTER.items())


def test_compression_is_kept_whatever_the_name_says(tmp_path: Path) -> None:
    packed = zstandard.compress(source_tar())
    answer, edited = run_edits(tmp_path, packed, *SOUND)
    assert answer.fault == ""
    assert edited.startswith(b"\x28\xb5\x2f\xfd")
    assert listing(zstandard.ZstdDecompressor().decompressobj().decompress(edited)) == AFTER


def test_gzip_names_neither_time_nor_system(tmp_path: Path) -> None:
    _, edited = run_edits(tmp_path, source_tar("gz"), *SOUND)
    assert edited[:10] == bytes.fromhex("1f8b08000000000002ff")


def test_uncompressed_bytes_are_those_of_gos_tar_writer(tmp_path: Path) -> None:
    """Written down field by field from `archive/tar`: devices are numbers, times and owners 0, no record padding."""
    long = "n" * 99 + "/" + "m" * 30
    members = (
        Member(name=f"{long}/f", content=b"x" * 513, mode=0o4755),
        Member(name="a", content=b"yy"),
        Member(name="gone", content=b""),
    )
    _, edited = run_edits(tmp_path, make_tar(*members), removal("gone"))
    number = b"0000000\0"
    plain = b"".join(
        (
            b"a".ljust(100, b"\0") + b"0000644\0" + number + number + b"00000000002\0" + b"00000000000\0",
            b"        " + b"0" + bytes(100) + b"ustar  \0" + bytes(64) + number + number + bytes(167),
        )
    )
    checksum = b"%06o\0 " % sum(plain)
    assert edited[:512] == plain[:148] + checksum + plain[156:]
    assert edited[512:1024] == b"yy".ljust(512, b"\0")
    assert edited[1024:1124] == b"n" * 99 + b"/"
    assert edited[1536:1549] == b"././@LongLink"
    assert edited[2560:2660] == b"n" * 99 + b"\0", "a name cut at a slash loses it"
    with tarfile.open(fileobj=io.BytesIO(edited)) as archive:
        assert archive.getnames() == ["a", "n" * 99, long, f"{long}/f"]
        assert archive.getmember(f"{long}/f").mode == 0o755
    assert edited.endswith(bytes(1024))
    assert len(edited) == 512 * (2 + 1 + 3 + (3 + 2) + 2)


@pytest.mark.parametrize(
    ("overlay", "reason"),
    [
        (removal("*.exe"), "no file matches"),
        (removal("**/*.spec"), "a spec is edited by spec overlays alone"),
        (removal("p-1/configure"), "no file matches"),
        (replacement("configure", "bash", "sh"), "nothing changed"),
        (replacement("configure", "sh", "sh"), "nothing changed"),
        (replacement("configure", "(", "sh"), "no regular expression"),
        (removal("[a"), "no valid glob"),
    ],
)
def test_what_does_not_apply_is_said_and_nothing_written(tmp_path: Path, overlay: object, reason: str) -> None:
    answer, edited = run_edits(tmp_path, source_tar(), removal("configure"), overlay)  # type: ignore[arg-type]
    answer_alone, _ = run_edits(tmp_path / "alone", source_tar(), overlay)  # type: ignore[arg-type]
    assert (answer.failed_edit, edited) == (1, b"")
    assert answer_alone.failed_edit == 0
    assert reason in answer_alone.reason


def test_links_are_followed_inside_and_removed_as_links(tmp_path: Path) -> None:
    _, edited = run_edits(tmp_path, source_tar(), replacement("latest", "main", "by_link"), removal("latest"))
    found = listing(edited)
    assert found["p-1/src/main.c"][2] == b"int by_link;\n"
    assert "p-1/latest" not in found


def test_without_a_single_top_directory_globs_begin_at_the_archive(tmp_path: Path) -> None:
    data = make_tar(Member(name="a/x", content=b"1"), Member(name="b", content=b"2"))
    _, edited = run_edits(tmp_path, data, removal("a/x"))
    assert list(listing(edited)) == ["a", "b"]


def test_a_git_archive_has_a_global_header(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", pax_headers={"comment": "0" * 40}) as archive:
        info = tarfile.TarInfo("p/x")
        archive.addfile(info)
        archive.addfile(tarfile.TarInfo("p/y"))
    answer, edited = run_edits(tmp_path, stream.getvalue(), removal("x"))
    assert answer.fault == ""
    assert list(listing(edited)) == ["p", "p/y"]


def test_a_full_disk_is_no_fault_of_the_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(editor_main, "write_tar", full)
    answer, _ = run_edits(tmp_path, source_tar(), *SOUND)
    assert (answer.fault, answer.trouble) == ("", "No space left on device")


def test_the_process_reads_a_job_and_writes_an_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "s").write_bytes(source_tar())
    (tmp_path / "w").mkdir()
    job = Job(
        source=str(tmp_path / "s"),
        work=str(tmp_path / "w"),
        target=str(tmp_path / "t"),
        edits=(Edit(kind=REMOVE, glob="configure"),),
        max_members=10,
        max_bytes=10**6,
    )
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(asdict(job))))
    editor_main.main()
    assert json.loads(capsys.readouterr().out)["fault"] == ""
    assert "p-1/configure" not in listing((tmp_path / "t").read_bytes())


NAMES = st.lists(st.text("ab.é\udcff", min_size=1, max_size=4), min_size=1, max_size=3).map("/".join)


@settings(max_examples=60)
@given(st.lists(st.tuples(NAMES, st.binary(max_size=600)), min_size=1, max_size=6), st.sampled_from(["", "gz"]))
def test_any_archive_gives_the_same_bytes_twice_or_none(
    tmp_path_factory: pytest.TempPathFactory, files: list[tuple[str, bytes]], compression: str
) -> None:
    data = make_tar(
        Member(name="to-go", content=b"x"),
        *(Member(name=name, content=content) for name, content in files),
        compression=compression,
        tar_format=tarfile.GNU_FORMAT,
    )
    first, edited = run_edits(tmp_path_factory.mktemp("first"), data, removal("to-go"))
    second, again = run_edits(tmp_path_factory.mktemp("second"), data, removal("to-go"))
    assert (first, edited) == (second, again)
    if not first.fault and first.failed_edit < 0:
        _, unchanged = run_edits(tmp_path_factory.mktemp("third"), edited, replacement("**", "never here", ""))
        assert unchanged == b""
        assert {name for name, (kind, _, _) in listing(edited).items() if kind == tarfile.REGTYPE} <= {
            "/".join(part for part in name.split("/") if part != ".") for name, _ in files
        }
