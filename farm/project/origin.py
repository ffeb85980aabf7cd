"""Where in the project's files a value was said, for errors that name file and line."""

from dataclasses import dataclass
from pathlib import Path

from farm.project.keys import Keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A key of a TOML file. The line is looked up only when somebody asks for it."""

    file: Path
    keys: Keys = ()

    def __str__(self) -> str:
        """Return `file:line`, or the file alone where the key is not in it any more."""
        from farm.project.toml_locator import line_of  # noqa: PLC0415 - only needed when something is wrong

        line = line_of(self.file, self.keys)
        return f"{self.file}:{line}" if line else str(self.file)
