"""Tool roots: complete or not there. The real ones are made by infra/check."""

from pathlib import Path

import pytest

from farm.sandbox.run import run_in_sandbox
from farm.sandbox.sandbox import Sandbox
from workers.seed import debian_root
from workers.seed.debian_root import root_record
from workers.seed.seed_error import ToolRootError

pytestmark = pytest.mark.integration


def test_a_root_says_what_is_in_it_and_can_be_used_read_only(converter_root: Path) -> None:
    record = root_record(converter_root)
    assert record.suite == "trixie"
    assert record.packages["rpm"].startswith("4.20")
    sandbox = Sandbox(root=converter_root, environment=(("PATH", "/usr/bin"),))
    assert run_in_sandbox(sandbox, ["rpm", "--version"]).stdout == b"RPM version 4.20.1\n"
    assert not run_in_sandbox(sandbox, ["touch", "/work/x"]).ok


@pytest.mark.hostile
def test_nothing_is_left_of_a_root_that_cannot_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian_root, "debian_mirror", lambda: f"copy:{tmp_path}/nowhere")
    with pytest.raises(ToolRootError) as caught:
        debian_root.debian_root("trixie", ["rpm"], cache=tmp_path / "roots")
    assert caught.value.exit_status == 8
    assert caught.value.why
    assert [path.suffix for path in (tmp_path / "roots").iterdir()] == [".lock"]
