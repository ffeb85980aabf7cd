from pathlib import Path

from builders.builds import built_rpm, digest
from builders.spec_facts import node, spec

from farm.digest import Digest
from farm.source_package import RenderedSource, SourceRpm
from scheduler.cached_table import CachedTable
from scheduler.preparation import Prepared
from scheduler.solved_before import SolvedBefore

APP, LIB, BASE = node("app"), node("lib"), node("base")
READY = Prepared(
    source=RenderedSource(component="app", files=(), epoch=0),
    source_rpm=SourceRpm(component="app", nevra=spec("app")[1].source, digest=digest("app.src"), size=1),
    facts={"x86_64": spec("app")[1]},
)


def key(tmp_path: Path, *, base: str = "base-1-1.x86_64", context: str = "seed") -> Digest | None:
    """Return the key of app, which needs lib, which needs base."""
    solved = SolvedBefore(CachedTable(tmp_path / "locks", str, tmp_path), lambda _arch: digest(context))
    solved.made(BASE, [built_rpm(base)] if base else [], [])
    solved.made(LIB, [built_rpm("lib-1-1.x86_64")], [BASE])
    return solved.key(APP, READY, [LIB])


def test_a_key_says_all_that_is_behind_a_node_however_far(tmp_path: Path) -> None:
    assert key(tmp_path) == key(tmp_path)
    others = {key(tmp_path, base="base-2-1.x86_64"), key(tmp_path, base=""), key(tmp_path, context="another")}
    assert len(others) == 3
    assert key(tmp_path) not in others


def test_there_is_no_key_before_all_behind_is_made(tmp_path: Path) -> None:
    solved = SolvedBefore(CachedTable(tmp_path / "locks", str, tmp_path), lambda _arch: digest("seed"))
    solved.made(LIB, [built_rpm("lib-1-1.x86_64")], [BASE])

    assert solved.key(APP, READY, [LIB]) is None


def test_the_build_id_is_made_of_what_is_prepared_now(tmp_path: Path) -> None:
    solved = SolvedBefore(CachedTable(tmp_path / "locks", str, tmp_path), lambda _arch: digest("seed"))
    solved.made(LIB, [], [])
    found = solved.key(APP, READY, [LIB])
    assert found is not None
    assert solved.build_id(found, READY, "x86_64") is None

    solved.remember(found, digest("lock"))

    assert solved.build_id(found, READY, "x86_64") == READY.build_inputs("x86_64", digest("lock")).build_id
