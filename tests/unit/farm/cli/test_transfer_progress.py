import io
from collections.abc import Iterator

import pytest
from rich.console import Console

from farm.cli.transfer_progress import TransferBars, TransferLines


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Console:
    monkeypatch.setenv("TERM", "xterm")  # on one that is called dumb, nothing moves
    return Console(file=io.StringIO(), force_terminal=True, width=100)


@pytest.fixture
def bars(screen: Console) -> Iterator[TransferBars]:
    shown = TransferBars(screen)
    yield shown
    shown.close()


def drawn(screen: Console) -> str:
    assert isinstance(screen.file, io.StringIO)
    return screen.file.getvalue()


def test_a_line_tells_of_each_file_that_has_come() -> None:
    stream = io.StringIO()
    lines = TransferLines(stream)
    lines.moved("a.tar", 1000, 3000)
    lines.moved("b.tar", 5, None)
    assert stream.getvalue() == ""
    lines.moved("a.tar", 3000, 3000)
    lines.ended("a.tar")
    lines.ended("b.tar")
    assert stream.getvalue() == "fetched a.tar, 3.0 kB\nfetched b.tar, 5 bytes\n"


def test_what_breaks_off_or_never_begins_has_no_line() -> None:
    stream = io.StringIO()
    lines = TransferLines(stream)
    lines.moved("a.tar", 1000, 3000)
    lines.ended("a.tar")
    lines.ended("b.tar")
    assert stream.getvalue() == ""


def test_a_name_does_not_steer_the_terminal(screen: Console, bars: TransferBars) -> None:
    stream = io.StringIO()
    lines = TransferLines(stream)
    lines.moved("a\x1b[2J\n.tar", 1, 1)
    lines.ended("a\x1b[2J\n.tar")
    assert "\x1b" not in stream.getvalue()
    assert stream.getvalue().count("\n") == 1
    bars.moved("a\x1b[2J[red].tar", 1, 2)
    bars.close()
    assert "\x1b[2J" not in drawn(screen)
    assert "[red].tar" in drawn(screen)


def test_nothing_is_drawn_until_something_comes(screen: Console, bars: TransferBars) -> None:
    bars.ended("a.tar")
    bars.close()
    assert drawn(screen) == ""


def test_a_bar_stands_for_each_file_on_its_way(screen: Console, bars: TransferBars) -> None:
    bars.moved("a.tar", 1000, 4000)
    bars.moved("b.tar", 7, None)
    bars.ended("b.tar")
    bars.moved("a.tar", 2000, 4000)
    bars.close()
    assert "a.tar" in drawn(screen)
    assert "2.0/4.0 kB" in drawn(screen)
    assert "b.tar" not in drawn(screen).rsplit("a.tar", 1)[1]
