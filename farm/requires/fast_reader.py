"""The reader that executes nothing: no shell, no Lua, no file that is not beside the spec; for planning and impact."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from farm.arch import arch_named
from farm.digest import Digest, digest_bytes
from farm.nevra import Nevra
from farm.requires.beside import SourceDirectory
from farm.requires.exclusion import exclusion
from farm.requires.inert_lines import InertLines
from farm.requires.macro_builtins import BUILTINS
from farm.requires.macro_context import Builtin, MacroContext
from farm.requires.macro_expansion import Expander
from farm.requires.macro_set import MacroSet
from farm.requires.macro_table import Macro, macro_table, read_definitions
from farm.requires.native_macros import NATIVES
from farm.requires.reading import PackageReading, ReaderName, RenderedSpec, SpecReading
from farm.requires.spec_conditions import SpecLines
from farm.requires.spec_tags import NoarchError, SpecTags, TaggedPackage

_MOST_BYTES = 12 * 2**20
_WORDS = 400
_SOURCE_DIRECTORY = "/farm-sourcedir"


class UnreadableSpecError(ValueError):
    """A spec that cannot be text for rpm."""


@dataclass(frozen=True, slots=True)
class _Table:
    macros: Mapping[str, Macro]
    inert: InertLines


class FastReader:
    """Reads specs in this process; the macro set that was read last is kept."""

    def __init__(self) -> None:
        self._kept: tuple[Digest, _Table] | None = None

    @property
    def name(self) -> ReaderName:
        """Which reader this is."""
        return ReaderName.FAST

    @property
    def version(self) -> str:
        """The code that reads."""
        return _version()

    def read(self, specs: Sequence[RenderedSpec], *, macros: MacroSet, arch: str) -> list[SpecReading]:
        """Return what each spec says, in the order given."""
        if self._kept is None or self._kept[0] != macros.digest:
            self._kept = (macros.digest, _table(macros))
        table = self._kept[1]
        return [self._read_one(spec, table, arch) for spec in specs]

    def _read_one(self, spec: RenderedSpec, table: _Table, arch: str) -> SpecReading:
        beside = SourceDirectory(spec.path.parent)
        try:
            return _read(_text(spec.path), spec.component, table, arch, beside)
        except OSError as exc:
            why, passing = f"{exc.strerror}: {spec.path}", True
        except (ValueError, RecursionError) as exc:
            why, passing = str(exc)[:_WORDS] or type(exc).__name__, False
        return SpecReading(
            component=spec.component,
            arch=arch,
            reader=ReaderName.FAST,
            beside=beside.touched(),
            error=_clean(why),
            transient=passing,
        )


def _text(path: Path) -> str:
    if path.stat().st_size > _MOST_BYTES:
        message = f"the spec has more than {_MOST_BYTES >> 20} MiB"
        raise UnreadableSpecError(message)
    data = path.read_bytes()
    if b"\0" in data:
        message = f"line {data[: data.index(0)].count(10) + 1}: a NUL byte"
        raise UnreadableSpecError(message)
    return data.decode(errors="surrogateescape").replace("\r\n", "\n")


def _read(text: str, component: str, table: _Table, arch: str, beside: SourceDirectory) -> SpecReading:
    try:
        expander, tags = _tags(text, table, arch, arch, beside)
    except NoarchError:
        expander, tags = _tags(text, table, arch, "noarch", beside)
    if not tags.main.name or "version" not in tags.main.tags:
        message = "the spec has no Name or no Version"
        raise UnreadableSpecError(message)
    return _reading(component, arch, expander, tags, beside)


def _tags(text: str, table: _Table, arch: str, target: str, beside: SourceDirectory) -> tuple[Expander, SpecTags]:
    isa = arch_named(arch).isa.strip("()")
    expander = Expander(table.macros, builtins={**BUILTINS, "load": _loader(beside)}, natives=NATIVES)
    for name, body in (
        ("nil", ""),
        ("_sourcedir", _SOURCE_DIRECTORY),
        ("_target_cpu", target),
        ("_arch", arch),
        ("_build_arch", arch),
        ("__isa", isa),
        ("__isa_name", isa.partition("-")[0]),
    ):
        expander.define(name, body)
    tags = SpecTags(expander, restart=target != "noarch")
    lines = SpecLines(
        expander,
        arch=target,
        read_beside=lambda name: beside.read(name.removeprefix(_SOURCE_DIRECTORY + "/")),
        is_inert=lambda line: table.inert.is_inert(line, tags.section, expander),
    )
    tags.take(lines.read(text))
    return expander, tags


def _loader(beside: SourceDirectory) -> Builtin:
    def load(expander: MacroContext, argument: str) -> str:
        text = beside.read(expander.expand(argument).strip().removeprefix(_SOURCE_DIRECTORY + "/"))
        if text is None:
            expander.guesses.add("load")
            return ""
        expander.spend(len(text))
        for name, macro in read_definitions(text).items():
            expander.define(name, macro.body, macro.options)
        return ""

    return load


def _reading(component: str, arch: str, expander: Expander, tags: SpecTags, beside: SourceDirectory) -> SpecReading:
    main = tags.main
    noarch = tags.build_arch == ["noarch"]
    return SpecReading(
        component=component,
        arch=arch,
        reader=ReaderName.FAST,
        source=_nevra(main, main, "src"),
        build_requires=_sorted(tags.build_requires),
        dynamic=tags.dynamic,
        packages=tuple(
            _package(package, main, arch)
            for package in tags.packages
            if package.has_files and not _is_debug(package.name)
        ),
        exclusive_arch=tuple(tags.lists["exclusivearch"]),
        exclude_arch=tuple(tags.lists["excludearch"]),
        build_arch=tuple(tags.build_arch),
        excluded=exclusion(
            arch, noarch=noarch, exclusive=tags.lists["exclusivearch"], excluded=tags.lists["excludearch"]
        ),
        sources=_sorted(tags.sources),
        patches=_sorted(tags.patches),
        beside=beside.touched(),
        guesses=_sorted([*expander.guesses, *(tag for tag in ("version", "release") if not main.tags.get(tag))]),
    )


def _package(package: TaggedPackage, main: TaggedPackage, arch: str) -> PackageReading:
    own = package.tags.get("arch") or main.tags.get("arch") or arch
    nevra = _nevra(package, main, own)
    zero = "0:" if not nevra.epoch and main.tags.get("epoch") else ""  # an Epoch that is said is written
    itself = [f"{package.name} = {zero}{nevra.evr}"]
    if own != "noarch":
        itself.append(f"{package.name}{arch_named(arch).isa} = {zero}{nevra.evr}")
    return PackageReading(
        name=_clean(package.name),
        arch=own,
        provides=_sorted([*package.provides, *itself]),
        requires=_sorted(package.requires),
    )


def _is_debug(name: str) -> bool:
    return not {"debuginfo", "debugsource"}.isdisjoint(name.split("-"))


def _nevra(package: TaggedPackage, main: TaggedPackage, arch: str) -> Nevra:
    def tag(name: str, default: str) -> str:
        return _clean(package.tags.get(name) or main.tags.get(name) or default)

    epoch = tag("epoch", "0")
    return Nevra(
        name=_clean(package.name),
        epoch=int(epoch[:9]) if epoch.isascii() and epoch.isdecimal() else 0,
        version=tag("version", "0"),
        release=tag("release", "0"),
        arch=arch,
    )


def _sorted(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted({_clean(word) for word in words}))


def _clean(text: str) -> str:
    """Return text that can be written as JSON: bytes that were no UTF-8 become question marks."""
    return text if text.isascii() else text.encode(errors="surrogateescape").decode(errors="replace")


def _table(macros: MacroSet) -> _Table:
    table = macro_table(macros, _base())
    return _Table(table, InertLines(table))


@lru_cache(maxsize=1)
def _version() -> str:
    """Return the digest of this package: of whatever in it changes, an answer may change."""
    room = files("farm.requires")
    code = sorted(path.name for path in room.iterdir() if path.name.endswith(".py"))
    return digest_bytes(b"\0".join([*((room / name).read_bytes() for name in code), _base().encode()]))


def _base() -> str:
    return (files("farm.requires") / "data" / "base.macros").read_text()
