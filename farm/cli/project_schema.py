"""`farm project schema`: a JSON schema of the project's files, for editors."""

import click

from farm.cli.context import FarmContext, pass_farm
from farm.cli.output import emit_text, encode_json


@click.command("schema")
@click.option("--overlay-file", is_flag=True, help="The schema of files that `overlay-files` names.")
@pass_farm
def schema(farm: FarmContext, *, overlay_file: bool) -> None:
    """Write the JSON schema of azldev.toml and of what it includes; always JSON, whatever -O says.

    In an editor with a TOML language server, write `#:schema <file>` on the first line of a file.
    """
    from farm.project.json_schema import config_schema, overlay_file_schema  # noqa: PLC0415 - only needed here

    del farm
    emit_text(encode_json(overlay_file_schema() if overlay_file else config_schema()))
