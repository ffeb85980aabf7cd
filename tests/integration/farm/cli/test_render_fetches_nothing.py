from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from builders.dist_git import SPEC, Upstream
from builders.projects import write_files
from builders.web_server import status, web_server

from farm.cli.main import run

pytestmark = pytest.mark.integration

FILE = "demo-1.0.tar.gz"


def test_rendering_asks_no_lookaside_and_no_origin(own_directories: Path) -> None:
    asked: list[str] = []

    def count(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.path)
        status(404)(handler)

    upstream = Upstream(own_directories / "upstream")
    upstream.commit("demo", {"demo.spec": SPEC, "sources": f"SHA512 ({FILE}) = {'ab' * 64}\n"})
    with web_server({f"/{FILE}": count, "/extra.tar.gz": count}) as url:
        table = upstream.project_table.replace(f"file://{upstream.lookaside}/", f"{url}/")
        table = table.replace("$pkg/$filename/$hashtype/$hash/$filename", "$filename")
        assert f'lookaside-base-uri = "{url}/$filename"' in table
        extra = (
            f'[components.demo]\nsource-files = [{{ filename = "extra.tar.gz", hash-type = "SHA512", '
            f'hash = "{"cd" * 64}", origin = {{ type = "download", uri = "{url}/extra.tar.gz" }} }}]\n'
        )
        project = write_files(own_directories / "project", {"azldev.toml": table + extra})
        arguments = ["-C", str(project), "component", "render", "-a", "-o", str(own_directories / "out")]
        assert run(arguments) == 0
        assert asked == []
        assert "extra.tar.gz" in (own_directories / "out" / "d" / "demo" / "sources").read_text()
        assert run([*arguments, "--with-sources"]) == 3
        assert set(asked) & {f"/{FILE}", "/extra.tar.gz"}
