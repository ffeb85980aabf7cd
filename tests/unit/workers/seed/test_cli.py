from pathlib import Path

import pytest

from farm.cli.main import run
from workers.seed import cli, manifest
from workers.seed.seed import Request, Voice
from workers.seed.seed_paths import SeedPaths

pytestmark = pytest.mark.hostile


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FARM_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, bool]]:
    """Lists, architectures and whether to update, as the command asked for them; nothing is made."""
    asked: list[tuple[str, str, bool]] = []

    def make_seed(request: Request, *, paths: SeedPaths, voice: Voice, update: bool) -> manifest.Manifest:
        voice.say(f"making below {paths.root.name}")
        voice.progress(1, 1)
        asked.append((request.package_list.name, request.arch.name, update))
        return manifest.Manifest(
            list_name=request.package_list.name,
            arch=request.arch.name,
            suite=request.package_list.suite,
            request="",
            code="",
            rpm="",
            packages=(),
            repodata={},
        )

    monkeypatch.setattr(cli, "make_seed", make_seed)
    return asked


def test_a_bare_word_is_a_list_of_the_tree(
    made: list[tuple[str, str, bool]], capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["-O", "json", "seed", "--list", "e2e-small", "--arch", "x86_64", "--arch", "aarch64", "--update"]
    assert run(arguments) == 0
    assert made == [("e2e-small", "x86_64", True), ("e2e-small", "aarch64", True)]
    said = capsys.readouterr()
    assert '"repository"' in said.out
    assert "(1/1) converted" in said.err
    assert "converted" not in said.out


def test_a_path_is_a_list_too(made: list[tuple[str, str, bool]]) -> None:
    assert run(["seed", "--list", str(cli.LISTS / "demo.toml"), "--arch", "x86_64"]) == 0
    assert made == [("demo", "x86_64", False)]


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["--list", "nothing"], 3, "error[SEED002]: cannot read the package list"),
        (["--list", "/etc/passwd"], 3, "error[SEED002]: /etc/passwd is no package list"),
        (["--list", "demo", "--arch", "pdp11"], 2, "error[FARM020]: unknown architecture 'pdp11'"),
        (["--root", "nothing"], 2, "error[SEED008]: no tool root 'nothing'"),
        (["--what"], 2, "--what"),
    ],
)
def test_what_cannot_be_is_said_in_words(
    arguments: list[str], status: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["seed", *arguments]) == status
    said = capsys.readouterr()
    assert words in said.err
    assert "Traceback" not in said.err
    assert said.out == ""


def test_a_cache_that_cannot_be_made_is_said_in_words(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cache.write_text("")
    assert run(["seed", "--list", "e2e-small", "--arch", "x86_64"]) == 8
    assert "error[SEED001]: cannot write to the cache directory" in capsys.readouterr().err
