"""The form in which rpmspec is asked for facts, and its answer parsed: pure.

Every line of an answer begins with a mark: a spec may print lines of its own (`%{echo:...}`), which are passed over.
Neither a name nor a version nor a dependency can hold a line break or a tab: rpm parses specs by lines and words.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from farm.nevra import Nevra, NevraError
from farm.source_package import BinaryPackage, SpecFacts
from workers.spec_errors import SpecError

_PACKAGE = "@farm-package"
_REQUIRES, _PROVIDES = "@farm-requires", "@farm-provides"
_EXCLUSIVE, _EXCLUDED = "@farm-exclusive", "@farm-excluded"
DYNAMIC_MARK = "@farm-dynamic"

_HEAD = (
    rf"\n{_PACKAGE}\t%{{NAME}}-%{{EPOCHNUM}}:%{{VERSION}}-%{{RELEASE}}.%{{ARCH}}\n[{_REQUIRES}\t%{{REQUIRENEVRS}}\n]"
)
SOURCE_FORMAT = _HEAD + rf"[{_EXCLUSIVE}\t%{{EXCLUSIVEARCH}}\n][{_EXCLUDED}\t%{{EXCLUDEARCH}}\n]"
BINARY_FORMAT = _HEAD + rf"[{_PROVIDES}\t%{{PROVIDENEVRS}}\n]"


@dataclass(slots=True, kw_only=True)
class _Record:
    """What was said of one package, by mark."""

    nevra: Nevra
    said: dict[str, list[str]] = field(default_factory=dict)

    def all(self, mark: str) -> tuple[str, ...]:
        return tuple(self.said.get(mark, ()))


def parse_answer(answer: bytes, *, arch: str, spec_name: str) -> SpecFacts:
    """Return the facts that an answer holds: the source package first, then the binary ones.

    Raises:
        SpecError: rpmspec has not said what every spec must say.
    """
    lines = answer.decode(errors="replace").split("\n")
    records = list(_records(lines, spec_name))
    if not records:
        raise SpecError(f"{spec_name}: rpmspec says nothing of a source package")
    source, packages = records[0], [record for record in records[1:] if not record.nevra.is_debug]
    return SpecFacts(
        arch=arch,
        source=_source(source.nevra),
        build_requires=requirements(source.all(_REQUIRES)),
        dynamic=DYNAMIC_MARK in lines,
        packages=tuple(_binary(record) for record in packages),
        excluded=exclusion(
            arch,
            noarch=source.nevra.arch == "noarch",
            exclusive=source.all(_EXCLUSIVE),
            excluded=source.all(_EXCLUDED),
        ),
    )


def requirements(said: Sequence[str]) -> tuple[str, ...]:
    """Return dependencies sorted, without those on rpm itself and without duplicates."""
    return tuple(sorted({dependency for dependency in said if dependency and not dependency.startswith("rpmlib(")}))


def exclusion(arch: str, *, noarch: bool, exclusive: Sequence[str], excluded: Sequence[str]) -> str:
    """Say, in rpm's words, why a spec is not to be built for an architecture; empty where it is.

    rpm checks `noarch` packages against the word `noarch` alone (build/parsePreamble.c); which machine may build them
    is then left to the other words of ExclusiveArch, as in Koji.
    """
    if excluded and arch in excluded:
        return f"Architecture is excluded: {arch} (ExcludeArch: {' '.join(excluded)})"
    allowed = [word for word in exclusive if word != "noarch"] if noarch else list(exclusive)
    if noarch and exclusive and "noarch" not in exclusive:
        return f"Architecture is not included: noarch (ExclusiveArch: {' '.join(exclusive)})"
    if allowed and arch not in allowed:
        return f"Architecture is not included: {arch} (ExclusiveArch: {' '.join(exclusive)})"
    return ""


def _records(lines: Sequence[str], spec_name: str) -> Iterator[_Record]:
    record: _Record | None = None
    for line in lines:
        mark, tab, text = line.partition("\t")
        if not tab:
            continue
        if mark == _PACKAGE:
            if record is not None:
                yield record
            record = _Record(nevra=_nevra(text, spec_name))
        elif record is not None and mark in (_REQUIRES, _PROVIDES, _EXCLUSIVE, _EXCLUDED):
            record.said.setdefault(mark, []).append(text)
    if record is not None:
        yield record


def _nevra(text: str, spec_name: str) -> Nevra:
    try:
        return Nevra.parse(text)
    except NevraError as exc:
        raise SpecError(f"{spec_name}: rpmspec names an impossible package: {text[:200]!r}") from exc


def _source(nevra: Nevra) -> Nevra:
    return Nevra(name=nevra.name, epoch=nevra.epoch, version=nevra.version, release=nevra.release, arch="src")


def _binary(record: _Record) -> BinaryPackage:
    return BinaryPackage(
        name=record.nevra.name,
        provides=tuple(sorted(set(record.all(_PROVIDES)))),
        requires=requirements(record.all(_REQUIRES)),
    )
