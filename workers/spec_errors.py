"""A spec that rpm refuses, as an error of the project: rpm's own words and where in the spec."""

import re

from farm.errors import ProjectError
from farm.sandbox.run import SandboxResult

_LINE = re.compile(r"(?:line (\d+):|: line (\d+)\b)")
_SAID = re.compile(r"^(?:error|warning): ")
_MOST = 8
_CHARACTERS = 400
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class SpecError(ProjectError):
    """A rendered spec cannot be parsed, or its source RPM cannot be made."""

    code = "BLD011"


def spec_error(spec_name: str, result: SandboxResult) -> SpecError:
    """Return the error for an rpm program that failed on a spec."""
    words = rpm_words(result.stderr)
    if result.timed_out:
        return SpecError(
            f"{spec_name}: parsing it does not end", why="\n".join(words), hint="a macro of the spec loops or waits"
        )
    if result.out_of_memory or result.flooded:
        what = "memory" if result.out_of_memory else "output"
        return SpecError(f"{spec_name}: parsing it takes too much {what}", why="\n".join(words))
    place = f"{spec_name}:{line}" if (line := _line_number(words)) else spec_name
    return SpecError(
        f"{place}: rpm cannot use this spec",
        why="\n".join(words) or f"exit status {result.status}",
        hint=f"the line is that of the rendered spec: farm component render -p {spec_name.removesuffix('.spec')}",
    )


def rpm_words(stderr: str) -> list[str]:
    """Return the lines that rpm meant for people: errors where there are any, else the last lines."""
    lines = [_CONTROL.sub("", line)[:_CHARACTERS] for line in stderr.splitlines() if line.strip()]
    errors = [line for line in lines if _SAID.match(line)]
    only_errors = [line for line in errors if line.startswith("error:")]
    return (only_errors or errors or lines[-_MOST:])[:_MOST]


def _line_number(words: list[str]) -> str:
    for word in words:
        if found := _LINE.search(word):
            return found[1] or found[2]
    return ""
