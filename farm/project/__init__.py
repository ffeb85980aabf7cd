"""azldev projects: files, schema, inheritance, and the resolved values the farm works on."""
