"""Where the files of a component come from: dist-git, lookaside, the `sources` file."""
