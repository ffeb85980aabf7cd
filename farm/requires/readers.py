"""The readers as commands and plans use them: cached by content, with the processes that this machine has."""

import os

from farm.paths import CachePaths
from farm.requires.parallel_reader import ParallelReader
from farm.requires.reading import ReaderName, SpecReader
from farm.requires.reading_cache import CachedReader
from farm.requires.rpm_reader import RpmReader


def cached_reader(name: ReaderName, cache: CachePaths) -> CachedReader:
    """Return the reader of that name; rpm's over the host's own rpm."""
    reader: SpecReader = ParallelReader()
    if name is ReaderName.RPM:
        reader = RpmReader(scratch=cache.scratch, processes=len(os.sched_getaffinity(0)))
    return CachedReader(reader=reader, directory=cache.spec_readings)
