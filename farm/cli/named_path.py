"""The type of options and arguments that name a file or directory."""

from pathlib import Path

import click


class NamedPath(click.Path):
    """A path that says something: an empty one, as of a shell variable without value, is not the current directory."""

    def __init__(self, *, file_okay: bool = True, dir_okay: bool = True) -> None:
        super().__init__(path_type=Path, file_okay=file_okay, dir_okay=dir_okay)

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return the path; refuse an empty one."""
        if value == "":
            self.fail("the path is empty", param, ctx)
        return Path(str(super().convert(value, param, ctx)))  # type: ignore[arg-type] # a text or a path
