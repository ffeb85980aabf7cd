"""A spec file as lines (azldev: `internal/rpm/spec/spec.go`): no macro is expanded and no conditional evaluated.

Lines end in a newline when written, whatever they ended in when read; nothing else changes.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from farm.overlay.errors import SpecTextError
from farm.overlay.go_text import fields, to_lower, trim_space

MAX_LINE_BYTES = 65_535
"""azldev reads with Go's `bufio.Scanner`, which takes no longer line."""

_TRIGGERS = [f"{kind}trigger{when}" for kind in ("file", "transfile") for when in ("in", "un", "postun")]
_SCRIPTLETS = [f"{when}{what}" for when in ("pre", "post") for what in ("", "un", "trans", "untrans")]
_TAGGED = "%package"
_WITHOUT_PACKAGE = frozenset({"%changelog", "%patchlist", "%sourcelist"})
SECTIONS = frozenset(
    f"%{name}"
    for name in (
        *("package", "prep", "conf", "build", "install", "check", "clean", "generate_buildrequires", "verify"),
        *("description", "files", "changelog", "patchlist", "sourcelist"),
        *("triggerin", "triggerun", "triggerprein", "triggerpostun"),
        *_SCRIPTLETS,
        *_TRIGGERS,
    )
)
"""First words, in lower case, that start a section."""

_TAG_NAME = re.compile(r"([^\t\n\f\r :]+):")
_TAG_SPACE = "\t\n\f\r "
_TAKES_ARGUMENT = frozenset({"-f", "-p", "-l", "-P"})


@dataclass(frozen=True, slots=True)
class Section:
    """Which section a line belongs to.

    Attributes:
        name: first word of its header, spelled as there; empty for the preamble.
        package: its package qualifier, spelled as in the header.
        tagged: whether its lines are tags: the preamble and `%package`.
    """

    name: str
    package: str
    tagged: bool


PREAMBLE = Section("", "", tagged=True)


@dataclass(frozen=True, slots=True)
class Tag:
    """A `Name: value` line."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class SpecLine:
    """A line and what it is.

    Attributes:
        section: the section it belongs to; a header belongs to the section it starts.
        is_header: whether it starts its section.
        tag: set where it is a tag.
    """

    text: str
    section: Section
    is_header: bool
    tag: Tag | None


@dataclass(frozen=True, slots=True)
class Span:
    """Lines of one section: `start` is the header's, `end` the next header's or the number of lines."""

    section: Section
    start: int
    end: int


class SpecDocument:
    """An immutable spec text, read as azldev reads it."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.texts = tuple(lines)

    @classmethod
    def parse(cls, data: bytes) -> "SpecDocument":
        """Read a spec.

        Raises:
            SpecTextError: a line has more than 65,535 bytes.
        """
        pieces = data.split(b"\n")
        if not pieces[-1]:
            pieces.pop()
        for number, piece in enumerate(pieces, start=1):
            if len(piece) > MAX_LINE_BYTES:
                raise SpecTextError(
                    f"line {number} of the spec is too long",
                    why=f"it has {len(piece)} bytes, more than {MAX_LINE_BYTES}",
                )
        return cls([piece.removesuffix(b"\r").decode(errors="surrogateescape") for piece in pieces])

    def serialize(self) -> bytes:
        """Return the spec's bytes."""
        return "".join(f"{text}\n" for text in self.texts).encode(errors="surrogateescape")

    @cached_property
    def lines(self) -> tuple[SpecLine, ...]:
        """All lines, classified."""
        classified = []
        section = PREAMBLE
        for text in self.texts:
            line = classify(text, section)
            section = line.section
            classified.append(line)
        return tuple(classified)

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        """All sections in order; the first is the preamble, which has no header."""
        starts = [0, *(at for at, line in enumerate(self.lines) if line.is_header)]
        ends = [*starts[1:], len(self.texts)]
        sections = [PREAMBLE, *(line.section for line in self.lines if line.is_header)]
        return tuple(Span(section, start, end) for section, start, end in zip(sections, starts, ends, strict=True))

    def spans_of(self, name: str, package: str) -> list[Span]:
        """Return the sections with a header's first word and package qualifier, spelled as in the spec."""
        return [span for span in self.spans if span.section.name == name and span.section.package == package]

    def insert(self, at: Iterable[int], lines: Sequence[str]) -> "SpecDocument":
        """Return a document with lines put in before each of some line numbers (from 0)."""
        texts = list(self.texts)
        for position in sorted(at, reverse=True):
            texts[position:position] = lines
        return SpecDocument(texts)

    def without(self, numbers: Iterable[int]) -> "SpecDocument":
        """Return a document without some lines."""
        gone = frozenset(numbers)
        return SpecDocument([text for at, text in enumerate(self.texts) if at not in gone])


def classify(text: str, section: Section) -> SpecLine:
    """Say what a line is, standing behind the lines of a section."""
    if text.startswith("#"):
        return SpecLine(text, section, is_header=False, tag=None)
    trimmed = trim_space(text)
    if trimmed.startswith("%"):
        words = fields(trimmed)
        if to_lower(words[0]) in SECTIONS:
            return SpecLine(text, _section_of(words), is_header=True, tag=None)
    found = _TAG_NAME.match(trimmed) if section.tagged else None
    tag = Tag(found[1], trimmed[found.end() :].strip(_TAG_SPACE)) if found else None
    return SpecLine(text, section, is_header=False, tag=tag)


def _section_of(words: Sequence[str]) -> Section:
    kind = to_lower(words[0])
    package = "" if kind in _WITHOUT_PACKAGE else header_package(words)
    return Section(words[0], package, tagged=kind == _TAGGED)


def header_package(words: Sequence[str]) -> str:
    """Return the package qualifier of a section header's words: `-n NAME`, else the first that is no option."""
    full = suffix = ""
    at = 1
    while at < len(words) and words[at] != "--":
        word = words[at]
        if word == "-n":
            full = words[at + 1] if at + 1 < len(words) else full
        elif not word.startswith("-"):
            suffix = suffix or word
        at += 2 if word == "-n" or word in _TAKES_ARGUMENT else 1
    return full or suffix
