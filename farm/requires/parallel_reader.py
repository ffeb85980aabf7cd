"""The reader that executes nothing, in several processes where there is enough to read."""

import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass

from farm.requires.errors import ReaderDiedError
from farm.requires.fast_reader import FastReader
from farm.requires.macro_set import MacroSet
from farm.requires.reading import ReaderName, RenderedSpec, SpecReading

_FEW = 150
"""Fewer specs are read sooner than a process starts."""

_CHUNK = 48

_reader = FastReader()
_macros: list[MacroSet] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class ParallelReader:
    """Shares specs out to processes; the answers come in the order asked.

    Attributes:
        processes: how many; 0 is one for each CPU that this process may run on.
    """

    processes: int = 0

    @property
    def name(self) -> ReaderName:
        """Which reader this is."""
        return _reader.name

    @property
    def version(self) -> str:
        """The code that reads."""
        return _reader.version

    def read(self, specs: Sequence[RenderedSpec], *, macros: MacroSet, arch: str) -> list[SpecReading]:
        """Return what each spec says, in the order given.

        Raises:
            ReaderDiedError: a process was killed.
        """
        processes = self.processes or len(os.sched_getaffinity(0))
        if len(specs) < _FEW or processes == 1:
            return _reader.read(specs, macros=macros, arch=arch)
        chunks = [(specs[start : start + _CHUNK], arch) for start in range(0, len(specs), _CHUNK)]
        context = multiprocessing.get_context("spawn")  # the farm has threads: a fork could take their locks along
        try:
            with ProcessPoolExecutor(processes, context, _begin, (macros,)) as pool:
                return [reading for found in pool.map(_read, chunks) for reading in found]
        except BrokenProcessPool as exc:
            raise ReaderDiedError(
                "a process that reads specs died", why=str(exc), hint="was the machine out of memory?"
            ) from exc


def _begin(macros: MacroSet) -> None:
    _macros[:] = [macros]


def _read(chunk: tuple[Sequence[RenderedSpec], str]) -> list[SpecReading]:
    return _reader.read(chunk[0], macros=_macros[0], arch=chunk[1])
