import pytest

from workers.seed.converter.conversion_error import ConversionError
from workers.seed.converter.job import RESULT_MARK, Job, Result, read_jobs, write_jobs


def test_jobs_survive_the_way_to_the_converter() -> None:
    job = Job(
        deb="/input/a.deb",
        output="/work/output/a.rpm",
        arch="x86_64",
        debian_arch="amd64",
        isa="(x86-64)",
        triplet="x86_64-linux-gnu",
        python="3.13",
        names=["a-devel"],
    )
    assert read_jobs(write_jobs([job])) == [job]


def test_results_survive_the_way_back() -> None:
    result = Result(output="/work/output/a.rpm", nevra="a-1-1.noarch", epoch=5, error="two\nlines")
    assert "\n" not in result.line()
    assert Result.parse(result.line()) == result


def test_talk_is_no_result() -> None:
    assert Result.parse("warning: something") is None


@pytest.mark.parametrize("rest", ["", "{", "[]", '{"output": "a", "other": 1}', "null"])
def test_a_broken_result_is_refused(rest: str) -> None:
    with pytest.raises(ConversionError):
        Result.parse(RESULT_MARK + rest)
