"""The truth about runs, builds, verdicts and publications (design decision 3)."""
