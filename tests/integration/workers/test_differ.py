"""Real builds that differ, explained by real diffoscope."""

import pytest
from builders.specs import c_program_spec, make_spec
from builders.workbench import SMALL, Workbench

from farm.build import BuildOutcome, BuildResult
from farm.verdict import VerdictStatus
from workers import differ
from workers.compare import compare, judge
from workers.differ import Explanation, explain
from workers.variation import further_variation

pytestmark = pytest.mark.integration

CLOCK_AND_HOST = """\
cat > hello.c <<'C'
#include <stdio.h>
int main(void) { puts("built " WHEN " on " WHERE); return 0; }
C
"""
FLAGS = """-DWHEN="\\"$(date '+%%b %%e %%Y %%T')\\"" -DWHERE="\\"$(hostname)\\"" """


def _twice(bench: Workbench, spec: str, component: str) -> tuple[BuildResult, BuildResult]:
    first = bench.build(spec, component=component)
    second = bench.build(spec, component=component, vary=lambda inputs: further_variation(inputs.build_id, 1))
    assert [first.outcome, second.outcome] == [BuildOutcome.SUCCEEDED] * 2, bench.log(second)
    return first, second


def _explain(bench: Workbench, results: tuple[BuildResult, BuildResult]) -> Explanation:
    return explain(compare(*results), store=bench.store, scratch=bench.scratch, limits=SMALL, results=results)


def test_program_that_holds_clock_and_host(bench: Workbench) -> None:
    results = _twice(bench, c_program_spec(source=CLOCK_AND_HOST, flags=FLAGS), "hello")
    explanation = _explain(bench, results)
    assert [cause.name for cause in explanation.causes] == ["build-time", "hostname"], explanation.causes
    assert results[0].variation.hostname in explanation.causes[1].evidence
    assert "./usr/bin/hello" in explanation.causes[1].evidence
    assert explanation.text is not None
    assert explanation.html is not None
    text = bench.store.read(explanation.text).decode()
    assert results[0].variation.hostname in text
    assert results[1].variation.hostname in text
    assert b"<html" in bench.store.read(explanation.html)


@pytest.mark.parametrize(
    ("write", "cause"),
    [
        # A list that begins with rpmbuild's own SPECPARTS is a plotter's program to libmagic, now and then.
        ("for d in $(seq 20); do : > part-$d; done; ls -U | grep ^part > $OUT", "file-order"),
        ("echo built by $(id -un) > $OUT", "user"),
        ("echo make %{_smp_mflags} > $OUT", "cpu-count"),
        ("echo LANG=$LC_ALL > $OUT", "locale"),
        ("echo $TZ > $OUT", "timezone"),
        ("date -d @1000000000 +%%H:%%M > $OUT; echo now $(date +%%s) >> $OUT", "build-time"),
        ("mktemp -d /tmp/unpack.XXXXXX > $OUT", "build-path"),
        ("head -c 8 /dev/urandom | od -An -tx1 > $OUT", "unknown"),
    ],
)
def test_cause_is_named(bench: Workbench, write: str, cause: str) -> None:
    spec = make_spec(
        noarch=False,
        build=f"OUT=$PWD/out.txt; {write}",
        install="install -D -m 644 out.txt %{buildroot}/usr/share/tiny",
    )
    explanation = _explain(bench, _twice(bench, spec, "tiny"))
    assert [found.name for found in explanation.causes] == [cause], explanation.causes


def test_file_mode_from_the_umask(bench: Workbench) -> None:
    """Rpm sets the umask of its sections: only a program that was started before them still has the build's."""
    head = "%global mask %(umask)"
    spec = make_spec(
        head=head, install="mkdir -p %{buildroot}/usr/share\numask %{mask}\n: > %{buildroot}/usr/share/tiny"
    )
    explanation = _explain(bench, _twice(bench, spec, "tiny"))
    assert [found.name for found in explanation.causes] == ["umask"]


def test_verdict_stands_without_a_report(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(differ, "_SECONDS", 0.05)
    spec = make_spec(install="mkdir -p %{buildroot}/usr/share\nhostname > %{buildroot}/usr/share/tiny")
    results = _twice(bench, spec, "tiny")
    explanation = _explain(bench, results)
    assert explanation.html is None
    assert explanation.text is not None
    assert "did not end within" in bench.store.read(explanation.text).decode()
    inputs = bench.inputs(bench.source_rpm(spec))
    verdict = judge(inputs, results, compare(*results), explanation.causes, (explanation.text, explanation.html))
    assert verdict.status is VerdictStatus.UNREPRODUCIBLE
    assert verdict.report == explanation.text


def test_package_that_only_one_build_made(bench: Workbench) -> None:
    packages = (
        '%if "%(id -un)" == "verifier"\n%package extra\nSummary: x\n%description extra\nx\n%files extra\n%endif\n'
    )
    results = _twice(bench, make_spec(packages=packages), "tiny")
    explanation = _explain(bench, results)
    assert [one.filename for one in compare(*results)] == ["tiny-extra-1-1.noarch.rpm"]
    assert explanation.text is not None
