"""A small azldev project of local specs, to be built for real on the smallest seed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

BASE = [
    "bash",
    "coreutils",
    "cpio",
    "diffutils",
    "dwz",
    "elfutils",
    "file",
    "findutils",
    "gawk",
    "glibc-common",
    "grep",
    "gzip",
    "libfaketime",
    "make",
    "patch",
    "redhat-rpm-config",
    "rpm-build",
    "sed",
    "tar",
    "util-linux",
    "xz",
    "zstd",
]

CHANGELOG = "%changelog\n* Wed Jan 01 2025 Demo <demo@farm.invalid> - 1-1\n- Begin\n"


def c_library(name: str) -> str:
    """Return the spec of a C library with a -devel package, its source inside the spec."""
    return f"""\
Name: {name}
Version: 1
Release: 1%{{?dist}}
Summary: A library of one function
License: MIT
BuildRequires: gcc

%description
Says hello.

%package devel
Summary: Header of {name}
Requires: %{{name}}%{{?_isa}} = %{{version}}-%{{release}}

%description devel
Header and link of {name}.

%prep
%setup -q -c -T
cat > greet.c <<'C'
const char *greet(void) {{ return "hello from the farm"; }}
C
echo 'const char *greet(void);' > greet.h

%build
gcc %{{optflags}} %{{build_ldflags}} -fPIC -shared -Wl,-soname,lib{name}.so.1 -o lib{name}.so.1 greet.c

%install
install -D -m755 lib{name}.so.1 %{{buildroot}}%{{_libdir}}/lib{name}.so.1
ln -s lib{name}.so.1 %{{buildroot}}%{{_libdir}}/lib{name}.so
install -D -m644 greet.h %{{buildroot}}%{{_includedir}}/greet.h

%files
%{{_libdir}}/lib{name}.so.1

%files devel
%{{_libdir}}/lib{name}.so
%{{_includedir}}/greet.h

{CHANGELOG}"""


def c_program(name: str, library: str) -> str:
    """Return the spec of a program that is linked with a library of the same project, with a test."""
    return f"""\
Name: {name}
Version: 1
Release: 1%{{?dist}}
Summary: Prints a greeting
License: MIT
BuildRequires: gcc
BuildRequires: {library}-devel

%description
Prints what the library says.

%prep
%setup -q -c -T
cat > {name}.c <<'C'
#include <greet.h>
#include <stdio.h>
int main(void) {{ puts(greet()); return 0; }}
C

%build
gcc %{{optflags}} %{{build_ldflags}} -o {name} {name}.c -l{library}

%install
install -D -m755 {name} %{{buildroot}}%{{_bindir}}/{name}

%check
./{name} | grep -q 'hello from the farm'

%files
%{{_bindir}}/{name}

{CHANGELOG}"""


def noarch(name: str, *, content: str = "same every time", build: str = "", requires: str = "") -> str:
    """Return the spec of a package of one text file; `build` are further lines of %build."""
    needs = f"BuildRequires: {requires}\n" if requires else ""
    return f"""\
Name: {name}
Version: 1
Release: 1%{{?dist}}
Summary: A text
License: MIT
BuildArch: noarch
{needs}
%description
A text.

%prep
%setup -q -c -T

%build
echo "{content}" > text
{build}

%install
install -D -m644 text %{{buildroot}}%{{_datadir}}/{name}/text

%files
%{{_datadir}}/{name}/

{CHANGELOG}"""


def clockwork(name: str) -> str:
    """Return the spec of a package that honestly embeds the time of its build."""
    return noarch(name, build="date >> text")


@dataclass(kw_only=True)
class DemoProject:
    """A project directory that tests write to.

    Attributes:
        seed: path of the seed, in which `$arch` stands for an architecture.
        specs: text of each component's spec, by component.
        build_from: what source RPMs are made of.
        bootstrap: bcond by component.
    """

    root: Path
    seed: Path
    specs: Mapping[str, str]
    overlays: dict[str, str] = field(default_factory=dict)
    limits: str = 'seconds = 120\nmemory = "2G"\ndisk = "1G"\nprocesses = 256\n'
    verification: str = ""
    waivers: str = ""
    build_from: str = "overlays"
    bootstrap: dict[str, str] = field(default_factory=dict)

    def write(self) -> "DemoProject":
        """Write the project; files that are there already are replaced."""
        self.root.mkdir(parents=True, exist_ok=True)
        parts = [
            '[project]\ndefault-distro = { name = "tiny" }\nrendered-specs-dir = "rendered"\n',
            '[distros.tiny]\ndescription = "Tiny Linux"\ndefault-version = "1"\n',
            '[distros.tiny.versions.1]\nrelease-ver = "1"\n',
        ]
        parts.append(
            '[default-component-config.publish]\nrpm-channel = "base"\n'
            'debuginfo-channel = "debuginfo"\nsrpm-channel = "source"\n'
        )
        for name, spec in sorted(self.specs.items()):
            directory = self.root / "specs" / name
            directory.mkdir(parents=True, exist_ok=True)
            (directory / f"{name}.spec").write_text(spec, encoding="utf-8")
            parts.append(f'[components.{name}]\nspec = {{ type = "local", path = "specs/{name}/{name}.spec" }}\n')
            parts.append(self.overlays.get(name, ""))
        (self.root / "azldev.toml").write_text("\n".join(parts), encoding="utf-8")
        bootstrap = "".join(f'{name} = "{bcond}"\n' for name, bcond in sorted(self.bootstrap.items()))
        base = ", ".join(f'"{name}"' for name in BASE)
        (self.root / "farm.toml").write_text(
            f'build-from = "{self.build_from}"\n\n'
            f'[[repositories]]\nname = "seed"\npath = "{self.seed}"\npriority = 99\n\n'
            f"[buildroot]\nbase = [{base}]\n\n"
            '[[buildroot.layers]]\nname = "c"\npackages = ["gcc"]\n\n'
            f"[limits]\n{self.limits}\n[verification]\n{self.verification}\n{self.waivers}"
            + (f"\n[bootstrap]\n{bootstrap}" if bootstrap else ""),
            encoding="utf-8",
        )
        return self
