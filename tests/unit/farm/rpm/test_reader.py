import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from farm.rpm import reader
from farm.rpm.reader import BadRpmError, read_rpms
from farm.sandbox.run import SandboxResult
from farm.sandbox.sandbox import Sandbox

SOUND: dict[str, object] = {
    "name": "hello",
    "epoch": 1,
    "version": "2.12",
    "release": "1",
    "arch": "x86_64",
    "digest": "a" * 64,
    "header": "b" * 64,
    "payload": "c" * 64,
    "size": 7,
    "primary": "<package/>",
}

Answer = Callable[..., None]


@pytest.fixture
def rpms(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / "one.rpm", tmp_path / "two.rpm"]
    for path in paths:
        path.touch()
    return paths


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Answer:
    """Decide what the sandboxed process says, and how it ends."""

    def decide(*lines: object, status: int = 0, **ending: bool) -> None:
        text = "".join(line if isinstance(line, str) else json.dumps(line) + "\n" for line in lines)
        result = SandboxResult(
            status=status,
            stdout=text.encode(),
            stderr="its last words",
            timed_out=ending.get("timed_out", False),
            flooded=ending.get("flooded", False),
            out_of_memory=ending.get("out_of_memory", False),
            out_of_processes=False,
            seconds=0.1,
        )

        def run(sandbox: Sandbox, argv: Sequence[str]) -> SandboxResult:
            assert sandbox.root is None
            assert not any(bind.writable for bind in sandbox.binds)
            assert argv
            return result

        monkeypatch.setattr(reader, "run_in_sandbox", run)

    return decide


def test_what_is_reported_becomes_facts(rpms: list[Path], answer: Answer) -> None:
    answer(SOUND, SOUND | {"name": "other", "signed": True})
    first, second = read_rpms(rpms)
    assert str(first.nevra) == "hello-1:2.12-1.x86_64"
    assert (first.digest, first.header, first.payload) == ("a" * 64, "b" * 64, "c" * 64)
    assert (first.signed, second.signed) == (False, True)


def test_nothing_to_read_starts_nothing() -> None:
    assert read_rpms([]) == []


@pytest.mark.parametrize(
    ("ending", "words"),
    [
        ({"status": 139}, "died with status 139"),
        ({"status": -9, "timed_out": True}, "takes too long"),
        ({"status": -9, "flooded": True}, "too much output"),
        ({"status": 137, "out_of_memory": True}, "too much memory"),
    ],
)
def test_the_file_that_kills_the_reader_is_named(
    rpms: list[Path], answer: Answer, ending: dict[str, int], words: str
) -> None:
    answer(SOUND, '{"name": "cut o', **ending)
    with pytest.raises(BadRpmError) as caught:
        read_rpms(rpms)
    assert caught.value.code == "RPM001"
    assert "two.rpm" in caught.value.what
    assert words in caught.value.why


@pytest.mark.parametrize(
    "change",
    [
        {"error": "no RPM"},
        {"name": "../../etc/passwd"},
        {"name": ""},
        {"version": "1-2"},
        {"arch": "x86_64.rpm"},
        {"epoch": -1},
        {"epoch": "1"},
        {"digest": "A" * 64},
        {"header": ""},
        {"payload": "c" * 63},
        {"surprise": 1},
    ],
)
def test_the_reader_is_not_believed(rpms: list[Path], answer: Answer, change: dict[str, object]) -> None:
    answer(SOUND, SOUND | change)
    if "surprise" in change:
        assert len(read_rpms(rpms)) == 2
        return
    with pytest.raises(BadRpmError) as caught:
        read_rpms(rpms)
    assert "two.rpm" in caught.value.what


@pytest.mark.parametrize("line", ["null\n", "[]\n", "{\n", "\n", "\x00\xff\n"])
def test_what_is_no_report_is_refused(rpms: list[Path], answer: Answer, line: str) -> None:
    answer(line, SOUND)
    with pytest.raises(BadRpmError, match=r"one\.rpm"):
        read_rpms(rpms)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadRpmError, match=r"gone\.rpm"):
        read_rpms([tmp_path / "gone.rpm"])
