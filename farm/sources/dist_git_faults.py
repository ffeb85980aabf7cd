"""What is wrong with a dist-git repository, in the farm's words."""

import re
from collections.abc import Sequence

from farm.process import Finished
from farm.project.model import UpstreamSpec
from farm.sources.errors import DistGitContentError, DistGitRewrittenError, DistGitUnreachableError

_ABSENT = re.compile(
    r"not found|does not appear to be a git repository|not a git repository|No such file", re.IGNORECASE
)
_MOST_BRANCHES = 20


def unreachable(spec: UpstreamSpec, finished: Finished) -> DistGitContentError | DistGitUnreachableError:
    """Return the error for a git that could not ask a repository."""
    words = "it did not answer in time" if finished.timed_out else finished.stderr.strip()
    if _ABSENT.search(words):
        return DistGitContentError(
            f"there is no dist-git repository of {spec.package!r}",
            why=f"{spec.dist_git}\n{words}",
            hint="correct the component's name, or set `upstream-name`",
        )
    return DistGitUnreachableError(
        f"dist-git of {spec.package!r} cannot be read", why=f"{spec.dist_git}\n{words}", hint="try again later"
    )


def no_branch(spec: UpstreamSpec, branches: Sequence[str]) -> DistGitContentError:
    """Return the error for a branch that is not among those that a repository has."""
    there = f"it has {', '.join(branches[:_MOST_BRANCHES])}" if branches else "it is empty"
    return DistGitContentError(
        f"dist-git of {spec.package!r} has no branch {spec.branch!r}", why=f"{spec.dist_git}: {there}"
    )


def no_commit(spec: UpstreamSpec, commit: str, head: str = "") -> DistGitContentError:
    """Return the error for a commit that a repository does not have."""
    now = f"\nits branch {spec.branch} is at {head}" if head else ""
    return DistGitContentError(
        f"dist-git of {spec.package!r} has no commit {commit}",
        why=f"{spec.dist_git}: none of its branches has it, or the digits fit several{now}",
        hint="if its history was rewritten, choose another commit; if not, correct `upstream-commit` or the lock file",
    )


def nothing_before(spec: UpstreamSpec) -> DistGitContentError:
    """Return the error for a branch that is younger than the snapshot."""
    return DistGitContentError(
        f"dist-git of {spec.package!r} has nothing before the snapshot",
        why=f"{spec.dist_git}, branch {spec.branch}: no commit before {spec.snapshot}",
        hint="choose a later snapshot, or pin `upstream-commit`",
    )


def rewritten(spec: UpstreamSpec, old: str, new: str, record: str) -> DistGitRewrittenError:
    """Return the error for a branch on which a commit that was taken before is no more.

    Args:
        record: the file that remembers the old commit.
    """
    return DistGitRewrittenError(
        f"the history of {spec.package!r} in dist-git was rewritten",
        why=f"{spec.dist_git}, branch {spec.branch}\nbefore {old}\nnow    {new}, which does not come after it",
        hint=f"pin `upstream-commit`; or, where the new history is right, remove {record}",
    )
