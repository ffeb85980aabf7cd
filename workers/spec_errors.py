"""A spec that rpm refuses, as an error of the project: rpm's own words and where in the spec."""

from farm.errors import ProjectError
from farm.requires.rpm_words import line_number, rpm_words
from farm.sandbox.run import SandboxResult


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
    if result.overrun:
        return SpecError(f"{spec_name}: parsing it {result.overrun}", why="\n".join(words))
    place = f"{spec_name}:{line}" if (line := line_number(words)) else spec_name
    return SpecError(
        f"{place}: rpm cannot use this spec",
        why="\n".join(words) or f"exit status {result.status}",
        hint=f"the line is that of the rendered spec: farm component render -p {spec_name.removesuffix('.spec')}",
    )
