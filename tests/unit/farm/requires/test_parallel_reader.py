from pathlib import Path

from builders.spec_readers import macro_set, spec_file, spec_text

from farm.requires.fast_reader import FastReader
from farm.requires.parallel_reader import ParallelReader


def test_many_processes_say_what_one_says_in_the_order_asked(tmp_path: Path) -> None:
    macros = macro_set("%common c\n")
    specs = [
        spec_file(tmp_path, spec_text(f"BuildRequires: n{number} %common\n"), name=f"s{number}")
        for number in range(200, 0, -1)
    ]
    several = ParallelReader(processes=2).read(specs, macros=macros, arch="x86_64")
    assert several == FastReader().read(specs, macros=macros, arch="x86_64")
    assert [reading.component for reading in several] == [spec.component for spec in specs]
    assert ParallelReader().version == FastReader().version
