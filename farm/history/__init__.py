"""The git history of a project: commits, the files of a commit, who wrote a line."""
