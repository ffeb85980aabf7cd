import threading

import pytest
from builders.projects import make_component

from farm.cli.many import SomeFailedError, each
from farm.errors import BuildError
from farm.project.model import Component

MANY = [make_component(f"c{number}") for number in range(40)]


def test_results_come_in_order() -> None:
    assert [(one.name, result) for one, result in each(MANY, lambda one: one.name * 2, continue_on_error=False)] == [
        (one.name, one.name * 2) for one in MANY
    ]


def failing(one: Component) -> str:
    if one.name in ("c1", "c3"):
        raise BuildError(f"no {one.name}", why="https://me:word@host said no", hint="mend it")
    return one.name


def test_the_first_error_ends_it() -> None:
    with pytest.raises(BuildError):
        list(each(MANY, failing, continue_on_error=False))


def test_every_error_is_told_in_full_and_the_rest_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    done: list[tuple[Component, str]] = []
    with pytest.raises(SomeFailedError) as caught:
        done.extend(each(MANY, failing, continue_on_error=True))
    assert len(done) == len(MANY) - 2
    assert (caught.value.exit_status, caught.value.why) == (4, "c1, c3")
    said = capsys.readouterr().err
    assert "c1: error[FARM004]: no c1\n  why: https://[hidden]@host said no\n  hint: mend it\n" in said


def test_who_stops_listening_stops_what_has_not_begun() -> None:
    begun: list[str] = []
    go = threading.Event()

    def slow(one: Component) -> None:
        begun.append(one.name)
        if one.name != "c0":
            go.wait(10)

    results = each(MANY, slow, continue_on_error=True)
    next(results)
    threading.Timer(0.2, go.set).start()
    results.close()
    assert len(begun) < len(MANY)
