"""Source RPMs made by real rpmbuild, in the sandbox."""

from pathlib import Path

import pytest
from builders.specs import make_rendered, make_spec
from builders.workbench import Workbench

from farm.digest import digest_file
from farm.errors import FarmError
from farm.rpm.reader import read_rpms
from farm.sandbox.sandbox import Limits
from farm.source_package import SourceRpm
from workers import source_rpm
from workers.source_files import SourceNameError
from workers.source_rpm import build_source_rpm
from workers.spec_errors import SpecError

pytestmark = pytest.mark.integration


def _make(bench: Workbench, spec: str, scratch: Path, files: dict[str, bytes] | None = None) -> SourceRpm:
    source = make_rendered(bench.store, spec, files=files)
    return build_source_rpm(source, root=bench.root, store=bench.store, scratch=scratch)


@pytest.mark.parametrize("changelog", ["", "%changelog\n* Mon Jan 05 2026 A <a@b.invalid> - 1-1\n- x\n"])
def test_same_source_gives_the_same_bytes_anywhere(bench: Workbench, tmp_path: Path, changelog: str) -> None:
    spec = make_spec(tags="Source0: data.txt", changelog=changelog)
    first = _make(bench, spec, tmp_path / "here", {"data.txt": b"data"})
    second = _make(bench, spec, tmp_path / "somewhere/else", {"data.txt": b"data"})
    assert first == second
    assert bench.store.has(first.digest)
    assert str(first.nevra) == "tiny-1-1.src"


def test_source_rpm_is_what_it_says(bench: Workbench, tmp_path: Path) -> None:
    made = _make(bench, make_spec(), tmp_path / "scratch")
    path = tmp_path / made.nevra.filename
    bench.store.export(made.digest, path)
    (facts,) = read_rpms([path])
    assert (facts.nevra, facts.digest, facts.size) == (made.nevra, digest_file(path), made.size)
    assert facts.source_rpm == ""
    assert "<rpm:buildhost>farm.invalid</rpm:buildhost>" in facts.primary
    assert 'build="1767571200"' in facts.primary


def test_spec_that_does_not_parse_is_an_error_of_the_project(bench: Workbench, tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        _make(bench, make_spec(tags="%if 1\nNonsense"), tmp_path / "scratch")
    assert caught.value.exit_status == 3
    assert caught.value.what.startswith("tiny.spec:")
    assert "Unknown tag: Nonsense" in caught.value.why or "Unclosed %if" in caught.value.why


def test_error_names_the_line_of_the_spec(bench: Workbench, tmp_path: Path) -> None:
    spec = make_spec(tags="Nonsense")
    line = spec.splitlines().index("Nonsense") + 1
    with pytest.raises(SpecError) as caught:
        _make(bench, spec, tmp_path / "scratch")
    assert caught.value.what == f"tiny.spec:{line}: rpm cannot use this spec"
    assert f"line {line}" in caught.value.why


def test_source_that_is_missing_is_named(bench: Workbench, tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        _make(bench, make_spec(tags="Source0: absent.tar.gz"), tmp_path / "scratch")
    assert "absent.tar.gz" in caught.value.why


@pytest.mark.hostile
@pytest.mark.parametrize(
    "head",
    [
        "%(sleep 600)",
        "%(rm -rf /builddir/build/SRPMS; ln -s /etc /builddir/build/SRPMS)",
        "%(head -c 100000000 /dev/zero | tr '\\0' x)",
        "%{lua: while true do end}",
    ],
)
def test_spec_that_runs_code_harms_only_itself(
    bench: Workbench, tmp_path: Path, head: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source_rpm, "_LIMITS", Limits(seconds=3.0, memory_bytes=256 * 2**20))
    before = sorted(path.name for path in Path("/etc").iterdir())
    with pytest.raises(FarmError):
        _make(bench, make_spec(head=head), tmp_path / "scratch")
    assert sorted(path.name for path in Path("/etc").iterdir()) == before
    assert list((tmp_path / "scratch").iterdir()) == []


def test_file_names_must_be_plain(bench: Workbench, tmp_path: Path) -> None:
    with pytest.raises(SourceNameError, match=r"not a plain file name: '\.\./evil'"):
        _make(bench, make_spec(), tmp_path / "scratch", {"../evil": b""})
