from pathlib import Path

import click
import pytest

from farm.cli.main import run
from farm.cli.named_path import NamedPath


def test_a_path_is_one() -> None:
    assert NamedPath().convert("a/b", None, None) == Path("a/b")


def test_an_empty_path_is_not_the_current_directory() -> None:
    with pytest.raises(click.BadParameter):
        NamedPath().convert("", None, None)


@pytest.mark.parametrize("option", ["--state", "-C", "--config-file"])
def test_no_global_option_takes_an_empty_path(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([option, "", "gc"]) == 2
    assert "empty" in capsys.readouterr().err
