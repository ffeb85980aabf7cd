"""What README and docs say of commands, options, files and modules is so."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from farm.cli.main import farm_command

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([ROOT / "README.md", ROOT / "infra" / "demo" / "README.md", *(ROOT / "docs").rglob("*.md")])
ROOMS = ("farm", "scheduler", "workers", "repo-publish", "infra", "tests", "docs")

CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
COMMAND = re.compile(r"(?<![\w.-])farm ((?:(?!\bfarm ).)*)")
OPTION = re.compile(r"(?<![\w-])(--[a-z][a-z-]*|-[a-zA-Z])(?![\w-])")
PATH = re.compile(rf"(?<![\w/.$-])((?:{'|'.join(ROOMS)})/[\w./-]*)")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
WORDS = re.compile(r"[a-z]+(?:\|[a-z]+)*")


def commands(text: str) -> Iterator[str]:
    """Yield what follows `farm` in code, line by line; ` | ` stands between commands as `|` does."""
    for code in CODE.findall(text):
        for line in code.strip("`").splitlines():
            yield from COMMAND.findall(line.replace(" | ", "|"))


def named(words: str) -> list[click.Command]:
    """Return the commands that words begin with, each of `a|b`; options before them are passed over."""
    root = farm_command()
    found: list[click.Command] = [root]
    for word in re.sub(r"^(-[a-zA-Z]\s(\S*/\S*\s)?)+", "", words).split():
        first = found[0]
        if not isinstance(first, click.Group) or not WORDS.fullmatch(word):
            break
        below = [first.get_command(click.Context(first), name) for name in word.split("|")]
        assert None not in below, f"farm {words.strip()}"
        found = [each for each in below if each is not None]
    return found


def options(command: click.Command) -> set[str]:
    return {name for each in (command, farm_command()) for param in each.params for name in param.opts}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_commands_and_their_options_are_there(document: Path) -> None:
    for words in commands(document.read_text(encoding="utf-8")):
        known = set().union(*map(options, named(words)))
        unknown = set(OPTION.findall(words)) - known - {"-h", "--help"}
        assert not unknown, f"farm {words.strip()}: {sorted(unknown)}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_files_that_are_named_are_there(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    said = [name for code in CODE.findall(text) for name in PATH.findall(code)]
    gone = [name for name in said if not any((ROOT / f"{name}{end}").exists() for end in ("", ".py"))]
    gone += [name for name in LINK.findall(text) if not (document.parent / name).exists()]
    assert gone == []


def test_modules_of_the_architecture_are_there() -> None:
    """A name without a room is one beside those before it."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    _, _, table = text.partition("| behaviour | place |")
    rows = [line for line in table.splitlines() if line.startswith("| ")]
    modules = {path.stem for room in ROOMS for path in (ROOT / room).rglob("*") if path.suffix in ("", ".py")}
    names = {name for row in rows for name in re.findall(r"`([a-z_]+)`", row.split("|")[2])}
    assert names
    assert names - modules == set()


def test_what_is_not_there_is_found() -> None:
    said = list(commands("`farm plan -a --nonsense` and\n```\n$ farm -y repo rollback  # x\nfarm watch | why  x\n```"))
    assert said == ["plan -a --nonsense", "-y repo rollback  # x", "watch|why  x"]
    assert [[it.name for it in named(words)] for words in said] == [["plan"], ["rollback"], ["watch", "why"]]
    assert "--nonsense" not in options(named(said[0])[0])
    with pytest.raises(AssertionError):
        named("plant -a")
