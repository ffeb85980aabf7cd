"""What the lines of a spec say: tags, packages and sections, gathered for one architecture."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from farm.requires.dependency_text import dependencies
from farm.requires.macro_expansion import Expander

_TAG = re.compile(r"\s*([A-Za-z]+)\s*(\d*)\s*(?:\(([^)]*)\))?\s*:[ \t]*(.*?)\s*$", re.DOTALL)
_SECTION = re.compile(r"\s*%([A-Za-z_]+)(?:\s+(.*))?$", re.DOTALL)
_SECTIONS = frozenset(
    (
        *("package", "prep", "conf", "build", "install", "check", "clean", "generate_buildrequires", "description"),
        *("files", "changelog", "patchlist", "sourcelist"),
    )
)
_SCRIPTLETS = frozenset(
    (
        *("pre", "post", "preun", "postun", "pretrans", "posttrans", "preuntrans", "postuntrans", "verify"),
        *("verifyscript", "trigger", "triggerin", "triggerun", "triggerprein", "triggerpostun"),
        *(f"{trans}filetrigger{when}" for trans in ("", "trans") for when in ("", "in", "un", "postun")),
    )
)
_SHELL = "/bin/sh"
_DEPENDENCIES = frozenset(("buildrequires", "buildprereq", "requires", "prereq", "provides"))
_PLAIN = frozenset(("name", "version", "release", "epoch", "url"))


class NoarchError(Exception):
    """The spec has said `BuildArch: noarch`: rpm reads it again, for that architecture."""


@dataclass(slots=True, kw_only=True)
class TaggedPackage:
    """A package as the spec has described it so far."""

    name: str
    tags: dict[str, str] = field(default_factory=dict)
    provides: list[str] = field(default_factory=list)
    requires: list[str] = field(default_factory=list)
    has_files: bool = False


class SpecTags:
    """Takes in the lines of a spec.

    Args:
        restart: raise `NoarchError` where the main preamble ends and has said `BuildArch: noarch`.
    """

    def __init__(self, expander: Expander, *, restart: bool) -> None:
        self._expander = expander
        self._restart = restart
        self._section = ""
        self.main = TaggedPackage(name="")
        self._package = self.main
        self.packages: list[TaggedPackage] = [self.main]
        self.build_requires: list[str] = []
        self.lists: dict[str, list[str]] = {"exclusivearch": [], "excludearch": []}
        self.build_arch: list[str] = []
        self.sources: list[str] = []
        self.patches: list[str] = []
        self.dynamic = False
        self._numbers = {"SOURCE": -1, "PATCH": -1}

    @property
    def section(self) -> str:
        """The section of the line that comes next, lower case; empty in the main preamble."""
        return self._section

    def take(self, lines: Iterable[str]) -> None:
        """Take in lines, to the end.

        Raises:
            NoarchError: see above.
        """
        for line in lines:
            begun = _SECTION.match(line) if "%" in line else None
            if begun is not None and begun[1].lower() in _SECTIONS | _SCRIPTLETS:
                self._begin(begun[1].lower(), (begun[2] or "").split())
            elif self._section in ("", "package"):
                self._tag(line)
            elif self._section in ("sourcelist", "patchlist"):
                self._listed(line.strip())

    def _begin(self, section: str, words: list[str]) -> None:
        if self._section == "" and self._restart and self.build_arch == ["noarch"]:
            raise NoarchError
        self._section = section
        if section == "generate_buildrequires":
            self.dynamic = True
        elif section == "package":
            self._package = self._named(words)
        elif section == "files":
            self._named(words).has_files = True
        elif section in _SCRIPTLETS:
            program = words[words.index("-p") + 1] if "-p" in words[:-1] else _SHELL
            if program[0] == "/":
                self._named(words).requires.append(program)

    def _named(self, words: list[str]) -> TaggedPackage:
        """Return the package that a section's words name, new where it is."""
        name = ""
        words = list(words)
        while words:
            word = words.pop(0)
            if word == "--":
                break
            if word == "-n" and words:
                name = words.pop(0)
            elif word in ("-f", "-p", "-l", "-P") and words:
                words.pop(0)
            elif word[0] != "-" and not name:
                name = f"{self.main.name}-{word}"
        if not name or name == self.main.name:
            return self.main
        found = next((package for package in self.packages if package.name == name), None)
        if found is None:
            found = TaggedPackage(name=name)
            self.packages.append(found)
        return found

    def _tag(self, line: str) -> None:
        text = line.lstrip()
        if not text or text[0] == "#":
            return
        match = _TAG.match(text)
        if match is None:
            if text[0] == "%":
                self._expander.guesses.add(f"unknown {text.split()[0][:40]}")
            return
        tag, number, value = match[1].lower(), match[2], match[4]
        if tag in ("source", "patch"):
            self._file(tag.upper(), number, value)
        elif tag in _DEPENDENCIES:
            self._dependencies(tag, value)
        elif tag in self.lists:
            self.lists[tag] += value.replace(",", " ").split()
        elif tag in ("buildarch", "buildarchitectures"):
            self._build_arch(value.split())
        elif tag == "buildsystem":
            self.dynamic |= self._expander.is_defined(f"buildsystem_{value}_generate_buildrequires")
        elif tag in _PLAIN:
            self._plain(tag, value.partition(" ")[0])

    def _dependencies(self, tag: str, value: str) -> None:
        found = dependencies(value)
        if tag in ("buildrequires", "buildprereq"):
            self.build_requires += found
        elif tag == "provides":
            self._package.provides += found
        else:
            self._package.requires += found

    def _build_arch(self, words: list[str]) -> None:
        if self._package is self.main:
            self.build_arch = words
        self._package.tags["arch"] = words[0] if words else ""

    def _plain(self, tag: str, value: str) -> None:
        self._package.tags[tag] = value
        if tag == "name":
            self.main.name = value
        for macro in (tag, tag.upper()):  # also those of a subpackage: its Version is `%{version}` from there on
            self._expander.define(macro, value.replace("%", "%%"))

    def _listed(self, value: str) -> None:
        if value and value[0] != "#":
            self._file("SOURCE" if self._section == "sourcelist" else "PATCH", "", value)

    def _file(self, kind: str, number: str, value: str) -> None:
        self._numbers[kind] = int(number[:9]) if number else self._numbers[kind] + 1
        name = value.rpartition("/")[2]
        (self.sources if kind == "SOURCE" else self.patches).append(name)
        directory = self._expander.expand("%{_sourcedir}")
        self._expander.define(f"{kind}{self._numbers[kind]}", f"{directory}/{name}".replace("%", "%%"))
        if kind == "SOURCE" and self._numbers[kind] == 0:
            self._expander.define("SOURCE", f"{directory}/{name}".replace("%", "%%"))
