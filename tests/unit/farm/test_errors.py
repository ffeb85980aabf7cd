import importlib
import pickle
import pkgutil

import pytest

import farm
import repo_publish
import scheduler
import workers
from farm.errors import (
    BuildError,
    FarmError,
    InfrastructureError,
    NotReproducibleError,
    ProjectError,
    SigningError,
    UnresolvableError,
    UsageError,
)

MIGRATIONS = "farm.ledger.migrations.env"
"""Alembic runs it; it cannot be imported by others."""


def every_error() -> list[type[FarmError]]:
    for package in (farm, scheduler, workers, repo_publish):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name != MIGRATIONS and not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    found, queue = [], [FarmError]
    while queue:
        kind = queue.pop()
        found.append(kind)
        queue += kind.__subclasses__()
    return sorted(
        (kind for kind in found if not kind.__module__.startswith("test")), key=lambda kind: kind.__qualname__
    )


@pytest.fixture(scope="module")
def kinds() -> list[type[FarmError]]:
    return every_error()


def test_codes_are_unique(kinds: list[type[FarmError]]) -> None:
    owners: dict[str, list[str]] = {}
    for kind in kinds:
        owners.setdefault(kind.code, []).append(f"{kind.__module__}.{kind.__qualname__}")
    assert {code: names for code, names in owners.items() if len(set(names)) > 1} == {}


def test_every_error_has_a_code_of_its_own(kinds: list[type[FarmError]]) -> None:
    assert [kind.__qualname__ for kind in kinds if "code" not in vars(kind)] == []


def test_names_end_in_error_and_say_when(kinds: list[type[FarmError]]) -> None:
    assert [kind.__qualname__ for kind in kinds if not kind.__name__.endswith("Error") or not kind.__doc__] == []


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (FarmError, 1),
        (UsageError, 2),
        (ProjectError, 3),
        (BuildError, 4),
        (NotReproducibleError, 5),
        (UnresolvableError, 6),
        (SigningError, 7),
        (InfrastructureError, 8),
    ],
)
def test_exit_statuses(kind: type[FarmError], status: int) -> None:
    assert kind.exit_status == status


def test_errors_survive_pickling(kinds: list[type[FarmError]]) -> None:
    for kind in kinds:
        error = pickle.loads(pickle.dumps(kind("what", why="why", hint="hint")))  # noqa: S301 - our own bytes
        assert (type(error), error.what, error.why, error.hint) == (kind, "what", "why", "hint")
