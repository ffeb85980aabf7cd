import json
import logging
import subprocess
import sys
from collections.abc import Iterator

import pytest
import structlog

from farm.log import configure, get_logger


@pytest.fixture(autouse=True)
def logging_of_other_tests() -> Iterator[None]:
    yield
    structlog.contextvars.clear_contextvars()
    structlog.reset_defaults()


@pytest.mark.parametrize(
    ("verbosity", "shown"), [(-1, ["e"]), (0, ["w", "e"]), (1, ["i", "w", "e"]), (2, ["d", "i", "w", "e"])]
)
def test_verbosity(capsys: pytest.CaptureFixture[str], verbosity: int, shown: list[str]) -> None:
    configure(verbosity, service=False)
    log = get_logger()
    log.debug("d")
    log.info("i")
    log.warning("w")
    log.error("e")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert [line.split()[2] for line in captured.err.splitlines()] == shown


def test_a_service_logs_json_with_its_context(capsys: pytest.CaptureFixture[str]) -> None:
    configure(0, service=True)
    with structlog.contextvars.bound_contextvars(run="run-1"):
        get_logger().info("built", component="curl")
    line = json.loads(capsys.readouterr().err)
    assert line.pop("timestamp").endswith("Z")
    assert line == {"component": "curl", "event": "built", "level": "info", "run": "run-1"}


@pytest.mark.parametrize("service", [True, False])
def test_secrets_never(capsys: pytest.CaptureFixture[str], *, service: bool) -> None:
    configure(2, service=service)
    log = get_logger()
    log.info("x", password="hunter2", api_token="hunter2", Authorization="hunter2", aws_secret_key="hunter2")  # noqa: S106 - what must be hidden
    log.info("fetching https://me:hunter2@example.com/x", url="https://hunter2@example.com/y")
    text = capsys.readouterr().err
    assert "hunter2" not in text
    assert "example.com/x" in text
    log.info("leased", fencing_token=7)
    assert "7" in capsys.readouterr().err


def test_a_line_for_a_person_is_one_line_and_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    configure(1, service=False)
    get_logger().info("built \x1b[2J\nfake line", component="cu\rrl")
    text = capsys.readouterr().err
    assert len(text.splitlines()) == 1
    assert "\x1b" not in text


def test_exceptions_are_written_out(capsys: pytest.CaptureFixture[str]) -> None:
    configure(0, service=True)
    get_logger().error("failed", exc_info=ZeroDivisionError("boom"))
    assert "ZeroDivisionError: boom" in json.loads(capsys.readouterr().err)["exception"]


def test_libraries_keep_their_own_logging() -> None:
    configure(2, service=False)
    assert logging.getLogger().level == logging.WARNING


def test_structlog_is_imported_with_the_first_line_only() -> None:
    program = (
        "import sys; from farm.log import configure, get_logger; configure(1, service=True);"
        "log = get_logger(); early = 'structlog' in sys.modules; log.info('built', early=early)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert json.loads(done.stderr)["early"] is False
