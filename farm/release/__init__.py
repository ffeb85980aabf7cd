"""Release numbers and changelogs from history: static ones that are raised, and those of rpmautospec."""
