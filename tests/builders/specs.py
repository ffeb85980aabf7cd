"""Specs of small packages, of which a test names only the part that it is about, and rendered sources of them."""

from collections.abc import Mapping

from farm.source_package import RenderedSource, SourceFile
from farm.store.artifact_store import ArtifactStore

EPOCH = 1_700_000_000
CHANGELOG = "%changelog\n* Mon Jan 05 2026 Demo <demo@farm.invalid> - 1-1\n- Begin\n"

HELLO_C = "cat > hello.c <<'C'\n#include <stdio.h>\nint main(void) { puts(\"hello\"); return 0; }\nC\n"


def make_spec(  # noqa: PLR0913 - one for each part of a spec
    name: str = "tiny",
    *,
    tags: str = "",
    head: str = "",
    generate: str = "",
    build: str = "",
    install: str = "mkdir -p %{buildroot}/usr/share\necho content > %{buildroot}/usr/share/%{name}",
    check: str = "",
    files: str = "/usr/share/%{name}",
    packages: str = "",
    changelog: str = CHANGELOG,
    noarch: bool = True,
) -> str:
    """Return a spec. What is empty is left out; by default it makes one noarch package with one file.

    Args:
        head: text before the first tag.
        tags: further lines of the preamble.
        generate: body of `%generate_buildrequires`.
        packages: further `%package` sections with their `%description` and `%files`.
    """
    parts = [
        head,
        f"Name: {name}\nVersion: 1\nRelease: 1\nSummary: A test\nLicense: MIT",
        "BuildArch: noarch" if noarch else "",
        tags,
        "\n%description\nA test.\n\n%prep\n",
        f"%generate_buildrequires\n{generate}\n" if generate else "",
        f"%build\n{build}\n",
        f"%install\n{install}\n",
        f"%check\n{check}\n" if check else "",
        f"%files\n{files}\n" if files else "",
        packages,
        changelog,
    ]
    return "\n".join(part for part in parts if part) + "\n"


def c_program_spec(name: str = "hello", *, flags: str = "", check: str = "./hello", source: str = HELLO_C) -> str:
    """Return the spec of a C program of one file, compiled with debug information."""
    return make_spec(
        name,
        noarch=False,
        build=f"{source}gcc -g -O2 {flags} -o hello hello.c",
        install="install -D -m 755 hello %{buildroot}/usr/bin/hello",
        check=check,
        files="/usr/bin/hello",
    )


def make_rendered(
    store: ArtifactStore,
    spec: str,
    *,
    component: str = "tiny",
    files: Mapping[str, bytes] | None = None,
    epoch: int = EPOCH,
) -> RenderedSource:
    """Return a rendered source: a spec and further files, in the store."""
    contents = {f"{component}.spec": spec.encode(), **(files or {})}
    return RenderedSource(
        component=component,
        files=tuple(SourceFile(name=name, digest=store.put_bytes(contents[name])) for name in sorted(contents)),
        epoch=epoch,
    )
