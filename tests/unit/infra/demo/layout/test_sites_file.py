import tomllib
from pathlib import Path

from farm.sources.url_template import expand_dist_git, expand_lookaside
from infra.demo.layout.lookaside import lookaside_path
from infra.demo.layout.sites_file import sites_text
from infra.demo.layout.upstreams import PypiOrigin, UpstreamFile


def test_uris_lead_to_where_things_were_laid_out() -> None:
    distro = tomllib.loads(sites_text(Path("/srv/a place"), "fern"))["distros"]["fern"]
    file = UpstreamFile(component="one", filename="one-1.tar.gz", sha512="ab" * 64, origin=PypiOrigin(project="one"))
    assert expand_dist_git(distro["dist-git-base-uri"], "one") == "file:///srv/a%20place/dist-git/one.git"
    assert (
        expand_lookaside(
            distro["lookaside-base-uri"],
            package="one",
            filename="one-1.tar.gz",
            hash_type="SHA512",
            hash_hex=file.sha512,
        )
        == f"file:///srv/a%20place/lookaside/{lookaside_path(file)}"
    )
