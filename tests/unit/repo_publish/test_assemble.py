from repo_publish.assemble import generations
from repo_publish.layout import RepositoryKey, RepositoryKind
from repo_publish.snapshot import SnapshotRepository

KEY = RepositoryKey(channel="base", kind=RepositoryKind.BINARY, arch="x86_64")


def before(*files: str) -> SnapshotRepository:
    return SnapshotRepository(key=KEY, packages=(), generations=tuple((name,) for name in files))


def test_first_generation_stands_alone() -> None:
    assert generations(("a",), None) == (("a",),)


def test_two_earlier_generations_are_carried_along() -> None:
    assert generations(("d",), before("c", "b", "a")) == (("d",), ("c",), ("b",))


def test_unchanged_metadata_pushes_nothing_out() -> None:
    assert generations(("c",), before("c", "b", "a")) == (("c",), ("b",), ("a",))


def test_metadata_that_comes_back_is_not_carried_twice() -> None:
    assert generations(("a",), before("b", "a")) == (("a",), ("b",))
