"""Running untrusted code and parsers of untrusted data: bubblewrap, cgroups and rlimits (design decisions 8 and 9)."""
