"""One module per revision; revisions are four digits, so that a newer one is known by its number."""
