"""The history of a package: commits with what rpmautospec looks at in each."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

_FIELDS = ("%H", "%P", "%an", "%ae", "%ct", "%T", "%B")
_MOST_COMMITS = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageCommit:
    """A commit of a package, from dist-git or made up.

    Attributes:
        time: of its committer, in seconds since 1970.
        tree: identity of all files together.
        spec: id of the spec's content; empty where the commit has none.
        changelog: id of the content of the file `changelog`; empty where there is none.
    """

    id: str
    parents: tuple[str, ...]
    author: str
    email: str
    time: int
    message: str
    tree: str
    spec: str
    changelog: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageHistory:
    """Commits by id, children before parents.

    Attributes:
        name: of the spec, without `.spec`.
        contents: of specs and `changelog` files, by id; those of old commits may be left out until they are asked for.
    """

    name: str
    head: str
    commits: Mapping[str, PackageCommit]


RunGit = Callable[[Sequence[str], bytes], bytes]
"""Runs git on the repository of one package with arguments and standard input; gives what it writes."""


def read_history(git: RunGit, commit: str, spec_name: str) -> PackageHistory:
    """Return all history of a commit.

    Args:
        spec_name: file name of the spec in dist-git.
    """
    form = "%x00".join(_FIELDS) + "%x00"
    log = ["log", "--topo-order", f"--max-count={_MOST_COMMITS}", f"--format=tformat:{form}", "--encoding=UTF-8"]
    fields = git([*log, commit, "--"], b"").decode(errors="replace").split("\0")
    width = len(_FIELDS)
    rows = [fields[at : at + width] for at in range(0, len(fields) - width + 1, width)]
    ids = [row[0].strip() for row in rows]
    specs, changelogs = _blobs(git, ids, spec_name), _blobs(git, ids, "changelog")
    commits = {}
    for commit_id, (_, parents, author, email, time, tree, message) in zip(ids, rows, strict=True):
        commits[commit_id] = PackageCommit(
            id=commit_id,
            parents=tuple(parent for parent in parents.split() if parent in specs),
            author=author,
            email=email,
            time=int(time) if time.isdecimal() else 0,
            message=message,
            tree=tree,
            spec=specs[commit_id],
            changelog=changelogs[commit_id],
        )
    return PackageHistory(name=spec_name.removesuffix(".spec"), head=commit, commits=commits)


def read_contents(git: RunGit, blobs: Iterable[str]) -> dict[str, bytes]:
    """Return contents by id."""
    wanted = sorted(set(blobs) - {""})
    if not wanted:
        return {}
    data = git(["cat-file", "--batch"], "".join(f"{blob}\n" for blob in wanted).encode())
    contents, position = {}, 0
    for blob in wanted:
        start = data.index(b"\n", position) + 1
        size = int(data[position:start].split()[-1])
        contents[blob] = data[start : start + size]
        position = start + size + 1
    return contents


def _blobs(git: RunGit, commits: Sequence[str], path: str) -> dict[str, str]:
    """Return the id of a file's content by commit; empty where the commit has no such file."""
    asked = "".join(f"{commit}:{path}\n" for commit in commits).encode()
    answers = git(["cat-file", "--batch-check"], asked).decode(errors="replace").splitlines()
    return {
        commit: answer.split()[0] if answer.split()[1:2] == ["blob"] else ""
        for commit, answer in zip(commits, answers, strict=True)
    }
