"""The configuration file that tells azldev projects where dist-git and lookaside were laid out."""

from pathlib import Path
from urllib.parse import quote

from infra.demo.layout.lookaside import TEMPLATE

SITES_NAME = "sites.toml"


def sites_text(target: Path, distro: str) -> str:
    """Return the text of a file for `--config-file`: absolute `file:` URIs of one target directory."""
    base = f"file://{quote(str(target.absolute()))}"
    return (
        "# Written by lay_out.py: where it laid out dist-git and lookaside. Give it as --config-file.\n"
        f"[distros.{distro}]\n"
        f'dist-git-base-uri = "{base}/dist-git/$pkg.git"\n'
        f'lookaside-base-uri = "{base}/lookaside/{TEMPLATE}"\n'
    )
