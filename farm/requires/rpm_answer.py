"""The form in which rpmspec is asked for many specs, and its answer parsed: pure.

Every line of an answer begins with a mark; lines that a spec prints are passed over. Neither a name nor a version nor a
dependency can hold a line break or a tab: rpm parses specs by lines and words.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from farm.nevra import Nevra, NevraError
from farm.requires.exclusion import exclusion
from farm.requires.reading import PackageReading, ReaderName, SpecReading

_PACKAGE = "@farm-package"
_REQUIRES, _PROVIDES = "@farm-requires", "@farm-provides"
_EXCLUSIVE, _EXCLUDED, _BUILD_ARCH = "@farm-exclusive", "@farm-excluded", "@farm-build-arch"
_SOURCE, _PATCH = "@farm-source", "@farm-patch"
_MARKS = (_REQUIRES, _PROVIDES, _EXCLUSIVE, _EXCLUDED, _BUILD_ARCH, _SOURCE, _PATCH)
DYNAMIC_MARK, _GUESS = "@farm-dynamic", "@farm-guess"
SPEC_MARK, ERRORS_MARK, END_MARK = "@farm-spec", "@farm-errors", "@farm-end"

_SOURCE_TAGS = (
    (_REQUIRES, "REQUIRENEVRS"),
    (_EXCLUSIVE, "EXCLUSIVEARCH"),
    (_EXCLUDED, "EXCLUDEARCH"),
    (_BUILD_ARCH, "BUILDARCHS"),
    (_SOURCE, "SOURCE"),
    (_PATCH, "PATCH"),
)
_BINARY_TAGS = ((_REQUIRES, "REQUIRENEVRS"), (_PROVIDES, "PROVIDENEVRS"))


def source_format(token: str) -> str:
    """Return the query format for a source package; every mark ends with the token, which no spec can know."""
    return _format(_SOURCE_TAGS, token)


def binary_format(token: str) -> str:
    """Return the query format for binary packages."""
    return _format(_BINARY_TAGS, token)


def _format(tags: Sequence[tuple[str, str]], token: str) -> str:
    head = rf"\n{_PACKAGE}{token}\t%{{NAME}}-%{{EPOCHNUM}}:%{{VERSION}}-%{{RELEASE}}.%{{ARCH}}\n"
    return head + "".join(rf"[{mark}{token}\t%{{{tag}}}\n]" for mark, tag in tags)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawAnswer:
    """What was said of one spec.

    Attributes:
        status: exit status of what asked rpm; None where the sandbox ended before it did.
    """

    lines: tuple[str, ...]
    errors: str
    status: int | None


@dataclass(slots=True, kw_only=True)
class _Record:
    """What was said of one package, by mark."""

    nevra: Nevra
    said: dict[str, list[str]] = field(default_factory=dict)

    def all(self, mark: str) -> tuple[str, ...]:
        return tuple(self.said.get(mark, ()))


def split_answers(output: bytes, token: str) -> Mapping[int, RawAnswer]:
    """Return the answers in the output of a batch, by number, their lines without the token.

    Args:
        token: what marks of this batch end with: what a spec prints itself has none, and is passed over.
    """
    answers: dict[int, RawAnswer] = {}
    number, in_errors = -1, False
    lines: list[str] = []
    errors: list[str] = []
    for line in output.decode(errors="replace").split("\n"):
        mark, tab, text = line.partition("\t")
        if not mark.endswith(token):
            if in_errors:
                errors.append(line)
            continue
        mark = mark.removesuffix(token)
        if mark == SPEC_MARK:
            number, in_errors, lines, errors = int(text), False, [], []
        elif mark == ERRORS_MARK:
            in_errors = True
        elif mark == END_MARK:
            answers[number] = RawAnswer(lines=tuple(lines), errors="\n".join(errors), status=int(text))
            number = -1
        else:
            lines.append(mark + tab + text)
    if number >= 0:
        answers[number] = RawAnswer(lines=tuple(lines), errors="\n".join(errors), status=None)
    return answers


def parse_reading(answer: RawAnswer, *, component: str, arch: str) -> SpecReading:
    """Return the reading that an answer holds: the source package first, then the binary ones.

    Raises:
        ValueError: rpm has not said what every spec must say.
    """
    records = list(_records(answer.lines))
    if not records:
        message = "rpmspec says nothing of a source package"
        raise ValueError(message)
    source, packages = records[0], [record for record in records[1:] if not record.nevra.is_debug]
    return SpecReading(
        component=component,
        arch=arch,
        reader=ReaderName.RPM,
        source=_source(source.nevra),
        build_requires=requirements(source.all(_REQUIRES)),
        dynamic=DYNAMIC_MARK in answer.lines,
        guesses=tuple(line.partition("\t")[2] for line in answer.lines if line.startswith(_GUESS)),
        packages=tuple(_binary(record) for record in packages),
        exclusive_arch=source.all(_EXCLUSIVE),
        exclude_arch=source.all(_EXCLUDED),
        build_arch=source.all(_BUILD_ARCH) or (("noarch",) if source.nevra.arch == "noarch" else ()),
        excluded=exclusion(
            arch,
            noarch=source.nevra.arch == "noarch",
            exclusive=source.all(_EXCLUSIVE),
            excluded=source.all(_EXCLUDED),
        ),
        sources=tuple(sorted(set(source.all(_SOURCE)))),
        patches=tuple(sorted(set(source.all(_PATCH)))),
    )


def requirements(said: Sequence[str]) -> tuple[str, ...]:
    """Return dependencies sorted, without those on rpm itself and without duplicates."""
    return tuple(sorted({dependency for dependency in said if dependency and not dependency.startswith("rpmlib(")}))


def _records(lines: Sequence[str]) -> Iterator[_Record]:
    record: _Record | None = None
    for line in lines:
        mark, tab, text = line.partition("\t")
        if not tab:
            continue
        if mark == _PACKAGE:
            if record is not None:
                yield record
            record = _Record(nevra=_nevra(text))
        elif record is not None and mark in _MARKS:
            record.said.setdefault(mark, []).append(text)
    if record is not None:
        yield record


def _nevra(text: str) -> Nevra:
    try:
        return Nevra.parse(text)
    except NevraError as exc:
        message = f"rpmspec names an impossible package: {text[:200]!r}"
        raise ValueError(message) from exc


def _source(nevra: Nevra) -> Nevra:
    return Nevra(name=nevra.name, epoch=nevra.epoch, version=nevra.version, release=nevra.release, arch="src")


def _binary(record: _Record) -> PackageReading:
    return PackageReading(
        name=record.nevra.name,
        arch=record.nevra.arch,
        provides=tuple(sorted(set(record.all(_PROVIDES)))),
        requires=requirements(record.all(_REQUIRES)),
    )
