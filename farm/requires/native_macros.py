"""Macros of the distribution that are written in Lua, written again: what they say reaches tags and packages.

Each does what the macro of its name does in the package named beside it; it is used only where that macro runs Lua or
a shell.
"""

import re
from collections.abc import Mapping

from farm.requires.macro_context import Frame, MacroContext, Native

_NO_NAME = re.compile(r"[^A-Za-z0-9\[\]]+")
_NO_WORD = re.compile(r"[^A-Za-z0-9]+")
_UNSTABLE = 50
_EVR = "%{?epoch:%{epoch}:}%{version}-%{release}"


def _words(frame: Frame) -> list[str]:
    return [frame.values[str(number)] for number in range(1, int(frame.values.get("#", "0")) + 1)]


def _distribution_name(word: str) -> str:
    return _NO_NAME.sub("-", word.lower())


def _py_dist_name(_macros: MacroContext, frame: Frame) -> str:
    return _distribution_name(frame.values.get("1", ""))


def _py2_dist(_macros: MacroContext, frame: Frame) -> str:
    return "".join(f"python2dist({_distribution_name(word)}) " for word in _words(frame))


def _py3_dist(macros: MacroContext, frame: Frame) -> str:
    version = macros.expand("%python3_pkgversion")
    return "".join(f"python{version}dist({_distribution_name(word)}) " for word in _words(frame))


def _py_provides(macros: MacroContext, frame: Frame) -> str:
    """python-rpm-macros: the name, and the names that other spellings of python would give it."""
    name = frame.values.get("1", "")
    evr = frame.values.get("2") or macros.expand(_EVR)
    return "".join(f"Provides: {one} = {evr}\n" for one in (name, *_other_names(macros, name)))


def _python_provide(macros: MacroContext, frame: Frame) -> str:
    """python-rpm-macros, deprecated: as `%py_provides`, without the name itself."""
    evr = macros.expand(_EVR)
    return "".join(f"Provides: {one} = {evr}\n" for one in _other_names(macros, frame.values.get("1", "")))


def _other_names(macros: MacroContext, name: str) -> list[str]:
    """Return the names that python packages have beside their own (python.lua: `python_altnames`)."""
    version = macros.expand("%{__default_python3_pkgversion}")
    for prefix in ("python3-", f"python{version}-"):
        if name.startswith(prefix):
            rest = name.removeprefix(prefix)
            return [f"{other}{rest}" for other in ("python-", "python3-", f"python{version}-") if other != prefix]
    return []


def _python_extras_subpkg(macros: MacroContext, frame: Frame) -> str:
    """python-rpm-macros: a package without files of its own for each extra."""
    name = frame.values.get("-n*", "")
    pieces = []
    for extra in ",".join(_words(frame)).split(","):
        if not extra:
            continue
        pieces += [
            f"%package -n {name}+{extra}",
            f"Summary: Metapackage for {name}: {extra} extras",
            f"Requires: {name} = {macros.expand(_EVR)}",
            *(["BuildArch: noarch"] if "-a" in frame.values else []),
            f"%description -n {name}+{extra}",
            *([] if "-F" in frame.values else [f"%files -n {name}+{extra}"]),
            "",
        ]
    return "\n".join(pieces)


def _pyproject_extras_subpkg(macros: MacroContext, frame: Frame) -> str:
    return _python_extras_subpkg(macros, frame)


def _pypi_source(macros: MacroContext, frame: Frame) -> str:
    """python-rpm-macros: where PyPI keeps a source."""
    name = frame.values.get("1") or macros.expand("%{?srcname}%{!?srcname:%{?pypi_name}%{!?pypi_name:%{name}}}")
    version = frame.values.get("2") or macros.expand("%{?version}").replace("~", "")
    extension = frame.values.get("3") or macros.expand("%{__pypi_default_extension}")
    return f"{macros.expand('%{__pypi_url}')}{name[:1]}/{name}/{name}-{version}.{extension}"


def _crates_source(macros: MacroContext, frame: Frame) -> str:
    """rust-srpm-macros: where crates.io keeps a source, and the name that it is kept under."""
    crate = frame.values.get("1") or macros.expand("%{?crate}")
    version = frame.values.get("2") or macros.expand("%{?crate_version}%{!?crate_version:%{?version}}")
    return f"{macros.expand('%{?__crates_url}')}{crate}/{version}/download#/{crate}-{version}.crate"


def _dist(macros: MacroContext, _frame: Frame) -> str:
    return macros.expand("%{?distprefix}%{?distcore}")


def _efi_arch(macros: MacroContext, _frame: Frame) -> str:
    return {"aarch64": "aa64"}.get(macros.expand("%{_target_cpu}"), "x64")


def _efi_arch_upper(macros: MacroContext, frame: Frame) -> str:
    return _efi_arch(macros, frame).upper()


def _python3_version_nodots(macros: MacroContext, _frame: Frame) -> str:
    return macros.expand("%{__default_python3_version}").replace(".", "")


def _dotnet_runtime_arch(macros: MacroContext, _frame: Frame) -> str:
    return {"aarch64": "arm64"}.get(macros.expand("%{_target_cpu}"), "x64")


def _gometa(macros: MacroContext, _frame: Frame) -> str:
    """go-rpm-macros, as the shim: two tags, and the macros that the preamble of a Go package is made of."""
    path = macros.expand("%{?goipath}")
    url = macros.expand("%{?forgeurl}") or f"https://{path}"
    for name, value in (("gourl", url), ("goname", f"golang-{_NO_WORD.sub('-', path.lower())}"), ("gosource", url)):
        if not macros.is_defined(name):
            macros.define(name, value)
    return f"BuildRequires: go-rpm-macros\nExclusiveArch: {macros.expand('%{golang_arches_future}')}\n"


def _kde_version(name: str) -> Native:
    """kf5 and kf6: the first two numbers of a version, or what is before the next one where the third is 50 or more."""

    def expand(macros: MacroContext, _frame: Frame) -> str:
        numbers = [*macros.expand("%{?version}").split("."), "0", "0"]
        unstable = numbers[2].isdecimal() and int(numbers[2][:6]) >= _UNSTABLE
        if name == "stable":
            return "unstable" if unstable else "stable"
        return ".".join([*numbers[:2], *(["50"] if unstable else [])])

    return expand


NATIVES: Mapping[str, Native] = {
    "py_dist_name": _py_dist_name,
    "py2_dist": _py2_dist,
    "py3_dist": _py3_dist,
    "py_provides": _py_provides,
    "python_provide": _python_provide,
    "python_extras_subpkg": _python_extras_subpkg,
    "pyproject_extras_subpkg": _pyproject_extras_subpkg,
    "pypi_source": _pypi_source,
    "crates_source": _crates_source,
    "dist": _dist,
    "efi_arch": _efi_arch,
    "efi_arch_upper": _efi_arch_upper,
    "__python3_version_nodots": _python3_version_nodots,
    "dotnet_runtime_arch": _dotnet_runtime_arch,
    "gometa": _gometa,
    "majmin_ver_kf5": _kde_version("majmin"),
    "majmin_ver_kf6": _kde_version("majmin"),
    "stable_kf5": _kde_version("stable"),
    "stable_kf6": _kde_version("stable"),
}
