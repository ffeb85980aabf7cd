from datetime import UTC, datetime
from pathlib import Path

import pytest

from infra.demo.layout.errors import DemoFilesError
from infra.demo.layout.history import read_history

ENTRY = '[[commits]]\ncomponent = "one"\ndate = {date}\nsubject = "{subject}"\n'


def make_demo(root: Path, history: str) -> Path:
    for name, content in (
        ("dist-git/one/one.spec", "now"),
        ("dist-git/one/sources", ""),
        ("dist-git/two/two.spec", ""),
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    (root / "old").mkdir()
    (root / "old" / "one.spec").write_text("then")
    (root / "history.toml").write_text(history)
    return root


def test_a_component_without_history_has_one_commit(tmp_path: Path) -> None:
    history = ENTRY.format(date="2025-01-01T00:00:00Z", subject="a")
    (commit,) = read_history(make_demo(tmp_path, history))["two"]
    assert (commit.subject, commit.files) == ("Import two", {"two.spec": b""})
    assert commit.date.tzinfo is not None


def test_files_of_a_commit_take_the_place_of_those_of_dist_git(tmp_path: Path) -> None:
    first = ENTRY.format(date="2025-01-01T00:00:00Z", subject="a") + 'files = "old"\n'
    second = ENTRY.format(date="2025-01-02T00:00:00Z", subject="b")
    old, new = read_history(make_demo(tmp_path, first + second))["one"]
    assert old.files == {"one.spec": b"then", "sources": b""}
    assert new.files == {"one.spec": b"now", "sources": b""}
    assert old.date == datetime(2025, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("history", "words"),
    [
        (ENTRY.format(date="2025-01-02T00:00:00Z", subject="b") * 2, "backwards"),
        ('[[commits]]\ncomponent = "three"\ndate = 2025-01-01T00:00:00Z\nsubject = "a"\n', "three"),
        (ENTRY.format(date="2025-01-01T00:00:00Z", subject="a") + 'files = "nowhere"\n', "nowhere"),
        ("commits = 3\n", "history.toml"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, history: str, words: str) -> None:
    with pytest.raises(DemoFilesError, match=words):
        read_history(make_demo(tmp_path, history))
