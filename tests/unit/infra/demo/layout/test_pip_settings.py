import sys
from pathlib import Path

import pytest

from infra.demo.layout.errors import UpstreamFileError
from infra.demo.layout.pip_settings import PipSettings, pip_settings, usual_interpreters

ANSWER = '{"indexes": ["https://index.invalid/simple"], "cert": "", "proxy": ""}'


def make_interpreter(path: Path, answer: str, status: int = 0) -> Path:
    path.write_text(f"#!/bin/sh\necho '{answer}'\nexit {status}\n")
    path.chmod(0o755)
    return path


def test_the_first_interpreter_with_pip_answers(tmp_path: Path) -> None:
    without = make_interpreter(tmp_path / "without", "No module named pip", status=1)
    having = make_interpreter(tmp_path / "having", ANSWER)
    assert pip_settings([tmp_path / "missing", without, having]) == PipSettings(
        indexes=("https://index.invalid/simple",), cert="", proxy=""
    )


def test_no_pip_anywhere_is_an_error_that_says_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(UpstreamFileError) as caught:
        pip_settings([tmp_path / "missing"])
    assert str(tmp_path / "missing") in caught.value.why


def test_this_interpreter_is_among_those_asked(tmp_path: Path) -> None:
    assert Path(sys.executable) in usual_interpreters(tmp_path)
