from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.seed.converter.python_provides import normalized_name, python_provides, rpm_version


@pytest.mark.parametrize(
    ("python", "rpm"),
    [
        ("1.2.3", "1.2.3"),
        ("2.0", "2"),
        ("1.6.0", "1.6"),
        ("0", "0"),
        ("1.0rc1", "1~rc1"),
        ("1.0.0b2", "1~b2"),
        ("1.0.alpha.3", "1~a3"),
        ("1.2.post1", "1.2^post1"),
        ("1.2.dev4", "1.2~~dev4"),
        ("1!2.3", "1:2.3"),
        ("v1.5+local.7", "1.5"),
        ("78.1.1", "78.1.1"),
        ("nonsense", ""),
        ("1.0 %{nil}", ""),
    ],
)
def test_versions_are_written_as_fedora_does(python: str, rpm: str) -> None:
    assert rpm_version(python) == rpm


def test_names_are_normalized_as_pep_503_says() -> None:
    assert normalized_name("jaraco.text_X--y") == "jaraco-text-x-y"


def test_provides_come_from_dist_info_and_egg_info(tmp_path: Path) -> None:
    paths = []
    for name, head in {
        "flit-3.12.dist-info/METADATA": "Metadata-Version: 2.1\nName: Flit_Core\nVersion: 3.12.0\n\nName: not this\n",
        "old-1.0.egg-info/PKG-INFO": "Name: old\nVersion: 1.0\n",
        "older.egg-info": "Name: older\nVersion: 2.5\n",
        "broken-1.dist-info/METADATA": "Name: broken\nVersion: what\n",
    }.items():
        path = tmp_path / "usr/lib/python3/dist-packages" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(head)
        paths.append(f"/usr/lib/python3/dist-packages/{name}")
    assert sorted(python_provides(tmp_path, paths, "3.13")) == [
        "python3.13dist(flit-core) = 3.12",
        "python3.13dist(old) = 1",
        "python3.13dist(older) = 2.5",
        "python3dist(flit-core) = 3.12",
        "python3dist(old) = 1",
        "python3dist(older) = 2.5",
    ]


@given(st.text())
def test_any_version_is_one_that_a_spec_can_hold_or_none(text: str) -> None:
    assert not set(rpm_version(text)) & set(" %-\n")
