import pytest

from farm.history.commit_log import CommitFacts
from farm.locks.lock_file import Lock
from farm.release.errors import ReleaseHistoryError
from farm.release.package_history import PackageCommit, PackageHistory
from farm.release.synthetic_history import (
    RENDERED,
    FingerprintChange,
    LockHistory,
    interleave,
    with_uncommitted,
)


def commit(name: str, *parents: str) -> PackageCommit:
    return PackageCommit(
        id=name, parents=parents, author="U", email="u@x", time=1, message=name, tree=name, spec=name, changelog=""
    )


def change(name: str, upstream: str, time: int = 5) -> FingerprintChange:
    facts = CommitFacts(id=name, author="P", email="p@x", time=time, subject=name)
    return FingerprintChange(commit=facts, upstream=upstream)


UPSTREAM = PackageHistory(
    name="demo",
    head="d",
    commits={
        one.id: one
        for one in (commit("d", "c"), commit("c", "b", "side"), commit("side", "a"), commit("b", "a"), commit("a"))
    },
)


def mainline(history: PackageHistory) -> list[str]:
    """Return the subjects from the newest commit down its first parents."""
    found = [history.commits[history.head]]
    while found[-1].parents:
        found.append(history.commits[found[-1].parents[0]])
    return [one.message.partition("\n")[0] for one in found]


def test_changes_stand_after_what_they_name_and_the_latest_on_top() -> None:
    changes = [change("p1", "b"), change("p2", "b"), change("p3", "d"), change("p4", "d")]
    history = interleave(UPSTREAM, changes, name="demo", import_commit="a")
    assert mainline(history) == ["p4", "p3", "d", "c", "p2", "p1", "b", "a"]
    top = history.commits[history.head]
    assert (top.spec, top.tree) == (RENDERED, RENDERED)
    assert top.message == "p4\n\nProject commit: p4"
    assert history.commits[top.parents[0]].spec == "d"


def test_children_come_before_their_parents() -> None:
    history = interleave(UPSTREAM, [change("p", "d")], name="demo", import_commit="b")
    order = list(history.commits)
    assert all(order.index(parent) > at for at, name in enumerate(order) for parent in history.commits[name].parents)
    assert history.commits["b"].parents == ("a",), "what is older than the import stays as it is"


def test_what_names_a_commit_of_another_branch_is_left_out() -> None:
    changes = [change("lost", "elsewhere"), change("p", "d")]
    assert mainline(interleave(UPSTREAM, changes, name="demo", import_commit="c")) == ["p", "d", "c", "b", "a"]


def test_an_import_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ReleaseHistoryError) as caught:
        interleave(UPSTREAM, [change("p", "d")], name="demo", import_commit="elsewhere")
    assert "elsewhere" in caught.value.why


def test_a_local_spec_begins_by_itself() -> None:
    history = interleave(None, [change("p1", ""), change("p2", "")], name="demo", import_commit="")
    assert mainline(history) == ["p2", "p1", "Initial sources"]


def test_what_is_not_committed_counts_once_without_a_clock() -> None:
    history = LockHistory(committed=Lock(fingerprint="x"), changes=(change("p", "d", time=7),))
    assert with_uncommitted(history, "x", "d") == history.changes
    assert with_uncommitted(history, "", "d") == history.changes
    last = with_uncommitted(history, "y", "e")[-1]
    assert (last.upstream, last.commit.time, last.commit.subject) == ("e", 7, "Local changes (uncommitted)")
    assert with_uncommitted(LockHistory(committed=None, changes=()), "y", "e") == ()
