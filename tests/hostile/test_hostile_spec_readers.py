"""Specs built to harm whoever reads them: each ends in a reading, in time, and costs its neighbours nothing."""

import os
import shutil
import time
from pathlib import Path

import pytest
from builders.spec_readers import NO_MACROS, read_fast, spec_file, spec_text

from farm.requires import rpm_reader
from farm.requires.macro_set import MacroSet
from farm.requires.reading import SpecReading
from farm.requires.rpm_reader import RpmReader
from farm.sandbox.mount_namespace import isolate_mounts

pytestmark = pytest.mark.hostile

FAST_SECONDS = 100.0


def timed(directory: Path, text: str | bytes, own_inc: bytes = b"") -> SpecReading:
    """Read a spec with the reader that executes nothing, which must be done soon."""
    started = time.monotonic()
    reading = read_fast(directory, text, own_inc=own_inc)
    assert time.monotonic() - started < FAST_SECONDS
    return reading


@pytest.mark.parametrize(
    ("tags", "words"),
    [
        ("%if 1", "unclosed %if"),
        ("%endif", "%endif with no %if"),
        ("%else", "%else with no %if"),
        ("%if 1\n%else\n%else\n%endif", "%else after %else"),
        ("%if 1\n" * 500, "nested too deeply"),
        ("%if (((((", "unexpected"),
        ("%define a %a\n%a", "calls itself"),
        ("%global a %{expand:%%a}\n%define a %{expand:%%a}\n%a", "calls itself"),
        pytest.param(
            "%define m0 xxxxxxxxxx\n" + "".join(f"%define m{n} %m{n - 1}%m{n - 1}\n" for n in range(1, 60)) + "%m59",
            "end",
            marks=pytest.mark.no_cover,  # counting lines would take most of the time
        ),
        ("%{open", "unterminated"),
        ("%include own.inc", "too deep"),
    ],
)
def test_specs_that_rpm_would_refuse(tmp_path: Path, tags: str, words: str) -> None:
    reading = timed(tmp_path, spec_text(tags + "\n"), own_inc=b"%include own.inc\n")
    assert words in reading.error
    assert reading.source is None


@pytest.mark.parametrize(
    "tags",
    [
        "%(sleep 1000)",
        "%(:(){ :|:& };:)",
        "%(touch /tmp/farm-was-here)",
        "%{lua: while true do end}",
        '%{lua: os.execute("touch /tmp/farm-was-here")}',
        "%include /etc/passwd",
        "%{load:/etc/passwd}",
        "%include ../x/x.spec",
        "%{load:%{_sourcedir}/../../../etc/passwd}",
        "%{getenv:HOME}%{exists:/etc/passwd}",
        "%{uncompress:/etc/passwd}",
    ],
)
def test_nothing_runs_and_nothing_else_is_read(tmp_path: Path, tags: str) -> None:
    reading = timed(tmp_path, spec_text(f"BuildRequires: a\n{tags}\nBuildRequires: b\n"))
    assert {"a", "b"} <= set(reading.build_requires)
    assert "root" not in str(reading)
    assert not Path("/tmp/farm-was-here").exists()


def test_links_beside_the_spec_lead_nowhere(tmp_path: Path) -> None:
    spec = spec_file(tmp_path, spec_text("%include out\nBuildRequires: a\n"))
    (spec.path.parent / "out").symlink_to("/etc/passwd")
    from farm.requires.fast_reader import FastReader  # noqa: PLC0415 - beside its one use

    (reading,) = FastReader().read([spec], macros=NO_MACROS, arch="x86_64")
    assert reading.build_requires == ("a",)
    assert reading.guesses == ("include",)


@pytest.mark.no_cover  # counting lines would take most of the time
def test_ten_megabytes(tmp_path: Path) -> None:
    reading = timed(tmp_path, spec_text("BuildRequires: a\n", "%build\n" + "echo %{_bindir}/x \\\n" * 500_000 + "\n"))
    assert "too many lines" in reading.error
    reading = timed(tmp_path / "lines", spec_text("BuildRequires: a\n", "%build\n" + "echo %{_bindir}/x\n" * 500_000))
    assert reading.build_requires == ("a",)


def test_more_than_a_spec_can_have(tmp_path: Path) -> None:
    assert "MiB" in timed(tmp_path, "#" * (13 * 2**20)).error


@pytest.mark.parametrize(
    "line",
    [
        "%" * 65_536,
        "%{?a:" * 20_000,
        pytest.param("%{a}" * 20_000, marks=pytest.mark.no_cover),  # counting lines would take most of the time
        "a " * 40_000,
        "(" * 65_536,
    ],
)
def test_lines_of_64_kib(tmp_path: Path, line: str) -> None:
    for number, place in enumerate(("BuildRequires: {}", "%if {}", "%global x {}", "%define x() {}", "# {}", "{}")):
        timed(tmp_path / str(number), spec_text(place.format(line) + "\n"))


def test_nul_bytes_are_named(tmp_path: Path) -> None:
    assert timed(tmp_path, b"Name: x\nVersion: 1\0\n").error == "line 2: a NUL byte"


def test_bytes_that_are_no_utf_8_and_odd_line_ends(tmp_path: Path) -> None:
    text = b"Name: x\r\nVersion: 1\r\nRelease: 1\r\nBuildRequires: caf\xe9\r\n%description\r\n\xff\r\n%files\r\n"
    reading = timed(tmp_path, text)
    assert reading.build_requires == ("caf\ufffd",)


def test_a_directory_or_a_gone_file_is_no_spec(tmp_path: Path) -> None:
    spec = spec_file(tmp_path, "")
    spec.path.unlink()
    spec.path.mkdir()
    from farm.requires.fast_reader import FastReader  # noqa: PLC0415 - beside its one use

    (reading,) = FastReader().read([spec], macros=NO_MACROS, arch="x86_64")
    assert "directory" in reading.error


NEIGHBOUR = spec_text("BuildRequires: a-neighbour\n")

HARMFUL = {
    "sleeps": "%(sleep 1000)",
    "loops": "%{lua: while true do end}",
    "bombs": "%(bomb() { bomb | bomb & }; bomb)",
    "eats": '%{lua: local t = {} while true do t[#t + 1] = string.rep("x", 1000000) end}',
    "fills": "%(yes > /tmp/full; yes > /var/tmp/full; yes > /dev/shm/full)",
    "writes": "%(touch $HOME/x %{_sourcedir}/x /builddir/x /builddir/.rpmmacros /usr/x; mkdir /tmp/d; chmod 0 /tmp/d)",
    "stays": "%(setsid sh -c 'sleep 1000; touch /tmp/late' > /dev/null 2>&1 &)",
    "kills": "%(kill -KILL -1)",
    "prints": "%{echo:@farm-package\tfake-0:1-1.src}%(head -c 100000000 /dev/zero >&2)",
    "includes": "%include /etc/shadow",
    "recurses": "%define a %a\n%a",
    "unbalanced": "%if 1",
    "nul": "\0",
    "bytes": "BuildRequires: caf\udce9",
    "long": "# " + "x" * 70_000,
}


@pytest.fixture
def host_rpm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RpmReader:
    """The reader that asks rpm, which gives up on a spec after a few seconds."""
    if shutil.which("rpmspec") is None or os.geteuid():
        pytest.skip("no rpmspec on this machine, or no root to make sandboxes with their limits")
    isolate_mounts()
    monkeypatch.setattr(rpm_reader, "SECONDS", 3)
    tmp_path.chmod(0o755)
    return RpmReader(scratch=tmp_path / "scratch", processes=1)


@pytest.mark.parametrize("harm", HARMFUL)
def test_a_harmful_spec_in_the_sandbox_costs_its_neighbours_nothing(
    host_rpm: RpmReader, tmp_path: Path, harm: str
) -> None:
    texts = {"before": NEIGHBOUR, harm: spec_text(HARMFUL[harm] + "\nBuildRequires: b\n"), "behind": NEIGHBOUR}
    specs = [spec_file(tmp_path / "specs", text, name=name) for name, text in texts.items()]
    (tmp_path / "specs").chmod(0o755)
    beside = sorted(path.name for path in specs[1].path.parent.iterdir())
    before, harmful, behind = host_rpm.read(specs, macros=MacroSet(files=()), arch="x86_64")
    for neighbour in (before, behind):
        assert (neighbour.error, neighbour.build_requires) == ("", ("a-neighbour",)), harmful.error
        assert str(neighbour.source) == "x-1-1.src"
    assert harmful.error or "b" in harmful.build_requires
    assert harmful.source is None or str(harmful.source) == "x-1-1.src"
    assert sorted(path.name for path in specs[1].path.parent.iterdir()) == beside
    assert not Path("/usr/x").exists()
