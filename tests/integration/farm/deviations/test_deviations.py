"""The report of departures over projects in git, the demo and the real tree."""

import json
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
from builders.project_git import HEAD, GitProject

from farm import process
from farm.deviations.collect import DeviationCollector
from farm.deviations.deviation import NOBODY, Deviation, DeviationKind, DeviationsReport
from farm.deviations.html_page import html_report
from farm.deviations.markdown import markdown_report
from farm.history.repository import ProjectRepository
from farm.inputs.layers import Layers
from farm.project.loader import load_project

pytestmark = pytest.mark.integration

DEMO = Path(__file__).parents[4] / "infra" / "demo"

PROJECT = (
    HEAD
    + """\
[components.plain]
[components.x]
spec = { type = "upstream", upstream-commit = "aaaaaaa", upstream-name = "libx" } # The last one under the old licence
release = { calculation = "manual" }
# We have no printers.
[components.x.build]
without = ["cups", "docs"]
defines = { speed = "high" }
[[components.x.overlays]]
description = "Ours"
type = "spec-set-tag"
tag = "Vendor"
value = "us"
[components.x.overlays.metadata]
category = "azl-branding-policy"
upstream-status = "inapplicable"
bugs = [{ url = "https://bugs.example.org/1" }]
[component-groups.quiet]
components = ["x"]
[component-groups.quiet.default-component-config.build]
check = { skip = true, skip_reason = "needs a network" }
"""
)


def report_of(root: Path, repository: ProjectRepository | None) -> DeviationsReport:
    project = load_project(root)
    return DeviationCollector(project, Layers(project), repository).report(list(project.components.values()))


def by_kind(report: DeviationsReport) -> dict[DeviationKind, list[Deviation]]:
    found: dict[DeviationKind, list[Deviation]] = {}
    for one in report.deviations:
        found.setdefault(one.kind, []).append(one)
    return found


def test_every_departure_says_what_why_where_and_who(tmp_path: Path) -> None:
    project = GitProject(tmp_path / "tree")
    project.commit({"azldev.toml": PROJECT.replace("high", "low")}, message="Begin", time=1_600_000_000)
    project.commit({"azldev.toml": PROJECT}, message="Go faster", author="Bea", time=1_700_000_000)
    report = report_of(project.root, project.repository(tmp_path / "cache"))
    assert (report.components, report.departing) == (2, 1)
    found = by_kind(report)
    pin, name = found[DeviationKind.PIN]
    assert pin.what == "is pinned to the upstream commit aaaaaaa"
    assert pin.why == "The last one under the old licence"
    assert name.what == "has another name upstream: libx"
    overlay = found[DeviationKind.OVERLAY][0]
    assert (overlay.what, overlay.why) == ("sets `Vendor: us`", "Ours")
    assert (overlay.category, overlay.upstream_status) == ("azl-branding-policy", "inapplicable")
    assert overlay.bugs == ("https://bugs.example.org/1",)
    assert overlay.said_at == f"azldev.toml:{PROJECT.splitlines().index('[[components.x.overlays]]') + 1}"
    assert (overlay.author.name, overlay.author.date, overlay.author.subject) == ("Ann Author", "2020-09-13", "Begin")
    without, _, speed = found[DeviationKind.MACRO]
    assert (without.what, without.why) == ("is built without cups", "We have no printers.")
    assert (speed.what, speed.author.name) == ("defines the macro speed as `high`", "Bea")
    check = found[DeviationKind.CHECK][0]
    assert (check.why, check.what) == ("needs a network", "does not run %check")
    assert check.said_at.endswith(f":{PROJECT.splitlines().index('[component-groups.quiet]') + 2}")
    assert found[DeviationKind.RELEASE][0].what.endswith("manual")


def test_a_project_outside_git_names_nobody(tmp_path: Path) -> None:
    (tmp_path / "azldev.toml").write_text(PROJECT)
    report = report_of(tmp_path, None)
    assert report.commit == ""
    assert {one.author for one in report.deviations} == {NOBODY}


HOSTILE = "<script>alert(1)</script>\"'&|`[x](javascript:x)\\u001b[2J"


def test_hostile_words_stay_words(tmp_path: Path) -> None:
    text = HEAD + (
        f'[components.x]\n[[components.x.overlays]]\ndescription = "{HOSTILE.replace(chr(34), chr(92) + chr(34))}"\n'
        'type = "spec-set-tag"\ntag = "Vendor"\nvalue = "<img src=x onerror=y>"\n'
    )
    project = GitProject(tmp_path / "tree")
    project.commit({"azldev.toml": text}, message="<b>", author=b"R\xe9n\xe9 <i>")
    report = report_of(project.root, project.repository(tmp_path / "cache"))
    page = html_report(report)
    assert "<script" not in page
    assert "<img" not in page
    assert "\x1b" not in page
    assert page.count("<i>") == page.count("<b>") == 0
    markdown = markdown_report(report)
    assert "<script" not in markdown.replace("\\<", "")
    assert "\x1b" not in markdown
    row = next(line for line in markdown.splitlines() if "overlay" in line and "script" in line)
    assert row.replace("\\|", "").count("|") == 6


class Outline(HTMLParser):
    """Collects what makes a page accessible, and checks that it is well-formed."""

    VOID = frozenset({"meta", "!doctype"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[str] = []
        self.attributes: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes.append((tag, dict(attrs)))
        if tag in ("h1", "h2"):
            self.headings.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_and_accessible(tmp_path: Path) -> None:
    (tmp_path / "azldev.toml").write_text(PROJECT)
    page = html_report(report_of(tmp_path, None))
    outline = Outline()
    outline.feed(page)
    assert outline.open == []
    assert outline.headings == ["h1", "h2"]
    tags = [tag for tag, _ in outline.attributes]
    assert tags.count("main") == tags.count("nav") == tags.count("title") == 1
    assert all(attributes.get("scope") for tag, attributes in outline.attributes if tag == "th")
    assert ("html", {"lang": "en"}) in outline.attributes
    targets = {attributes.get("id") for _, attributes in outline.attributes}
    links = [str(attributes["href"]) for tag, attributes in outline.attributes if tag == "a"]
    assert all(link.startswith("https://") or link[1:] in targets for link in links)
    assert not {"script", "link", "img", "iframe"} & set(tags)
    assert "default-src 'none'" in page


def test_links_to_a_component_hold_when_another_one_comes(tmp_path: Path) -> None:
    (tmp_path / "azldev.toml").write_text(PROJECT)
    before = html_report(report_of(tmp_path, None))
    (tmp_path / "azldev.toml").write_text(PROJECT + '[components."a-c++"]\nrelease = { calculation = "manual" }\n')
    after = html_report(report_of(tmp_path, None))
    (anchor,) = (line for line in before.splitlines() if line.startswith("<h2 "))
    assert anchor in after
    assert '<h2 id="component-a-c++">' in after


def test_the_demo_reports_every_overlay() -> None:
    project = load_project(DEMO)
    overlays = sum(len(component.overlays) for component in project.components.values())
    report = report_of(DEMO, None)
    assert overlays > 10
    assert report.by_kind["overlay"] == overlays
    assert any(one.upstream_status for one in report.deviations)
    assert all(one.why for one in by_kind(report)[DeviationKind.CHECK])


def test_the_real_tree_reports_all_overlays_checks_and_authors(
    real_tree: Path, real_tree_git: Path, tmp_path: Path
) -> None:
    top = tmp_path / "tree"
    top.mkdir()
    for name in ("azldev.toml", "base", "distro"):
        source = real_tree / name
        shutil.copytree(source, top / name) if source.is_dir() else shutil.copy(source, top / name)
    process.check(["git", "init", "--quiet", str(top)])
    (top / ".git" / "objects" / "info" / "alternates").write_text(f"{real_tree_git / 'objects'}\n")
    found = process.check(["git", "--git-dir", str(real_tree_git), "rev-parse", "afd2c0a1"]).decode().strip()
    process.check(["git", "-C", str(top), "update-ref", "HEAD", found])
    report = report_of(top, ProjectRepository.of(top, cache=tmp_path / "cache"))
    assert report.commit == found
    assert report.by_kind == {
        "check": 187,
        "macro": 33,
        "overlay": 233,
        "own-spec": 3,
        "pin": 57,
        "release": 36,
        "source": 2,
    }
    assert len({one.component for one in report.deviations if one.kind is DeviationKind.OVERLAY}) == 97
    assert all(one.author.name and one.author.date for one in report.deviations)
    assert sum(1 for one in report.deviations if one.why) > 0.9 * len(report.deviations)
    anaconda = next(one for one in report.deviations if one.component == "anaconda")
    assert (anaconda.author.name, anaconda.author.commit[:8]) == ("reuben olinsky", "afd2c0a1")
    assert len(markdown_report(report).splitlines()) > len(report.deviations)
    json.dumps(html_report(report))
