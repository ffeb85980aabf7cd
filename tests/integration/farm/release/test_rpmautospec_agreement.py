"""Release numbers and changelogs are those that rpmautospec itself computes, over random histories with merges."""

import random
from pathlib import Path

import pytest
from builders.package_git import PackageGit, spec_text

pytestmark = pytest.mark.integration

MESSAGES = (
    "Plain",
    "Quiet\n\n[skip changelog]",
    "Loud\n\n[bump release: 7]",
    "Listed\n\n- one %{x}\n- two\n  more\n\nprose",
    "Goes\n\n... on\nhere",
    "- Dash\n\nprose",
)


@pytest.mark.parametrize("seed", range(12))
def test_rpmautospec_says_the_same(tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    history = pytest.importorskip(
        "rpmautospec.pkg_history", reason="rpmautospec with pygit2 and norpm is not installed"
    )
    pytest.importorskip("norpm", reason="norpm, by which rpmautospec reads specs here, is not installed")
    monkeypatch.setenv("RPMAUTOSPEC_SPEC_PARSER", "norpm")
    package = random_package(tmp_path / "demo.git", random.Random(seed))  # noqa: S311 - a history, no secret
    clone = tmp_path / "demo"
    package.run(["clone", "--quiet", str(package.directory), str(clone)])
    processor = history.PkgHistoryProcessor(clone)
    theirs = processor.run(
        package.commits[-1], visitors=(processor.release_number_visitor, processor.changelog_visitor)
    )
    ours = package.autorelease()
    assert ours.number == theirs["release-number"]
    assert ours.changelog == "\n\n".join(entry.format() for entry in theirs["changelog"])


def random_package(directory: Path, chance: random.Random) -> PackageGit:
    package = PackageGit(directory)
    trees: list[dict[str, str]] = []
    for number in range(chance.randint(3, 14)):
        below = [number - 1] if number else []
        if number > 2 and chance.random() < 0.35:
            below = chance.sample(range(number), k=chance.randint(1, 2))
        files = dict(trees[below[0]]) if below else {}
        change(files, chance, number)
        if len(below) > 1 and chance.random() < 0.5:
            files = dict(trees[below[1]])
        trees.append(files)
        package.commit(files, message=chance.choice(MESSAGES), parents=[package.commits[at] for at in below])
    files = {**trees[-1], "demo.spec": trees[-1].get("demo.spec", spec_text("1"))}
    package.commit(files, message="Last")
    return package


def change(files: dict[str, str], chance: random.Random, number: int) -> None:
    what = chance.random()
    if "demo.spec" not in files and chance.random() < 0.9:
        files["demo.spec"] = spec_text("1")
    elif what < 0.2:
        version = chance.choice(("1", "2"))
        files["demo.spec"] = spec_text(version, chance.choice(("%autorelease", "%autorelease -b 3", "%autorelease -p")))
    elif what < 0.28:
        files["changelog"] = f"* Mon Jan 01 2024 Old <old@example.org> - 1-{number}\n- Old"
    elif what < 0.34:
        files.pop("changelog", None)
    elif what < 0.38:
        files.pop("demo.spec", None)
    else:
        files["x"] = str(number)
