"""The reader that knows: rpmspec itself, which runs code of the specs, in a sandbox, many specs to one sandbox."""

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.resources import files
from pathlib import Path

from farm import process
from farm.digest import digest_bytes
from farm.identity import random_name
from farm.requires.beside import BesideFiles
from farm.requires.macro_set import MacroSet
from farm.requires.reading import ReaderName, RenderedSpec, SpecReading
from farm.requires.rpm_answer import RawAnswer, binary_format, parse_reading, source_format, split_answers
from farm.requires.rpm_macro_directory import lay_out_macros
from farm.requires.rpm_words import line_number, rpm_words
from farm.sandbox.claimed_directory import claimed_directory
from farm.sandbox.host_view import tool_environment
from farm.sandbox.run import SandboxResult, run_in_sandbox
from farm.sandbox.sandbox import Bind, Limits, Sandbox

BATCH = 48
"""Specs per sandbox: bubblewrap takes a time that grows with the square of what it binds."""

ROOM = "/builddir"
"""Where specs and macros are seen; what a spec writes there is gone before the next one is read."""

SECONDS = 60
"""For one spec; each spec of Azure Linux needs less than half a second, but one (langpacks) 25."""

_KIBIBYTES = 1024 * 1024
_LIMITS = Limits(memory_bytes=2 * 2**30, processes=128, file_bytes=64 * 2**20, output_bytes=512 * 2**20)
_KILLED = 137

MakeSandbox = Callable[[tuple[Bind, ...], Limits], Sandbox]
"""Gives the sandbox with further binds below `ROOM`, which it makes writable."""


def host_sandbox(binds: tuple[Bind, ...], limits: Limits) -> Sandbox:
    """Return a sandbox over the host's own rpm; nobody's home, so that no macros of a user reach it.

    Specs of a distribution of RPMs are written for a `/bin/sh` that is bash (`${commit:0:7}`).
    """
    bash = Bind(source=Path("/usr/bin/bash"), target="/usr/bin/sh")
    return Sandbox(
        root=None,
        binds=(bash, *binds),
        tmpfs=((ROOM, 16 * 2**20),),
        environment=(*(pair for pair in tool_environment() if pair[0] != "HOME"), ("HOME", "/nonexistent")),
        limits=limits,
    )


@dataclass(frozen=True, kw_only=True)  # without slots: the version is kept
class RpmReader:
    """Asks rpmspec.

    Attributes:
        scratch: directory for working files.
        make_sandbox: where rpmspec runs: over the host's `/usr`, or in a buildroot.
        config_directory: rpm's own files, as seen from the host: its base macros go before a set that lacks them.
        tools: what stands for the programs that run, in the version; empty: the host's rpm is asked.
        processes: how many sandboxes at once.
    """

    scratch: Path
    make_sandbox: MakeSandbox = host_sandbox
    config_directory: Path = Path("/usr/lib/rpm")
    tools: str = ""
    processes: int = 2

    @property
    def name(self) -> ReaderName:
        """Which reader this is."""
        return ReaderName.RPM

    @cached_property
    def version(self) -> str:
        """The programs that answer, and the script that asks."""
        tools = self.tools or process.check(["rpmspec", "--version"]).decode().strip()
        return digest_bytes(json.dumps([tools, _script(), source_format(""), binary_format("")]).encode())

    def read(self, specs: Sequence[RenderedSpec], *, macros: MacroSet, arch: str) -> list[SpecReading]:
        """Return what each spec says, in the order given.

        Raises:
            SandboxUnavailableError: there is no sandbox here.
        """
        with claimed_directory(self.scratch, "macros") as own:
            own.chmod(0o755)  # the build user reads what is bound from it
            paths = lay_out_macros(macros, own, self.config_directory)
            batches = [specs[start : start + BATCH] for start in range(0, len(specs), BATCH)]
            with ThreadPoolExecutor(self.processes, thread_name_prefix="rpmspec") as threads:
                asked = threads.map(lambda batch: self._read_batch(batch, own, paths, arch), batches)
                return [reading for batch in asked for reading in batch]

    def _read_batch(
        self, specs: Sequence[RenderedSpec], macros: Path, paths: Sequence[str], arch: str
    ) -> list[SpecReading]:
        """Read a batch; where the sandbox dies, the spec that was being read did it, and the rest is asked again."""
        readings: list[SpecReading] = []
        while len(readings) < len(specs):
            rest = specs[len(readings) :]
            token = random_name("")
            result = self._ask(rest, macros, paths, arch, token)
            answers = split_answers(result.stdout, token)
            for number, spec in enumerate(rest):
                answer = answers.get(number)
                if answer is None and number:
                    break
                readings.append(_reading(spec, answer or _NOTHING, result, arch))
                if answer is None or answer.status is None:
                    break
        return readings

    def _ask(
        self, specs: Sequence[RenderedSpec], macros: Path, paths: Sequence[str], arch: str, token: str
    ) -> SandboxResult:
        seen = [f"{ROOM}/specs/{number}" for number in range(len(specs))]
        binds = [
            Bind(source=spec.path.parent.resolve(), target=target) for spec, target in zip(specs, seen, strict=True)
        ]
        if paths:
            binds.append(Bind(source=macros, target=f"{ROOM}/rpm"))
        limits = replace(_LIMITS, seconds=SECONDS * (len(specs) + 1.0))
        sandbox = self.make_sandbox(tuple(binds), limits)
        if paths:
            sandbox = replace(sandbox, environment=(*sandbox.environment, ("RPM_CONFIGDIR", f"{ROOM}/rpm")))
        lines = [f"{number}\t{seen[number]}/{spec.path.name}\n" for number, spec in enumerate(specs)]
        macro_path = ":".join(f"{ROOM}/rpm/{path}" for path in paths)
        arguments = [token, f"{arch}-linux", str(SECONDS), str(_KIBIBYTES)]
        arguments += [source_format(token), binary_format(token), macro_path]
        return run_in_sandbox(sandbox, ["bash", "-c", _script(), "bash", *arguments], stdin="".join(lines).encode())


_NOTHING = RawAnswer(lines=(), errors="", status=None)


def _script() -> str:
    return (files("farm.requires") / "rpm_batch.bash").read_text()


def _reading(spec: RenderedSpec, answer: RawAnswer, result: SandboxResult, arch: str) -> SpecReading:
    failed = SpecReading(
        component=spec.component,
        arch=arch,
        reader=ReaderName.RPM,
        beside=BesideFiles(spec).all(),
        whole_directory=True,
    )
    if answer.status is None:
        return replace(failed, error=_death(result), transient=True)
    if answer.status == _KILLED:
        why = f"parsing it does not end within {SECONDS} s: a macro of the spec loops or waits"
        return replace(failed, error=why, transient=True)
    if answer.status:
        words = rpm_words(answer.errors)
        place = f"line {line}: " if (line := line_number(words)) else ""
        return replace(failed, error=place + ("\n".join(words) or f"exit status {answer.status}"))
    try:
        reading = parse_reading(answer, component=spec.component, arch=arch)
    except ValueError as exc:
        return replace(failed, error=str(exc))
    return replace(reading, beside=failed.beside, whole_directory=True)


def _death(result: SandboxResult) -> str:
    if result.timed_out:
        return "parsing it does not end: a macro of the spec loops or waits"
    if result.overrun:
        return f"parsing it {result.overrun}"
    return f"what reads it died with status {result.status}"
