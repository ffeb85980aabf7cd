from pathlib import Path

import pytest

from workers.seed.debian_root import root_path, root_record
from workers.seed.seed_error import ToolRootError
from workers.seed.tool_roots import UnknownToolRootError, tool_root


def test_an_unknown_name_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UnknownToolRootError) as caught:
        tool_root("nothing", cache=tmp_path)
    assert caught.value.hint == "known are client, converter"
    assert caught.value.exit_status == 2


def test_a_root_is_known_by_suite_and_packages_in_any_order(tmp_path: Path) -> None:
    first = root_path("sid", ["rpm", "dnf5"], cache=tmp_path)
    assert first == root_path("sid", ["dnf5", "rpm"], cache=tmp_path)
    assert first != root_path("sid", ["dnf5"], cache=tmp_path)
    assert first != root_path("trixie", ["rpm", "dnf5"], cache=tmp_path)


@pytest.mark.hostile
@pytest.mark.parametrize("content", [None, b"", b"{}"])
def test_a_directory_that_is_no_root_is_refused(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "etc").mkdir()
        (tmp_path / "etc" / "farm-root.json").write_bytes(content)
    with pytest.raises(ToolRootError):
        root_record(tmp_path)
